"""``descant doctor --loopback``: play to Descant, listen, and say whether the machine is fit."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.progress import BarColumn, Progress, TextColumn

from descant_daemon.cli.setup import DEFAULT_PRESET
from descant_daemon.console import make_console, say, say_json
from descant_daemon.loopback.fitness import Fitness, Measured, as_json, judge
from descant_daemon.loopback.measure import measure
from descant_daemon.picture.histogram import HistogramPanel, draw_histograms
from descant_daemon.whole_file import writable

KEYS = 64
"""Half a minute of music in all."""


def check_loopback(
    preset: str = DEFAULT_PRESET,
    backend: str = "auto",
    keys: int = KEYS,
    picture: Path | None = None,
    json_wanted: bool = False,
) -> None:
    """Measure, print, draw where asked to. Raises DescantError; typer.Exit(1) when the machine is not fit."""
    if picture is not None:
        writable(picture)
    with _terminated_in_order():
        measured = _measure(preset, backend, keys)
    verdict = judge(measured)
    if picture is not None:
        _draw(measured, verdict, picture)
    if json_wanted:
        say_json(as_json(measured, verdict))
    else:
        for line in table(measured, verdict):
            say(line)
        if picture is not None:
            say(f"Written: {picture}.")
    if not verdict.fit:
        raise typer.Exit(1)


def table(measured: Measured, verdict: Fitness) -> list[str]:
    """For people; times in ms."""
    axis = measured.axis
    period = f", {axis.period} frames a period ({axis.ms(axis.period):.2f} ms)" if axis.period else ""
    rate = f" at {axis.rate} Hz" if axis.exact else ""
    lines = [
        f"{axis.title}{rate}{period}: {measured.preset}",
        f"{'ms':<18}{'p50':>9}{'p99':>9}{'max':>9}{'sd':>9}   heard    target",
    ]
    for row in verdict.rows:
        cells = [f"{value:9.3f}" for value in row.figures[1:]] if row.figures else ["        –"] * 4
        heard = f"{row.figures.heard if row.figures else 0}/{row.asked}"
        sign = ("✓ " if row.fit else "✗ ") + row.target if row.target else ""
        lines.append(f"{row.title:<18}{''.join(cells)}   {heard:<9}{sign}".rstrip())
    if verdict.offset:
        lines.append(f"Notes come {verdict.offset:.3f} ms after their sixteenth in the middle.")
    return [*lines, verdict.says]


def _measure(preset: str, backend: str, keys: int) -> Measured:
    console = make_console(err=True)
    columns = (TextColumn("{task.description}"), BarColumn())
    # Drawn only when told to: a thread that draws would be one more thing that disturbs.
    with Progress(
        *columns, console=console, transient=True, auto_refresh=False, disable=not console.is_terminal
    ) as bar:
        task, begun, drawn = bar.add_task("", total=None), dict[str, float](), 0.0

        def tell(title: str, seconds: float) -> None:
            nonlocal drawn
            now = time.monotonic()
            since = now - begun.setdefault(title, now)
            if now - drawn > 0.25:
                drawn = now
                bar.update(
                    task, description=title, total=seconds, completed=min(since, seconds), refresh=True
                )

        return measure(preset, backend, keys, tell)


@contextmanager
def _terminated_in_order() -> Generator[None]:
    """SIGTERM ends this as Ctrl-C does, so that no program that it has started goes on playing."""

    def end(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _draw(measured: Measured, verdict: Fitness, picture: Path) -> None:
    panels = []
    for row in verdict.rows:
        if row.figures is not None:
            marks = {"p50": row.figures.p50, "p99": row.figures.p99}
            if row.key == "grid":  # where what is drawn has a sign, but the figures have none
                marks = {"middle": verdict.offset or 0.0}
            panels.append(HistogramPanel(row.title, verdict.values[row.key], marks, "ms", row.target))
    axis = measured.axis
    period = f", {axis.ms(axis.period):.1f} ms a period" if axis.period else ""
    draw_histograms(
        panels, picture, title=f"Descant through {axis.title}", subtitle=f"{measured.preset}{period}"
    )
