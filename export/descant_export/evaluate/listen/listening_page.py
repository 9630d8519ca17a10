"""The page for ears: takes under each other, each with its sound, its roll and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import quote

import numpy as np

from descant_export.corpus.piece import Piece
from descant_export.evaluate.statistics import measure, silence

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
h1 { margin-bottom: 0 } h2 { margin: 2.5rem 0 .3rem } audio { width: 100% } img { width: 100% }
table { border-collapse: collapse } td, th { padding: .1rem 1.2rem .1rem 0; text-align: left; font-weight: normal }
th { color: #667 }
"""


class Shown(NamedTuple):
    """One take. ``midi``, ``picture``, ``audio``: names of files beside the page, ``audio`` None without one."""

    title: str
    midi: str
    picture: str
    audio: str | None
    figures: Mapping[str, str]


def page(title: str, about: Sequence[str], takes: Sequence[Shown]) -> str:
    """The page; every text in it is escaped, and nothing in it is fetched from elsewhere."""
    head = "".join(f"<p>{escape(sentence)}</p>\n" for sentence in about)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}: takes</title><style>{STYLE}</style></head><body>
<h1>{escape(title)}</h1>
{head}{"".join(_take(number, take) for number, take in enumerate(takes, 1))}</body></html>
"""


def _take(number: int, take: Shown) -> str:
    rows = "".join(f"<th>{escape(name)}</th>" for name in take.figures)
    values = "".join(f"<td>{escape(value)}</td>" for value in take.figures.values())
    sound = f'<audio controls preload="none" src="{quote(take.audio)}"></audio>\n' if take.audio else ""
    return f"""<h2>{number}. {escape(take.title)}</h2>
{sound}<img alt="Piano roll of take {number}" src="{quote(take.picture)}">
<table><tr>{rows}</tr><tr>{values}</tr></table>
<p><a href="{quote(take.midi)}">{escape(take.midi)}</a></p>
"""


def figures(piece: Piece) -> Mapping[str, str]:
    """Name → value, as a page shows them."""
    bars = piece.steps / (int(piece.step_in_bar.max()) + 1)
    found, quiet = measure(piece), silence(piece)
    return {
        "Notes a bar": f"{len(piece.notes) / bars:.1f}",
        "Notes at once": _told(found.polyphony, "{:.2f}"),
        "Silent beats": _told(quiet.beats, "{:.0%}"),
        "Longest silence": f"{quiet.longest:.2g} bars",
        "Repeated bars": _told(found.repeated_bars, "{:.0%}"),
    }


def _told(value: float, form: str) -> str:
    return form.format(value) if np.isfinite(value) else "–"
