"""All measurements in one: the figures for ``--json``, the rows of the table, and the sentence."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from descant_daemon.bench.instances import COUNTS, measure_instances
from descant_daemon.bench.notes import measure_family
from descant_daemon.bench.on_time import TEMPI, measure_on_time
from descant_daemon.bench.step import measure_critical, measure_steps
from descant_daemon.model.model_files import check_model_files
from descant_daemon.settings.rig.values import HALF

Figures = dict[str, Any]
Progress = Callable[[], None]
MOST_OVER_FLOOR, MOST_CRITICAL, LEAST_RATE = 1.5, 1.0, 0.9999
FULL_HOUSE, HOUSE_TEMPO = 16, 120
LEAST = 10  # steps of anything


@dataclass(frozen=True)
class BenchPlan:
    """``steps`` of each thing: shared among the tempi, and among the instances that play at once."""

    steps: int

    @property
    def a_tempo(self) -> int:
        """Steps at each tempo."""
        return max(LEAST, -(-self.steps // len(TEMPI)))

    @property
    def the_house(self) -> int:
        """Steps of every instance of a full house."""
        return max(LEAST, -(-self.steps // FULL_HOUSE))

    @property
    def a_batch(self) -> int:
        """Steps for each size of a batch."""
        return max(LEAST, self.steps // 10)

    @property
    def work(self) -> int:
        """All of them, for a progress bar."""
        return 3 * self.steps + len(TEMPI) * self.a_tempo + self.the_house + len(COUNTS) * self.a_batch


def measure(stem: Path, beside: Path, steps: int, progress: Progress) -> Figures:
    """Everything, for the model at ``stem``; ``beside`` is one whose notes are measured in the same run."""
    pitches = check_model_files(stem).metadata.pitches.size
    plan = BenchPlan(steps)
    family = measure_family(stem, beside, steps, progress)
    gc.collect()
    gc.freeze()
    gc.disable()  # as in the engine process
    times = measure_steps(stem, steps, progress)
    times.critical = measure_critical(stem, pitches, steps, progress)
    tempi = [measure_on_time(stem, bpm, 1, plan.a_tempo, progress) for bpm in TEMPI]
    house = measure_on_time(stem, HOUSE_TEMPO, FULL_HOUSE, plan.the_house, progress)
    every = sum(run.steps for run in tempi)
    return {
        "family": family,
        "step": times.summary(),
        "on_time": {
            "rate": 1 - sum(run.late for run in tempi) / every,
            "staleness": max(run.stalest for run in tempi),
            "steps": every,
            "tempi": [run.row() for run in tempi],
        },
        "instances": [
            measure_instances(stem, count, plan.a_batch, progress)
            | (house.row() if count == FULL_HOUSE else {})
            for count in COUNTS
        ],
    }


def rows(figures: Figures) -> list[tuple[str, str, str]]:
    """(what, measured, wanted) for people."""
    step, on_time, family = figures["step"], figures["on_time"], figures["family"]
    house = figures["instances"][-1]
    ahead = family["lead_steps"]
    return [
        ("Family", family["name"], ""),
        (
            "  a step at its quickest, and when it is asked for",
            f"{family['cost_ms']:.2f} ms: {'half a step' if ahead == HALF else f'{ahead:g} steps'} ahead",
            "half a step ahead",
        ),
        ("  its notes alone", _notes(family, "notes"), ""),
        (f"  notes of the default preset ({family['beside']})", _notes(family, "beside"), ""),
        ("A step, all of it", _ms(step["p50_ms"], step["p99_ms"]), ""),
        ("  the floor: its graphs alone, nothing drawn", _ms(step["floor_p50_ms"], step["floor_p99_ms"]), ""),
        ("  over the floor", f"{step['over_floor']:.2f} ×", f"≤ {MOST_OVER_FLOOR} ×"),
        (
            "From tick to answer",
            _ms(step["critical_p50_ms"], step["critical_p99_ms"]),
            f"≤ {MOST_CRITICAL:.0f} ms",
        ),
        *(
            (f"On time at {run['bpm']} BPM", f"{run['rate']:.4%}, {run['late']} late", f"≥ {LEAST_RATE:.2%}")
            for run in on_time["tempi"]
        ),
        (
            f"On time, {FULL_HOUSE} instances at {HOUSE_TEMPO} BPM",
            f"{house['rate']:.4%}, {house['late']} late",
            f"≥ {LEAST_RATE:.2%}",
        ),
        *(
            (
                f"A step of {run['instances']} in one batch",
                f"{_ms(run['step_p50_ms'], run['step_p99_ms'])}, {run['step_p50_ms_each']:.2f} ms each",
                "",
            )
            for run in figures["instances"]
        ),
    ]


def verdict(figures: Figures) -> tuple[bool, str]:
    """Whether the machine is fit to play, and the sentence that says so."""
    on_time, house = figures["on_time"], figures["instances"][-1]
    if on_time["rate"] < LEAST_RATE or on_time["staleness"]:
        slow = [f"{run['bpm']}" for run in on_time["tempi"] if run["late"]]
        return False, f"This machine is not fit yet: steps came late at {', '.join(slow)} BPM."
    if house["rate"] < LEAST_RATE:
        return True, f"This machine is fit to play one instance at any tempo, but not {FULL_HOUSE} at once."
    return True, (
        f"This machine is fit: one instance up to {max(TEMPI)} BPM and {FULL_HOUSE} at {HOUSE_TEMPO} BPM "
        "had every answer in time."
    )


def _notes(family: Figures, whose: str) -> str:
    paced = _ms(family[f"{whose}_p50_ms"], family[f"{whose}_p99_ms"])
    return f"{paced} after a pause, {family[f'{whose}_again_ms']:.3f} ms at once again"


def _ms(p50: float, p99: float) -> str:
    return f"{p50:.2f} ms (99 %: {p99:.2f})"
