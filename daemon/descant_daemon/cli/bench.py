"""``descant bench``: how fast and how punctual this machine is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from descant_daemon.bench.report import BenchPlan, Figures, measure, rows, verdict
from descant_daemon.cli import options
from descant_daemon.cli.setup import DEFAULT_PRESET
from descant_daemon.console import make_console, say, say_json
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find

STEPS = 50


def bench(
    preset: options.Preset = DEFAULT_PRESET,
    steps: Annotated[
        int,
        typer.Option("--steps", min=10, help="How many steps of each; 2,000 take 20 minutes."),
    ] = STEPS,
    json: options.Json = False,
) -> None:
    """Measure what a step costs and whether it comes in time, paced as in playing. Close other programs first."""
    figures = _measure(_stem(preset), steps)
    fit, sentence = verdict(figures)
    figures |= {"fit": fit, "verdict": sentence}
    if json:
        say_json(figures)
        return
    table = Table("What", "Measured", "Wanted", box=None, pad_edge=False)
    for row in rows(figures):
        table.add_row(*row)
    make_console().print(table)
    say(sentence)


def _measure(stem: Path, steps: int) -> Figures:
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=make_console(err=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Playing", total=BenchPlan(steps).work)
        return measure(stem, _stem(DEFAULT_PRESET), steps, lambda: progress.advance(task))


def _stem(preset: str) -> Path:
    path = find(preset)
    return model_stem(path, load_preset(path))
