"""What io is told from outside: done, or refused by a sentence, and never raised in its cycle."""

from __future__ import annotations

from typing import Any

import pytest

from descant_daemon.effect.cycle import play_cycle
from descant_daemon.effect.effect import Effect
from descant_daemon.effect.events import SetParameters
from descant_daemon.effect.part import check_instance
from descant_daemon.settings.metre import Metre
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.rig.values import Instance, ModelFacts, Program, Rig
from descant_daemon.time.internal_clock import InternalClock
from descant_routing.errors import UsageError


def effect_of(*steps_per_beat: int) -> Effect:
    programs = [Program(Parameters(), ModelFacts(steps_per_beat=steps)) for steps in steps_per_beat]
    return Effect(
        Rig(tuple(Instance((each,), name=str(number)) for number, each in enumerate(programs))),
        InternalClock(120),
    )


def told(effect: Effect, values: dict[str, Any]) -> str:
    play_cycle(effect, 1_000_000, 2_000_000, [SetParameters(values)], [])
    return effect.refusal


def test_every_parameter_reaches_one_instance_and_all_of_them() -> None:
    for name, row in TABLE.items():
        effect = effect_of(4, 4)
        other = next(value for value in _values_of(name) if value != row.default)
        plain = str(other) if isinstance(other, Metre) else other
        assert told(effect, {f"2/{name}": plain}) == ""
        assert [getattr(part.parameters, name) for part in effect.parts] == [row.default, other]
        assert told(effect, {name: plain}) == ""
        assert [getattr(part.parameters, name) for part in effect.parts] == [other, other]
        assert effect.counts.refused_changes == 0


def _values_of(name: str) -> list[Any]:
    row = TABLE[name]
    match row.kind:
        case "bool":
            return [True, False]
        case "choice":
            return list(row.choices)
        case "metre":
            return [Metre(6, 8)]
        case "style" | "chart":
            return ["C"]
        case "int":
            return [int(row.low), int(row.high)]
        case "float":
            return [row.low, row.high]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"voices": 99}, "voices must be a whole number from 0 to 16, not 99"),
        ({"nobody": 1}, "unknown parameter 'nobody'"),
        ({"3/voices": 1}, "there is no instance '3': they are 1 to 2"),
        ({"0/voices": 1}, "there is no instance '0'"),
        ({"x/voices": 1}, "there is no instance 'x'"),
        ({f"{'9' * 5000}/voices": 1}, "there is no instance '999"),
        ({"٣/voices": 1}, "there is no instance"),
        ({"/voices": 1}, "there is no instance ''"),
        ({"2/metre": "7/8"}, "a bar of 7/8 is not a whole number of the model's steps (3 in a quarter)"),
        ({"metre": [3, 4]}, "metre must be beats/unit"),
        ({"voices": None}, "voices must be a whole number"),
        ({"temperature": float("nan")}, "temperature must be a number"),
    ],
)
def test_what_cannot_be_is_refused_and_counted_and_changes_nothing(
    values: dict[str, Any], sentence: str
) -> None:
    effect = effect_of(4, 3)
    before = [part.parameters for part in effect.parts]
    assert sentence in told(effect, values)
    assert effect.counts.refused_changes == 1
    assert [part.parameters for part in effect.parts] == before


def test_a_metre_that_does_not_fit_a_model_is_refused_before_anything_plays() -> None:
    with pytest.raises(UsageError, match="a bar of 7/8 is not a whole number"):
        check_instance(Instance((Program(Parameters(metre=Metre(7, 8)), ModelFacts(steps_per_beat=3)),)))
