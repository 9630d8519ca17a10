"""What is odd in a folder, in plain sentences: a table of questions, each asked of every file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from descant_daemon.note_state import PIANO
from descant_export.corpus.facts import KEPT, KINDS, Facts, FileReport
from descant_export.corpus.tally import Tally

NAMED = 3  # files that a sentence names; the page lists every one


def _nothing(_facts: Facts) -> str:
    return ""


@dataclass(frozen=True)
class Question:
    """``says``: how the sentence goes on after "5 pieces". ``about``: what it says of one, in brackets."""

    says: str
    fits: Callable[[Facts], bool]
    about: Callable[[Facts], str] = _nothing


def _range(facts: Facts) -> str:
    return f"keys {facts.low} to {facts.high}"


QUESTIONS = (
    Question(
        "have more than a tenth of their onsets off the grid of sixteenths and triplets",
        lambda f: f.on_simple < 0.9,
        lambda f: f"{1 - f.on_simple:.0%}",
    ),
    Question(
        "lay off the grid as a whole (a grace note before the first bar?) and were moved onto it",
        lambda f: f.shift != 0,
        lambda f: f"by {-f.shift:+.3f} beats",
    ),
    Question("say no metre and were taken as 4/4", lambda f: not f.metres),
    Question("change metre", lambda f: len(f.metres) > 1, lambda f: ", ".join(f.metres[:4])),
    Question("have drums beside their music, which were left out", lambda f: f.drums > 0),
    Question(
        f"go beyond the piano's keys {PIANO.low} to {PIANO.high}",
        lambda f: f.low < PIANO.low or f.high > PIANO.high,
        _range,
    ),
    Question(
        "say a tempo that nobody plays",
        lambda f: bool(f.tempos) and not 5 <= f.tempos[1] <= f.tempos[2] <= 600,
        lambda f: f"{f.tempos[1]:g} to {f.tempos[2]:g} BPM",
    ),
    Question(
        "are longer than 2,000 beats (several movements in one file?)",
        lambda f: f.beats > 2000,
        lambda f: f"{f.beats:,.0f}",
    ),
    Question("are shorter than 16 beats", lambda f: f.beats < 16, lambda f: f"{f.beats:g}"),
    Question("have empty tracks", lambda f: f.empty_tracks > 1),
)


def sentences(found: Tally) -> list[str]:
    """Each one stands for itself; none when there is nothing odd."""
    told = []
    for kind in KINDS:
        files = [report for report in found.reports if report.kind == kind]
        if kind != KEPT and files:
            told.append(
                f"{count_of(len(files), 'file')} {agreeing(KINDS[kind], len(files))}: {_named(files)}."
            )
    kept = [report for report in found.reports if report.kind == KEPT and report.facts is not None]
    told += _minority(found.metres, len(kept))
    for question in QUESTIONS:
        files = [
            FileReport(report.name, KEPT, question.about(report.facts))
            for report in kept
            if report.facts is not None and question.fits(report.facts)
        ]
        if files:
            told.append(
                f"{count_of(len(files), 'piece')} {agreeing(question.says, len(files))}: {_named(files)}."
            )
    told.append(
        f"Off the grid lie {found.off_sixteenths:.1%} of the notes at 4 steps a beat and "
        f"{found.off_twelfths:.1%} at 12; they are moved to the nearest step."
    )
    return told


def _minority(metres: Counter[str], pieces: int) -> list[str]:
    """Metres in which few pieces are, beside the one in which most are."""
    said = [(metre, count) for metre, count in metres.most_common() if metre]
    if len(said) < 2 or said[0][1] < 0.5 * pieces:
        return []
    others = ", ".join(f"{count} in {metre}" for metre, count in said[1:6])
    return [f"Most pieces begin in {said[0][0]}; {others}."]


def count_of(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def agreeing(clause: str, number: int) -> str:
    """The plural clause, or the same of one file."""
    if number > 1:
        return clause
    verb, _, rest = clause.partition(" ")
    one = {"have": "has", "are": "is", "cannot": "cannot", "lay": "lay", "go": "goes"}
    said = f"{one.get(verb, verb + 's')} {rest}"
    for many, single in (("copies of others", "a copy of another"), ("their", "its"), ("were", "was")):
        said = said.replace(many, single)
    return said


def _named(files: Sequence[FileReport]) -> str:
    """The first few names, with what is said of each."""
    shown = [f"{file.name} ({file.reason})" if file.reason else file.name for file in files[:NAMED]]
    more = len(files) - len(shown)
    return "; ".join(shown) + (f"; and {more:,} more" if more else "")
