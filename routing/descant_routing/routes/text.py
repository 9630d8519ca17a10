"""A route as YAML text, which ``parse_route`` reads back as the equal route."""

from __future__ import annotations

import yaml

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
from descant_routing.routes.conditions import Channels, Condition, Facet, Keys, Kinds, Velocities
from descant_routing.routes.kinds import KINDS
from descant_routing.routes.numbers import (
    CHANNELS,
    CONTROLLERS,
    KEYS,
    VELOCITIES,
    plain_numbers,
    plain_one,
)
from descant_routing.routes.parse import CALLED_THRU
from descant_routing.routes.route import Branch, Drop, Layer, Only, Route, Split, Step, Velocity

_NAMED_CURVES = {SOFT: "soft", HARD: "hard"}


def route_text(route: Route) -> str:
    """YAML text, a line a step; ``parse_route(yaml.safe_load(text))`` is the equal route."""
    if not route.steps:
        return f"{CALLED_THRU}\n"
    return "".join(f"- {_entry(step)}\n" for step in route.steps)


def plain_route(route: Route) -> object:
    """The route as YAML's plain values, for a bigger document to hold: one map where no word is there twice."""
    steps = [_step(step) for step in route.steps]
    if len({word for word, _ in steps}) < len(steps):
        return [dict([step]) for step in steps]
    return dict(steps) if steps else CALLED_THRU


def _entry(step: Step) -> str:
    """What stands behind the dash: a branch has a line of its own."""
    word, value = _step(step)
    branches = value if isinstance(value, list) and isinstance(step, (Layer, Split)) else ()
    return "\n    - ".join([f"{word}:", *map(_flow, branches)]) if branches else f"{word}: {_flow(value)}"


def _step(step: Step) -> tuple[str, object]:
    match step:
        case Only(condition):
            said = "only", _condition(condition)
        case Drop(condition):
            said = "drop", _condition(condition)
        case Channels() | Keys() | Velocities():
            said = _facet(step)
        case Transpose(semitones):
            said = "transpose", semitones
        case Rechannel(targets):
            said = "channel", _targets(targets)
        case Layer(routes):
            said = "layer", [plain_route(route) for route in routes]
        case Split(branches):
            said = "split", [_branch(branch) for branch in branches]
        case _:
            said = "velocity", _velocity(step)
    return said


def _targets(targets: tuple[int, ...]) -> object:
    if len(set(targets)) == 1:
        return plain_one(targets[0], CHANNELS)
    moved = {origin + 1: target + 1 for origin, target in enumerate(targets) if target != origin}
    return moved or {1: 1}


def _velocity(step: Velocity) -> object:
    match step:
        case FixedVelocity(velocity):
            return {"fixed": velocity}
        case ScaledVelocity(scale, add):
            return {"scale": scale, "add": add} if add else {"scale": scale}
        case CurvedVelocity(gamma):
            return _NAMED_CURVES.get(gamma, {"gamma": gamma})
        case SqueezedVelocity(low, high):
            return {"range": f"{low}..{high}"}


def _branch(branch: Branch) -> object:
    route = plain_route(branch.route)
    return {"when": _condition(branch.condition), "do": route} if branch.condition else {"rest": route}


def _condition(condition: Condition) -> object:
    if len(condition) == 1 and isinstance(condition[0], Kinds):
        return _kinds(condition[0])
    return dict(_facet(facet) for facet in condition)


def _facet(facet: Facet) -> tuple[str, object]:
    match facet:
        case Kinds(names, controllers):
            return ("kind", _kinds(facet)) if names else ("cc", plain_numbers(controllers, CONTROLLERS))
        case Channels(channels):
            return "channels", plain_numbers(channels, CHANNELS)
        case Keys(keys):
            return "keys", plain_numbers(keys, KEYS)
        case Velocities(velocities):
            return "velocities", plain_numbers(velocities, VELOCITIES)


def _kinds(kinds: Kinds) -> object:
    words: list[object] = [word for word in KINDS if word in kinds.names]
    if kinds.controllers:
        words.append({"cc": plain_numbers(kinds.controllers, CONTROLLERS)})
    return words[0] if len(words) == 1 else words


def _flow(value: object) -> str:
    """On one line, however long."""
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=2**31)
    return text.removesuffix("\n").removesuffix("\n...")
