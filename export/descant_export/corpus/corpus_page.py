"""The summary of a corpus as one HTML page that needs nothing beside it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from typing import NamedTuple

from descant_export.corpus.facts import KEPT, KINDS, FileReport
from descant_export.corpus.oddities import agreeing, count_of

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
h1 { margin-bottom: 0 } table { border-collapse: collapse } td, th { padding: .15rem .8rem .15rem 0;
text-align: left; vertical-align: top } figure { display: inline-block; margin: 0 1rem 1rem 0 }
figcaption { font-weight: 600 } img { width: 28rem; max-width: 100% } td { overflow-wrap: anywhere }
"""


class Summary(NamedTuple):
    """What the page shows. ``figures``: name → value. ``pictures``: title → PNG."""

    title: str
    figures: Mapping[str, str]
    sentences: Iterable[str]
    pictures: Mapping[str, bytes]
    reports: Iterable[FileReport]


def page(summary: Summary) -> str:
    """The page. Names of files are somebody's: every text is escaped."""
    figures = "".join(_row(*pair) for pair in summary.figures.items())
    odd = "".join(f"<li>{escape(sentence)}</li>\n" for sentence in summary.sentences)
    pictures = "".join(_picture(*pair) for pair in summary.pictures.items())
    by_kind: dict[str, list[FileReport]] = {kind: [] for kind in KINDS}
    for report in summary.reports:
        by_kind[report.kind].append(report)
    lists = "".join(_list(kind, files) for kind, files in by_kind.items() if files)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(summary.title)}: a corpus</title><style>{STYLE}</style></head><body>
<h1>{escape(summary.title)}</h1>
<table>{figures}</table>
<h2>What is odd</h2>
<ul>{odd}</ul>
<h2>What it looks like</h2>
{pictures}
<h2>Every file</h2>
{lists}
</body></html>
"""


def _row(name: str, value: str) -> str:
    return f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>\n"


def _picture(title: str, png: bytes) -> str:
    data = b64encode(png).decode()
    alt = escape(title)
    return f'<figure><figcaption>{alt}</figcaption><img alt="{alt}" src="data:image/png;base64,{data}"></figure>\n'


def _list(kind: str, files: list[FileReport]) -> str:
    rows = "".join(f"<tr><td>{escape(file.name)}</td><td>{escape(_told(file))}</td></tr>\n" for file in files)
    shown = "" if kind == KEPT else " open"
    return (
        f"<details{shown}><summary>{count_of(len(files), 'file')} {agreeing(KINDS[kind], len(files))}</summary>"
        f"<table>{rows}</table></details>\n"
    )


def _told(file: FileReport) -> str:
    if file.reason or file.facts is None:
        return file.reason
    facts = file.facts
    tempo = f"{facts.tempos[0]:g} BPM" if facts.tempos else "no tempo"
    return (
        f"{facts.notes:,} notes, {facts.beats:,.4g} beats, {facts.voices} voices, "
        f"{', '.join(facts.metres[:4]) or 'no metre'}, {tempo}, {facts.on_sixteenths:.0%} on sixteenths"
    )
