"""From YAML's plain values to a condition: ``notes``, ``[notes, {cc: 7}]``, ``{channels: 1, keys: ..B3}``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from descant_routing.errors import UsageError
from descant_routing.routes.conditions import Channels, Condition, Facet, Keys, Kinds, Velocities
from descant_routing.routes.kinds import KINDS
from descant_routing.routes.numbers import CHANNELS, CONTROLLERS, KEYS, VELOCITIES, read_numbers
from descant_routing.wording import hint, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def parse_condition(value: object, word: str) -> Condition:
    """The condition that ``word`` says: kinds, or a map of several things at once. Raises UsageError."""
    if not isinstance(value, dict):
        return (_kinds(value, word),)
    if not value:
        raise UsageError(f"{word} must say something, such as {{keys: C2..B3}}")
    if {"kind", "cc"} <= value.keys():
        raise UsageError(f"{word}: kind and cc exclude each other; write kind: [notes, {{cc: 1}}] for either")
    return tuple(_facet(name, said) for name, said in value.items())


def _facet(name: object, said: object) -> Facet:
    if name not in _FACETS:
        raise UsageError(f"unknown condition {shown(name)}{hint(str(name), _FACETS)}")
    return _FACETS[cast("str", name)](said)


def _kinds(value: object, word: str) -> Kinds:
    names: set[str] = set()
    controllers: frozenset[int] = frozenset()
    for item in value if isinstance(value, list) and value else [value]:
        if isinstance(item, dict) and set(item) == {"cc"}:
            controllers |= read_numbers(item["cc"], CONTROLLERS)
        elif isinstance(item, str) and item in KINDS:
            names.add(item)
        elif isinstance(item, str):
            raise UsageError(f"unknown kind {shown(item)}{hint(item, KINDS)}")
        else:
            raise UsageError(
                f"{word} must be kinds such as notes, [notes, bend] or {{cc: 7}}, not {shown(item)}"
            )
    return Kinds(frozenset(names), controllers)


_FACETS: Mapping[str, Callable[[object], Facet]] = {
    "kind": lambda value: _kinds(value, "kind"),
    "cc": lambda value: Kinds(controllers=read_numbers(value, CONTROLLERS)),
    "channels": lambda value: Channels(read_numbers(value, CHANNELS)),
    "keys": lambda value: Keys(read_numbers(value, KEYS)),
    "velocities": lambda value: Velocities(read_numbers(value, VELOCITIES)),
}
