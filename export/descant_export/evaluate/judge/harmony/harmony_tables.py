"""The figures as tables of at most 80 columns: a row a preset; with a human setting, takes/human."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from descant_daemon.console import say
from descant_export.evaluate.judge.harmony.figures import Figures
from descant_export.evaluate.judge.harmony.free import PARTS, Free
from descant_export.evaluate.judge.harmony.shock import ENOUGH, Shock, pooled

WIDTH = 80
NAME = 16  # columns for a preset
BARS = 8  # after a shock, that a table has room for


class Column(NamedTuple):
    """``head``: two lines; ``scale``: 100 for shares."""

    figure: str
    head: tuple[str, str]
    scale: float = 100.0
    digits: int = 0


BLOCKS: Mapping[str, Sequence[Column]] = {
    "Key and clashes, %": (
        Column("wrong_key", ("wrong", "key")),
        Column("out_of_key", ("out of", "key")),
        Column("chord_tone", ("chord", "tone")),
        Column("semitone", ("semi-", "tone")),
        Column("dissonant", ("disso-", "nant")),
    ),
    "On the beats and at phrase ends, %": (
        Column("triads", ("triads", "")),
        Column("sevenths", ("sev-", "enths")),
        Column("consonant", ("conso-", "nant")),
        Column("other", ("other", "")),
        Column("stable_ends", ("stable", "end")),
        Column("root_ends", ("root", "end")),
    ),
    "Parallels per 100 changes; the bass from beat to beat, %": (
        Column("parallels", ("paral-", "lels")),
        Column("parallels_with_tune", ("with", "tune")),
        Column("bass_stays", ("bass", "stays")),
        Column("bass_steps", ("bass", "steps")),
        Column("bass_fourths_fifths", ("4ths,", "5ths")),
    ),
    "Texture; %, but for notes": (
        Column("voices", ("at", "once"), 1, 1),
        Column("notes_a_bar", ("notes", "a bar"), 1, 1),
        Column("rhythm_again", ("rhythm", "again")),
        Column("above", ("above", "tune")),
        Column("doubled", ("same", "key")),
    ),
    "Silence and stutter, %": (
        Column("silent_beats", ("silent", "beats")),
        Column("gaps", ("silent", "time")),
        Column("short_notes", ("16th", "notes")),
    ),
}


def figures(takes: Mapping[str, Figures], human: Figures | None) -> None:
    """All of each preset."""
    theirs = human.values() if human else {}
    for title, columns in BLOCKS.items():
        rows = {}
        for name, each in takes.items():
            ours = each.values()
            rows[name] = [
                _cell(column, ours[column.figure])
                + ("/" + _cell(column, theirs[column.figure]) if theirs else "")
                for column in columns
            ]
        _table(title, [column.head for column in columns], rows)


def shocks(found: Mapping[str, Sequence[Shock]]) -> None:
    """A column a bar after the shock."""
    rows = {}
    for name, each in found.items():
        together = pooled(each)
        waited = sorted(shock.bars for shock in each if shock.bars is not None)
        never = len(each) - len(waited)
        middle = [*waited, *[None] * never][(len(each) - 1) // 2]
        rows[name] = [
            _percent(together.before.value),
            "never" if middle is None else str(middle),
            f"{never}/{len(each)}",
            *(_percent(bar.value) for bar in together.after[:BARS]),
        ]
    count = max(len(row) for row in rows.values()) - 3
    heads = [
        ("before", ""),
        ("bars", "median"),
        ("never", ""),
        *(("bar", f"+{n}") for n in range(1, count + 1)),
    ]
    _table(f"Out of the new key after the shock, %; bars until at most {ENOUGH:.0%}", heads, rows)


def frees(found: Mapping[str, Sequence[Free]]) -> None:
    """Means over the takes, but for the longest stretch, which is the longest of all."""
    parts = [(f"{part}/{PARTS}", "") for part in range(1, PARTS + 1)]
    still = {
        name: [
            str(max(free.unchanged for free in each)),
            f"{sum(free.unchanged for free in each) / len(each):.0f}",
            f"{sum(free.changes for free in each) / len(each):.1f}",
        ]
        for name, each in found.items()
    }
    heads = [("most", ""), ("mean", ""), ("key", "changes")]
    _table("Beats on one unchanged chord; changes of key between eighths of a take", heads, still)
    for title, field in (("Notes a bar, by eighths", "notes"), ("Notes at once, by eighths", "voices")):
        rows = {
            name: [
                f"{sum(getattr(free, field)[part] for free in each) / len(each):.1f}" for part in range(PARTS)
            ]
            for name, each in found.items()
        }
        _table(title, parts, rows)


def _cell(column: Column, value: float) -> str:
    return f"{value * column.scale:.{column.digits}f}" if math.isfinite(value) else "–"


def _percent(value: float) -> str:
    return f"{value:.0%}".rstrip("%") if math.isfinite(value) else "–"


def _table(title: str, heads: Sequence[tuple[str, str]], rows: Mapping[str, Sequence[str]]) -> None:
    """Columns as wide as what is in them; names cut where a line would be longer than ``WIDTH``."""
    widths = [
        2 + max(len(text) for text in (*head, *(row[at] for row in rows.values() if at < len(row))))
        for at, head in enumerate(heads)
    ]
    name = min(max(len(each) for each in rows), max(NAME, WIDTH - sum(widths)))
    say(title)
    for line in (0, 1):
        if any(head[line] for head in heads):
            say((" " * name + "".join(h[line].rjust(w) for h, w in zip(heads, widths, strict=True))).rstrip())
    for label, row in rows.items():
        cells = "".join(cell.rjust(width) for cell, width in zip(row, widths, strict=False))
        say(label[-name:].ljust(name) + cells)
    say("")
