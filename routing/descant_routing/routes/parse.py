"""From YAML's plain values to a route; whatever is wrong is said in one sentence, with the place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

from descant_routing.errors import UsageError
from descant_routing.routes.changes import (
    HARD,
    SOFT,
    CurvedVelocity,
    FixedVelocity,
    Rechannel,
    ScaledVelocity,
    SqueezedVelocity,
    Transpose,
)
from descant_routing.routes.conditions import Channels, Keys, Velocities
from descant_routing.routes.numbers import (
    CHANNELS,
    KEYS,
    VELOCITIES,
    read_numbers,
    read_one,
    read_range,
)
from descant_routing.routes.parse_condition import parse_condition
from descant_routing.routes.route import THRU, Branch, Drop, Layer, Only, Route, Split, Step, Velocity
from descant_routing.wording import hint, inside, ordinal, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CALLED_THRU = "thru"
DEEPEST = 8  # layers and splits inside each other: more is a slip, and would exhaust the stack
_ONE_CHANNEL = CHANNELS._replace(name="channel", wants="from 1 to 16, or a map such as {1: 3, 2: 4}")
_FIXED = VELOCITIES._replace(name="fixed", wants="a velocity from 1 to 127")
_RANGE = VELOCITIES._replace(name="range", wants="two velocities from 1 to 127, such as 40..110")


def parse_route(value: object) -> Route:
    """The route that YAML's value means: ``thru``, a list of steps, or one step alone.

    Raises UsageError, saying where in the route ("in the 3rd step: ...") and what was wrong there.
    """
    return _route(value, DEEPEST)


def _route(value: object, room: int) -> Route:
    if value == CALLED_THRU:
        return THRU
    if isinstance(value, dict):
        return Route(_steps(value, room))
    if not isinstance(value, list):
        raise UsageError(
            f"a route is '{CALLED_THRU}' or a list of steps such as 'transpose: -12', not {shown(value)}"
        )
    steps: list[Step] = []
    for number, item in enumerate(value, 1):
        with inside(f"the {ordinal(number)} step"):
            steps += _steps(item, room)
    return Route(tuple(steps))


def _steps(item: object, room: int) -> tuple[Step, ...]:
    """The steps of one map: one a word, in their order."""
    if not isinstance(item, dict) or not item:
        raise UsageError(f"a step is a word and what it says, such as 'transpose: -12', not {shown(item)}")
    return tuple(_step(word, value, room) for word, value in item.items())


def _step(word: object, value: object, room: int) -> Step:
    if word in _READERS:
        return _READERS[cast("str", word)](value)
    if word in ("layer", "split"):
        if not room:
            raise UsageError(f"layers and splits stand more than {DEEPEST} deep inside each other")
        return _layer(value, room - 1) if word == "layer" else _split(value, room - 1)
    raise UsageError(f"unknown word {shown(word)}{hint(str(word), WORDS)}")


def _layer(value: object, room: int) -> Layer:
    routes: list[Route] = []
    for number, item in enumerate(_branches(value, "layer"), 1):
        with inside(f"the {ordinal(number)} branch"):
            routes.append(_route(item, room))
    return Layer(tuple(routes))


def _split(value: object, room: int) -> Split:
    branches: list[Branch] = []
    for number, item in enumerate(_branches(value, "split"), 1):
        with inside(f"the {ordinal(number)} branch"):
            if branches and not branches[-1].condition:
                raise UsageError("nothing comes here, because the branch before it takes all the rest")
            branches.append(_branch(item, room))
    return Split(tuple(branches))


def _branch(item: object, room: int) -> Branch:
    said = cast("dict[object, object]", item) if isinstance(item, dict) else {}
    if set(said) == {"when", "do"}:
        return Branch(parse_condition(said["when"], "when"), _route(said["do"], room))
    if len(said) == 1 and (rest := said.keys() & {"rest", "do"}):
        return Branch((), _route(said[rest.pop()], room))
    raise UsageError(f"a branch of a split says 'when' and 'do', or 'rest', not {shown(item)}")


def _branches(value: object, word: str) -> list[object]:
    if not isinstance(value, list) or not value:
        raise UsageError(f"{word} must be a list of branches, not {shown(value)}")
    return cast("list[object]", value)


def _transpose(value: object) -> Transpose:
    if isinstance(value, bool) or not isinstance(value, int) or not -127 <= value <= 127:
        raise UsageError(f"transpose must be semitones from -127 to 127, such as -12, not {shown(value)}")
    return Transpose(value)


def _channel(value: object) -> Rechannel:
    if not isinstance(value, dict) or not value:
        return Rechannel((read_one(value, _ONE_CHANNEL),) * 16)
    targets = list(range(16))
    for origin, target in value.items():
        targets[read_one(origin, _ONE_CHANNEL)] = read_one(target, _ONE_CHANNEL)
    return Rechannel(tuple(targets))


def _velocity(value: object) -> Velocity:
    if value in ("soft", "hard"):
        return CurvedVelocity(SOFT if value == "soft" else HARD)
    said = cast("dict[object, object]", value) if isinstance(value, dict) else {}
    words = set(said)
    if words == {"fixed"}:
        return FixedVelocity(read_one(said["fixed"], _FIXED))
    if words == {"gamma"}:
        return CurvedVelocity(_number("gamma", said["gamma"], 0.1, 10))
    if words == {"range"}:
        return SqueezedVelocity(*read_range(said["range"], _RANGE))
    if words and words <= {"scale", "add"}:
        add = _number("add", said.get("add", 0), -127, 127)
        if add != int(add):
            raise UsageError(f"add must be a whole number from -127 to 127, not {shown(add)}")
        return ScaledVelocity(_number("scale", said.get("scale", 1.0), 0, 10), int(add))
    raise UsageError(
        "velocity must be soft, hard, {gamma: 0.7}, {fixed: 90}, {scale: 0.8, add: 10} or {range: 40..110}, "
        f"not {shown(value)}"
    )


def _number(word: str, value: object, low: float, high: float) -> float:
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    if not fits or not math.isfinite(number := float(cast("float", value))):
        raise UsageError(f"{word} must be a number from {low:g} to {high:g}, not {shown(value)}")
    return number


_READERS: Mapping[str, Callable[[object], Step]] = {
    "only": lambda value: Only(parse_condition(value, "only")),
    "drop": lambda value: Drop(parse_condition(value, "drop")),
    "channels": lambda value: Channels(read_numbers(value, CHANNELS)),
    "keys": lambda value: Keys(read_numbers(value, KEYS)),
    "velocities": lambda value: Velocities(read_numbers(value, VELOCITIES)),
    "transpose": _transpose,
    "velocity": _velocity,
    "channel": _channel,
}
WORDS = (*_READERS, "layer", "split")
"""The words with which a step begins."""
