"""What was measured, as a table, as JSON, and as a sentence: is this machine fit?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from descant_daemon.loopback.deviations import Deviations, figures, unsteadiness

HARMONY_MS, THRU_MS, JITTER_MS = 10.0, 2.0, 0.5
"""p99 that a player does not notice; the jitter is for systems without frames: on JACK it is to be 0."""
LONG_PERIOD_MS = 7.5
"""Harmony waits for the next period: a longer one leaves the engine no time within the target."""


@dataclass(frozen=True)
class Axis:
    """``rate``: units of time a second; ``period``: JACK's, in frames, else None."""

    system: str
    title: str
    rate: int
    period: int | None = None

    @property
    def exact(self) -> bool:
        """Whether every message has a frame."""
        return self.period is not None

    def ms(self, units: float) -> float:
        """In milliseconds."""
        return 1000 * units / self.rate


@dataclass(frozen=True)
class Measured:
    """Raw values in the axis' unit; None where a key had no answer."""

    axis: Axis
    preset: str
    echo: Sequence[int | None]
    grid: Sequence[int]
    harmony: Sequence[int | None]
    thru: Sequence[int | None]
    xruns: int = 0


class Criterion(NamedTuple):
    """One line of the table: figures in ms, and what they should be; ``count`` of how many."""

    key: str
    title: str
    figures: Deviations | None
    asked: int
    target: str = ""
    fit: bool = True


@dataclass(frozen=True)
class Fitness:
    """``says``: one sentence for a musician."""

    rows: Sequence[Criterion]
    fit: bool
    says: str
    offset: float | None
    """By how many ms the middle onset comes after its sixteenth."""
    values: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    """Every value in ms, by the rows' keys: for a picture. On the grid, early is negative."""


def judge(measured: Measured) -> Fitness:
    """Figures, targets, and a sentence; pure."""
    axis = measured.axis
    steady = unsteadiness(measured.grid)
    raw: dict[str, list[int]] = {
        "grid": steady,
        "harmony": _heard(measured.harmony),
        "thru": _heard(measured.thru),
        "echo": _heard(measured.echo),
    }
    values = {key: [axis.ms(each) for each in found] for key, found in raw.items()}
    found = {key: figures(each) if each else None for key, each in values.items()}
    offset = axis.ms(figures(measured.grid).p50) if measured.grid else None
    values["grid"] = [axis.ms(each) for each in measured.grid]
    jitter, target = _jitter(axis, found["grid"], offset)
    rows = (
        Criterion("grid", "grid jitter", found["grid"], len(measured.grid), target, jitter),
        Criterion("harmony", "key to harmony", found["harmony"], len(measured.harmony),
            f"p99 at most {HARMONY_MS:g} ms", _within(found["harmony"], HARMONY_MS)),
        Criterion("thru", "thru", found["thru"], len(measured.thru),
            f"p99 at most {THRU_MS:g} ms", _within(found["thru"], THRU_MS) and None not in measured.thru),
        Criterion("echo", f"{axis.title} alone", found["echo"], len(measured.echo)),
    )  # fmt: skip
    fit = all(row.fit for row in rows)
    return Fitness(rows, fit, _sentence(measured, rows, fit), offset, values)


def as_json(measured: Measured, verdict: Fitness) -> dict[str, Any]:
    """For scripts: times in ms; on JACK the raw values are frames."""
    axis = measured.axis
    return {
        "system": axis.system,
        "rate": axis.rate,
        "period": axis.period,
        "preset": measured.preset,
        "xruns": measured.xruns,
        "grid_offset_ms": verdict.offset,
        "figures_ms": {
            row.key: {**row.figures._asdict(), "asked": row.asked} if row.figures else None for row in verdict.rows
        },
        "raw": {
            "grid": measured.grid, "harmony": measured.harmony, "thru": measured.thru, "echo": measured.echo
        },
        "fit": verdict.fit,
        "says": verdict.says,
    }  # fmt: skip


def _heard(values: Sequence[int | None]) -> list[int]:
    return [value for value in values if value is not None]


def _within(found: Deviations | None, limit: float) -> bool:
    return found is not None and found.p99 <= limit


def _jitter(axis: Axis, found: Deviations | None, offset: float | None) -> tuple[bool, str]:
    if axis.exact:
        return found is not None and found.max == 0 and offset == 0, "0 frames"
    return _within(found, JITTER_MS), f"p99 at most {JITTER_MS:g} ms"


def _sentence(measured: Measured, rows: Sequence[Criterion], fit: bool) -> str:
    if fit:
        though = f", though JACK counted {measured.xruns} xruns meanwhile" if measured.xruns else ""
        return f"This machine is fit to play through {measured.axis.title}{though}."
    missed = " and ".join(row.title for row in rows if not row.fit)
    return f"This machine is not fit yet: {missed} missed the target; {_advice(measured, rows)}."


def _advice(measured: Measured, rows: Sequence[Criterion]) -> str:
    """The likeliest cause first."""
    axis, lost = measured.axis, list(measured.thru).count(None)
    harmony, alone = rows[1], rows[-1].figures
    if lost:
        return f"{lost} of {len(measured.thru)} notes never arrived"
    if alone is not None and alone.p99 > THRU_MS:
        return (
            f"{axis.title} alone takes {alone.p99:.1f} ms: play through another system, see `descant ports`"
        )
    if axis.period is not None and axis.ms(axis.period) > LONG_PERIOD_MS and not harmony.fit:
        return f"a period of {axis.period} frames is {axis.ms(axis.period):.1f} ms: choose a shorter one"
    if measured.xruns:
        return f"JACK counted {measured.xruns} xruns meanwhile: close other programs, or give it real-time priority"
    return "close other programs, and look at `descant doctor`"
