"""The reports of ``descant evaluate`` as tables and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from descant_daemon.console import make_console, say


def as_json(report: Mapping[str, Any]) -> None:
    """One object; what is not a number is null."""
    say(json_text(report))


def json_text(report: Mapping[str, Any]) -> str:
    """The same, for a file."""
    return json.dumps(_plain(report), indent=1)


def likelihood_table(title: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    """A row a model, a column a figure."""
    columns = next(iter(rows.values()))
    table = _table(title, "model", *columns)
    for name, figures in rows.items():
        table.add_row(name, *(f"{figure:.3f}" for figure in figures.values()))
    make_console().print(table)


def given_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """A row a mask: the hidden notes, the same ones scored without and with the given ones."""
    title = "What given notes are worth: the others, the very same cells scored twice; nats a step"
    table = _table(title, "given", "of what sounds", "not given", "given", "gain")
    for row in rows:
        sums = (f"{row[side]['sum']:.3f}" for side in ("without", "known"))
        table.add_row(row["mask"], f"{row['share']:.0%}", *sums, f"{row['gain']:+.3f}")
    make_console().print(table)


def comparison_table(report: Mapping[str, Any]) -> None:
    """A row a statistic: the music, human music, how far they are apart and how far human music is from itself."""
    title = (
        "{music[pieces]} pieces beside {human[pieces]} human pieces: means, Wasserstein distance and overlap of the "
        "distributions, and the same for two random halves of the human pieces".format(**report)
    )
    table = _table(title, "", "music", "human", "distance", "halves", "overlap", "halves")
    for name, each in report["statistics"].items():
        apart, halves = each["to_human"], each["between_human_halves"]
        figures = (each["mean"], each["human_mean"], apart.wasserstein, halves.wasserstein)
        table.add_row(
            name.replace("_", " "),
            *(f"{figure:.3f}" for figure in figures),
            f"{apart.overlap:.2f}",
            f"{halves.overlap:.2f}",
        )
    make_console().print(table)


def copies_table(report: Mapping[str, Any]) -> None:
    """A row a set: how much of it is in training, and its longest runs."""
    copies = report["copies"]
    key = "in any key" if copies["any_key"] else "in the same key"
    title = f"Copied from {report['training']['steps']} steps of training, frame by frame, {key}"
    table = _table(title, "", "in 16 steps", "in 32 steps", "longest run", "median piece")
    for name in ("music", "human"):
        if name in copies:
            each = copies[name]
            table.add_row(
                report[name]["source"],
                f"{each['copied_16']:.2%}",
                f"{each['copied_32']:.2%}",
                f"{each['longest_run']} steps",
                f"{each['median_longest_run']} steps",
            )
    make_console().print(table)


def table(title: str, columns: Sequence[str], rows: Mapping[str, Sequence[str]]) -> None:
    """A row a name, its cells as text; what is not a number is a dash."""
    drawn = _table(title, "", *columns)
    for name, cells in rows.items():
        drawn.add_row(name, *(cell.replace("+nan", "–").replace("nan", "–") for cell in cells))
    make_console().print(drawn)


def _table(title: str, first: str, *figures: str) -> Table:
    make_console().print(title)
    table = Table(box=SIMPLE_HEAD)
    table.add_column(first, overflow="fold")
    for name in figures:
        table.add_column(name, justify="right")
    return table


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
