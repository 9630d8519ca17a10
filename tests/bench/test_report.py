"""``descant bench``: every figure it promises, and a sentence that follows from them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from descant_daemon.bench import instances, report, step
from descant_daemon.bench.paced import spread
from descant_daemon.bench.report import BenchPlan, rows, verdict
from descant_daemon.bench.step import StepTimes
from descant_daemon.cli.app import app

FAMILY_TIMES = [f"{whose}_{what}_ms" for whose in ("notes", "beside") for what in ("p50", "p99", "again")]


def test_medians_over_medians() -> None:
    times = StepTimes([0.002, 0.003, 0.004], [0.001, 0.002, 0.009], [0.0005] * 3)
    summary = times.summary()
    assert summary["p50_ms"] == 3
    assert summary["over_floor"] == 1.5
    assert summary["critical_p50_ms"] == 0.5


def test_spread_is_in_ms() -> None:
    assert spread([0.001] * 99 + [0.101]) == pytest.approx((1.0, 2.0, 101.0))


def test_every_thing_gets_its_steps() -> None:
    plan = BenchPlan(2000)
    assert 7 * plan.a_tempo >= 2000
    assert 16 * plan.the_house >= 2000


def figures(late: int = 0, stale: int = 0, house_late: int = 0) -> dict[str, Any]:
    names = (
        "p50_ms",
        "p99_ms",
        "over_floor",
        "critical_p50_ms",
        "critical_p99_ms",
        "floor_p50_ms",
        "floor_p99_ms",
    )
    step = dict.fromkeys(names, 1.0)
    tempi = [{"bpm": 40, "rate": 1.0, "late": 0}, {"bpm": 300, "rate": 1 - late / 1000, "late": late}]
    instance = {"instances": 16, "step_p50_ms": 1.0, "step_p99_ms": 1.0, "step_p50_ms_each": 1.0}
    house = instance | {"rate": 1 - house_late / 1000, "late": house_late}
    family = {"name": "roll", "cost_ms": 1.0, "lead_steps": 2.0, "beside": "biaxial"}
    family |= dict.fromkeys(FAMILY_TIMES, 1.0)
    return {
        "family": family,
        "step": step,
        "on_time": {"rate": 1 - late / 2000, "staleness": stale, "tempi": tempi},
        "instances": [house],
    }


@pytest.mark.parametrize(
    ("measured", "fit", "words"),
    [
        (figures(), True, "is fit: one instance up to 300 BPM and 16 at 120"),
        (figures(late=3), False, "late at 300 BPM"),
        (figures(late=1, stale=1), False, "not fit yet"),
        (figures(house_late=2), True, "but not 16 at once"),
    ],
)
def test_the_sentence_follows_from_the_figures(measured: dict[str, Any], fit: bool, words: str) -> None:
    said = verdict(measured)
    assert said[0] is fit
    assert words in said[1]
    assert {len(row) for row in rows(measured)} == {3}


def test_the_command_prints_what_it_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short run of the real thing: figures there, none of them judged, for machines are shared and noisy."""
    monkeypatch.setattr(report, "TEMPI", (40, 300))
    monkeypatch.setattr(report, "LEAST", 3)
    for module in (step, instances):
        monkeypatch.setattr(module, "SIXTEENTH", 0.03)
    result = CliRunner().invoke(app, ["bench", "--steps", "10", "--json"])
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout)
    wanted = {"p50_ms", "p99_ms", "over_floor", "floor_p50_ms", "critical_p50_ms", "critical_p99_ms"}
    assert wanted <= printed["step"].keys()
    assert printed["family"].keys() == {"name", "cost_ms", "lead_steps", "beside", *FAMILY_TIMES}
    assert {"rate", "staleness"} <= printed["on_time"].keys()
    assert [each["bpm"] for each in printed["on_time"]["tempi"]] == [40, 300]
    assert [each["instances"] for each in printed["instances"]] == [1, 2, 4, 8, 16]
    assert printed["step"]["floor_p50_ms"] > 0
