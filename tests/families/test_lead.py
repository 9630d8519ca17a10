"""How early a step is asked for follows from a figure, and from nothing that changes a note."""

from __future__ import annotations

import pytest
from tests.families.files import UNITS, facts

from descant_daemon.cli.doctor import loads
from descant_daemon.engine.lead import AT_ONCE, lead
from descant_daemon.live.engine.desk import costs_of, ready
from descant_daemon.model.forms import RollMetadata

MS = 1_000_000


@pytest.mark.parametrize(
    ("cost", "steps"), [(0, AT_ONCE), (62, AT_ONCE), (63, 1), (125, 1), (126, 2), (173, 2), (400, 4)]
)
def test_what_takes_half_a_step_is_asked_half_a_step_ahead_and_what_takes_more_whole_steps(
    cost: int, steps: int
) -> None:
    assert lead(cost * MS, 125 * MS) == steps


def test_an_engine_says_what_its_models_cost_when_it_is_ready() -> None:
    assert costs_of(None) is None
    assert costs_of(b"the model is damaged") is None
    assert costs_of(ready([])) == []
    assert costs_of(ready([3 * MS, 400 * MS])) == [3 * MS, 400 * MS]


def test_doctor_says_of_a_slow_model_what_to_do() -> None:
    metadata = RollMetadata(**facts(time_layers=(UNITS,)))
    assert loads("quick", metadata, 3 * MS).state == "good"
    slow = loads("slow", metadata, 173 * MS)
    assert (slow.state, "173 ms" in slow.found, "2 steps ahead" in slow.advice) == ("fair", True, True)
