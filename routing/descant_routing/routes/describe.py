"""A route as one English clause: "notes from C2 to B3, an octave down, on channel 3"."""

from __future__ import annotations

from descant_routing import message
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
from descant_routing.routes.numbers import runs
from descant_routing.routes.route import Branch, Drop, Layer, Only, Route, Split, Step, Velocity
from descant_routing.wording import listed

_SAID = {
    "cc": "controllers",
    "bend": "pitch bend",
    "program": "program changes",
    "poly pressure": "key pressure",
}
_INTERVALS = (
    "a semitone", "a whole tone", "a minor third", "a third", "a fourth", "a tritone", "a fifth",
    "a minor sixth", "a sixth", "a minor seventh", "a major seventh", "an octave",
)  # fmt: skip
_OCTAVES = {24: "two octaves", 36: "three octaves", 48: "four octaves"}
_JOINTS: dict[type[Facet], str] = {Channels: "on ", Velocities: "at "}
_CURVES = {SOFT: "soft touch", HARD: "hard touch"}


def describe(route: Route) -> str:
    """What a route does, in words: what passes, then what becomes of it. Channels count from 1."""
    return ", ".join(_clauses(route, "everything"))


def _clauses(route: Route, subject: str) -> list[str]:
    """``subject``: what passes where the route says nothing of it; "" within a bigger sentence."""
    steps: list[Step] = list(route.steps)
    match steps:
        case [Only(condition), *steps]:
            subject = _condition(condition)
        case _:
            pass
    match steps:
        case [Keys(keys), *rest] if subject == "notes":
            subject, steps = f"notes {_keys(keys)}", rest
        case _:
            pass
    clauses = [subject] if subject else []
    return [*clauses, *map(_step, steps)] or ["as it is"]


def _step(step: Step) -> str:
    match step:
        case Only(condition):
            said = f"of that only {_condition(condition)}"
        case Drop(condition):
            said = f"without {_condition(condition)}"
        case Keys(keys):
            said = f"of the keys only {_keys(keys)}"
        case Channels() | Velocities():
            said = f"only {_facet(step)}"
        case Transpose(semitones):
            said = _interval(semitones)
        case Rechannel(targets):
            said = _targets(targets)
        case Layer(routes):
            said = f"layered: {listed(f'({_inner(route)})' for route in routes)}"
        case Split(branches):
            said = f"split: {listed(map(_branch, branches))}"
        case _:
            said = _velocity(step)
    return said


def _inner(route: Route) -> str:
    return ", ".join(_clauses(route, ""))


def _branch(branch: Branch) -> str:
    what = _condition(branch.condition) if branch.condition else "the rest"
    return f"({what}: {_inner(branch.route)})"


def _condition(condition: Condition) -> str:
    said = [_facet(facet) for facet in condition]
    joints = [_JOINTS.get(type(facet), "") for facet in condition[1:]]
    text = said[0] + "".join(f" {joint}{more}" for joint, more in zip(joints, said[1:], strict=True))
    return text.replace("notes keys ", "notes ")


def _facet(facet: Facet) -> str:
    match facet:
        case Kinds(names, controllers):
            words = [_SAID.get(word, word) for word in KINDS if word in names]
            return listed([*words, *([_numbered("controller", controllers)] if controllers else [])])
        case Channels(channels):
            return _numbered("channel", frozenset(channel + 1 for channel in channels))
        case Keys(keys):
            return f"keys {_keys(keys)}"
        case Velocities(velocities):
            return _numbered("velocity", velocities, "velocities")


def _keys(keys: frozenset[int]) -> str:
    names = message.key_name
    return listed(
        names(low) if low == high
        else f"up to {names(high)}" if low == 0 and high < 127
        else f"{names(low)} and up" if high == 127 and low > 0
        else f"from {names(low)} to {names(high)}"
        for low, high in runs(keys)
    )  # fmt: skip


def _numbered(name: str, numbers: frozenset[int], several: str = "") -> str:
    said = listed(str(low) if low == high else f"{low} to {high}" for low, high in runs(numbers))
    return f"{name if len(numbers) == 1 else several or name + 's'} {said}"


def _interval(semitones: int) -> str:
    if not semitones:
        return "at pitch"
    size = abs(semitones)
    named = _OCTAVES.get(size) or (_INTERVALS[size - 1] if size <= 12 else f"{size} semitones")
    return f"{named} {'up' if semitones > 0 else 'down'}"


def _targets(targets: tuple[int, ...]) -> str:
    if len(set(targets)) == 1:
        return f"on channel {targets[0] + 1}"
    moved = [f"{origin + 1} on {target + 1}" for origin, target in enumerate(targets) if target != origin]
    return f"channel {listed(moved)}" if moved else "on its channel"


def _velocity(step: Velocity) -> str:
    match step:
        case FixedVelocity(velocity):
            return f"at velocity {velocity}"
        case ScaledVelocity(scale, add):
            return f"velocity × {scale:g}" + (f" {'+' if add > 0 else '−'} {abs(add)}" if add else "")
        case CurvedVelocity(gamma):
            return _CURVES.get(gamma, f"velocity curve {gamma:g}")
        case SqueezedVelocity(low, high):
            return f"velocities within {low} to {high}"
