"""``descant bench``: how fast and how punctual this machine is."""

from __future__ import annotations

import importlib
import importlib.util
import math
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from descant_daemon.bench.follower_table import Row, follower_table
from descant_daemon.bench.reference import write_reference
from descant_daemon.bench.report import Figures, Plan, measure, rows, verdict
from descant_daemon.cli import options
from descant_daemon.console import make_console, say, say_json
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find

STEPS = 50
SEEDS = 12  # of the follower's streams


def bench(
    preset: Annotated[
        str | None, typer.Argument(help="Measure this preset's model, not the reference network.")
    ] = None,
    steps: Annotated[
        int,
        typer.Option("--steps", min=10, help="How many steps of each; 2,000 take 20 minutes."),
    ] = STEPS,
    follower: Annotated[
        bool, typer.Option("--follower", help="Measure the clock follower instead, beside two others.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Measure what a step costs and whether it comes in time, paced as in playing. Close other programs first."""
    if follower:
        _follower(json)
        return
    with tempfile.TemporaryDirectory() as folder:
        stem = write_reference(Path(folder)) if preset is None else _stem(preset)
        figures = _measure(stem, steps, None if preset else _eager())
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


def _follower(json: bool) -> None:
    """In virtual time, so the machine does not matter."""
    measured = follower_table(range(SEEDS))
    if json:
        say_json([_plain(row) for row in measured])
        return
    table = Table(
        "Following a clock", "Descant", "fixed loop", "mean of 24", "target", box=None, pad_edge=False
    )
    for row in measured:
        shown = (f"{value:.3g}" for value in (row.ours, row.dll, row.mean24))
        table.add_row(row.name, *shown, f"{row.target:g} {row.unit}{'' if row.met else ' (missed)'}")
    make_console().print(table)


def _plain(row: Row) -> dict[str, str | float | bool | None]:
    """For JSON, which has no word for what never happens."""
    figures = {name: float(getattr(row, name)) for name in ("ours", "dll", "mean24", "target")}
    finite = {name: figure if math.isfinite(figure) else None for name, figure in figures.items()}
    return {"name": row.name, "unit": row.unit, **finite, "met": bool(row.met)}


def _stem(preset: str) -> Path:
    path = find(preset)
    return model_stem(path, load_preset(path))


def _measure(stem: Path, steps: int, eager: Any | None) -> Figures:
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=make_console(err=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Playing", total=Plan(steps).work)
        return measure(stem, steps, eager, lambda: progress.advance(task))


def _eager() -> Any | None:
    """The same network in PyTorch, where it is installed."""
    if importlib.util.find_spec("torch") is None:
        return None
    return importlib.import_module("descant_export.eager").EagerPlayer()
