"""The table: what was published, what was measured here, and what each row was given. Markdown, JSON, CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from io import StringIO
from pathlib import Path
from statistics import median

from descant_daemon.whole_file import write_whole
from descant_export.benchmark.published import (
    JOHNSON_TABLE_1,
    KOTECHA_YOUNG_NOTE,
    KOTECHA_YOUNG_PIANO,
    TABLE_SETS,
)
from descant_export.benchmark.sets import PIANO_16THS, TITLES
from descant_export.benchmark.store import Result

GIVEN = (
    "network",
    "set",
    "seed",
    "test",
    "validation",
    "ended",
    "updates",
    "best at",
    "epochs",
    "seconds",
    "TFLOP",
    "GFLOP/s",
    "batch",
    "device",
)
SCALE = 88 / 78  # from Kotecha & Young's 78 pitches to Johnson's 88


def write_table(folder: Path, results: Sequence[Result]) -> None:
    """Write ``table.md``, ``table.json`` and ``table.csv`` into ``folder``."""
    text = StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Result)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(result) for result in results)
    published = {row: dict(zip(TABLE_SETS, figures, strict=True)) for row, figures in JOHNSON_TABLE_1.items()}
    everything = {"published": published, "measured": [asdict(result) for result in results]}
    write_whole(folder / "table.csv", text.getvalue().encode())
    write_whole(folder / "table.json", (json.dumps(everything, indent=1) + "\n").encode())
    write_whole(folder / "table.md", markdown(results).encode())


def markdown(results: Sequence[Result]) -> str:
    """The page."""
    networks = sorted({result.network for result in results if result.set in TABLE_SETS})
    rows = [[name, *map(_published, figures)] for name, figures in JOHNSON_TABLE_1.items()]
    for network in networks:
        cells = [_cell([r for r in results if (r.network, r.set) == (network, one)]) for one in TABLE_SETS]
        rows.append([f"**{network}**", *cells])
    parts = [
        "# Four sets of piano rolls",
        "Test log-likelihood in nats per time step: a flat mean over all steps of the test sequences, 88 pitches, "
        "play alone, teacher forcing on both axes, each sequence whole and from silence. Two figures are best and "
        "median of the runs; (n) says how many, and * that one of them is not over. Rows in bold were trained "
        "here; the others are Johnson 2017, Table 1. Weights were chosen "
        "on validation. No transposition in training or test.",
        _table(["", *(TITLES[one] for one in TABLE_SETS)], rows),
        *_kotecha_young([result for result in results if result.set == PIANO_16THS]),
        "## What each run was given",
        _table(
            GIVEN,
            [_given(result) for result in sorted(results, key=lambda r: (r.network, r.set, r.seed))],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _cell(results: Sequence[Result]) -> str:
    if not results:
        return "–"
    figures = [result.test for result in results]
    unfinished = "" if all(result.ended for result in results) else "*"
    return f"{max(figures):.2f}, {median(figures):.2f} ({len(figures)}){unfinished}"


def _published(figures: Iterable[float]) -> str:
    return ", ".join(f"{figure:.2f}" for figure in figures)


def _kotecha_young(results: Sequence[Result]) -> list[str]:
    if not results:
        return []
    theirs = ["Kotecha & Young 2018, Fig. 9", _published(KOTECHA_YOUNG_PIANO["test"])]
    names = sorted({result.network for result in results})
    ours = [[name, _scaled([r for r in results if r.network == name])] for name in names]
    return [
        f"## {TITLES[PIANO_16THS]}, times 88/78",
        _table(["", "best, median"], [theirs, *ours]),
        KOTECHA_YOUNG_NOTE,
    ]


def _scaled(results: Sequence[Result]) -> str:
    figures = [result.test * SCALE for result in results]
    unfinished = "" if all(result.ended for result in results) else "*"
    return f"{max(figures):.2f}, {median(figures):.2f} ({len(figures)}){unfinished}"


def _given(result: Result) -> list[str]:
    rate = 1000 * result.tflop / result.seconds if result.seconds else 0.0
    return [
        result.network,
        result.set,
        str(result.seed),
        f"{result.test:.3f}",
        f"{result.valid:.3f}",
        result.ended or "not yet",
        str(result.update),
        str(result.best_update),
        f"{result.epochs:.1f}",
        f"{result.seconds:.0f}",
        f"{result.tflop:.1f}",
        f"{rate:.0f}",
        f"{result.batch} × {result.segment}",
        result.device,
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
