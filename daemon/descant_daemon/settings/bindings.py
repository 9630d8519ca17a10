"""What moves what: each parameter and action with its source, from the defaults and from ``cc`` maps over them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.entries import each_entry, map_schema
from descant_daemon.settings.parameters import TABLE
from descant_daemon.settings.source import (
    Controller,
    Pair,
    Source,
    parse_source,
    quarrel,
    source_schema,
)
from descant_routing.errors import UsageError
from descant_routing.wording import hint, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

MOVABLE: Mapping[str, int | None] = MappingProxyType(
    {row.name: row.default_cc for row in TABLE.values() if row.controllable}
    | {action.name: action.default_cc for action in ACTIONS.values()}
)
"""What may stand in a ``cc`` map, parameters before actions: name → default controller."""


@dataclass(frozen=True)
class Bindings:
    """``names``: what each source moves or does, parameters before actions; no two sources quarrel."""

    names: Mapping[Source, str]

    @property
    def controllers(self) -> dict[int, str]:
        """For who reads controllers one by one: number → parameter, of a pair the coarse half; no NRPN."""
        found: dict[int, str] = {}
        for source, name in self.names.items():
            if name in TABLE and isinstance(source, (Controller, Pair)):
                found[source.coarse if isinstance(source, Pair) else source.number] = name
        return found


NOTHING_BOUND = Bindings(MappingProxyType({}))


def plain_bindings(bindings: Bindings) -> dict[str, str]:
    """A source as files say it → what it moves or does."""
    return {str(source): name for source, name in bindings.names.items()}


def read_bindings(value: object) -> Bindings:
    """Back from ``plain_bindings``. Raises UsageError for what is no source."""
    names: dict[Source, str] = {}
    for text, name in value.items() if isinstance(value, dict) else ():
        if not isinstance(name, str):
            raise UsageError(f"{shown(text)} moves a parameter by its name, not {shown(name)}")
        if (source := parse_source(text, name)) is not None:
            names[source] = name
    return Bindings(MappingProxyType(names))


def bind(*maps: Mapping[str, Source | None]) -> Bindings:
    """The default controllers, and over them ``cc`` maps, each of which leaves the ones before it what is free.

    None takes away what moved a name. The maps must have been checked as ``ControllerMap``.
    """
    bound: dict[str, Source] = {name: Controller(cc) for name, cc in MOVABLE.items() if cc is not None}
    for own in maps:
        mine = {name: source for name, source in own.items() if source is not None}
        kept = {
            name: source
            for name, source in bound.items()
            if name not in own and not any(quarrel(name, source, *one) for one in mine.items())
        }
        bound = kept | mine
    return Bindings(MappingProxyType({bound[name]: name for name in MOVABLE if name in bound}))


def movable(name: str) -> str:
    """``name`` when something can move it. Raises UsageError, with the nearest names, when nothing can."""
    if name in MOVABLE:
        return name
    if name in TABLE:
        raise UsageError(f"{name} cannot be moved by a controller")
    raise UsageError(f"unknown parameter {shown(name)}{hint(name, MOVABLE)}")


def _source(name: str, value: object) -> Source | None:
    return parse_source(value, movable(name))


def _no_quarrel(mapped: dict[str, Source | None]) -> dict[str, Source | None]:
    seen: list[tuple[str, Source]] = []
    for name, source in mapped.items():
        if source is not None:
            for one in seen:
                if sentence := quarrel(*one, name, source):
                    raise PydanticCustomError("entry", "{sentence}", {"sentence": sentence})
            seen.append((name, source))
    return mapped


ControllerMap = Annotated[
    dict[str, Any],  # once checked, of Source | None
    AfterValidator(each_entry(_source)),
    AfterValidator(_no_quarrel),
    map_schema(
        "What moves a parameter or does an action: a controller, a pair of them such as 21+53, an NRPN, "
        "for an action also a key such as key C2, or null for nothing.",
        {name: source_schema(name) | {"default": cc} for name, cc in MOVABLE.items()},
    ),
]
"""The ``cc`` section of a file: parameter or action → its ``Source``, None for none."""
