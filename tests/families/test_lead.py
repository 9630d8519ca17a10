"""How early a step is asked for follows from what the model costs, and not from how busy the machine was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.families.files import UNITS, facts, roll, tp_nade

from descant_daemon.cli.doctor import loads
from descant_daemon.families import step_cost
from descant_daemon.live.engine import engine_link
from descant_daemon.live.engine.desk import costs_of, ready
from descant_daemon.live.engine.engine_link import EngineLink
from descant_daemon.live.engine.engine_pool import EnginePool
from descant_daemon.model.forms import RollMetadata
from descant_daemon.model.known import Models
from descant_daemon.model.lead import lead
from descant_daemon.model.model_files import read_model
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import HALF, MOST_LEAD, Instance, Program, Rig
from descant_daemon.tape.header import plain_rig

MS = 1_000_000


@pytest.mark.parametrize(
    ("cost", "steps"),
    [(0, HALF), (62, HALF), (63, 2), (125, 2), (126, 3), (173, 3), (400, 7), (9e9, MOST_LEAD)],
)
def test_what_takes_half_a_step_is_asked_half_a_step_ahead_and_what_takes_more_whole_steps(
    cost: float, steps: float
) -> None:
    assert lead(int(cost * MS), 4) == steps


class SlowModel:
    """Each run takes as long as the table says, of a time that is nobody's."""

    worst = 3

    def __init__(self, runs: Iterator[int]) -> None:
        self.now = 0
        self._runs = runs

    def once(self) -> None:
        self.now += next(self._runs) * MS

    def perf_counter_ns(self) -> int:
        return self.now

    def sleep(self, _seconds: float) -> None:
        self.now += 1_000 * MS


def cost_of(monkeypatch: pytest.MonkeyPatch, runs: list[int]) -> int:
    model: Any = SlowModel(iter(runs))
    monkeypatch.setattr(step_cost, "time", model)
    return step_cost.step_cost(model)


def test_a_machine_that_is_busy_has_no_say_in_the_lead_of_a_fast_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Catches the slowest run, the mean and the median: each would let a moment decide."""
    busy = [400] * (step_cost.RUNS - 1)
    assert lead(cost_of(monkeypatch, [*busy, 8]), 4) == HALF
    assert lead(cost_of(monkeypatch, [8, *busy]), 4) == HALF


def test_a_slow_model_costs_what_it_costs_as_often_as_a_step_may_need_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert cost_of(monkeypatch, [50] * step_cost.RUNS) == 150 * MS


def test_a_rig_that_is_loaded_knows_the_lead_of_each_of_its_models(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its engine is a double that says what each model costs; catches a lead that nobody sets, or another model's."""

    def told(_self: EngineLink, models: Any, *_more: object) -> None:
        _self.costs = [3 * MS, 170 * MS][: len(models)]

    monkeypatch.setattr(EngineLink, "__init__", told)
    quick, slow = tp_nade(tmp_path / "quick"), roll(tmp_path / "slow")
    models = Models()
    programs = tuple(Program(Parameters(mode="free"), models.look(stem)) for stem in (quick, slow))
    rig = Rig((Instance(programs),))
    pool = EnginePool([read_model(stem) for stem in (quick, slow)])
    loaded = rig.with_models(pool.as_loaded)
    assert [(each.model.number, each.model.lead) for each in loaded.programs] == [(0, HALF), (1, 3)]
    assert [each.model.lead for each in rig.programs] == [HALF, HALF], "a rendering asks as files declare"
    first, second = (each["model"] for each in plain_rig(loaded)["instances"][0]["programs"])
    assert ("lead" in first, second["lead"]) == (False, 3), "a take replays with the same lead"


def test_an_engine_that_is_started_again_changes_no_lead(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Catches a rig that is read anew and begins afresh because its engine had died on a busy machine."""
    starts: list[Any] = []
    said = iter((ready([3 * MS]), ready([70 * MS])))

    def worker(
        _module: str, _arguments: object, _size: int, begin: Any, *_more: object, **_named: object
    ) -> None:
        starts.append(begin)

    def desk(_shared: object) -> SimpleNamespace:
        words = next(said)
        return SimpleNamespace(state=lambda: words)

    monkeypatch.setattr(engine_link, "Worker", worker)
    monkeypatch.setattr(engine_link, "Desk", desk)
    link = EngineLink([read_model(roll(tmp_path / "roll"))])
    for _ in range(2):
        starts[0](None)
        assert link.look()
    assert link.costs == [3 * MS]


def test_an_engine_says_what_its_models_cost_when_it_is_ready() -> None:
    assert costs_of(None) is None
    assert costs_of(b"the model is damaged") is None
    assert costs_of(ready([])) == []
    assert costs_of(ready([3 * MS, 400 * MS])) == [3 * MS, 400 * MS]


def test_doctor_says_of_a_slow_model_what_to_do() -> None:
    metadata = RollMetadata(**facts(time_layers=(UNITS,)))
    assert loads("quick", metadata, 3 * MS).state == "good"
    slow = loads("slow", metadata, 173 * MS)
    assert (slow.state, "173 ms" in slow.found, "3 steps ahead" in slow.advice) == ("fair", True, True)
