"""The Bach chorales that the music21 package carries: four voices, repeated notes, pick-ups, metre."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from typing import Any

from descant_daemon.note_state import nearest_step
from descant_export.corpus.piece import Piece, from_notes

CREDIT = "Johann Sebastian Bach, four-part chorales, as encoded in the music21 corpus"
LICENCE = "compositions in the public domain; music21 corpus, see its corpus/license.txt"
VOICES = 4
SINGERS = ("Soprano", "Alto", "Tenor", "Bass")
STEPS_PER_BEAT = 4


def chorale_names() -> list[str]:
    """The scores that music21 files under Bach, analyses left out."""
    corpus = importlib.import_module("music21.corpus")
    return sorted(path.name for path in corpus.getComposer("bach") if path.suffix == ".mxl")


def read_all(advance: Callable[[str], None] = lambda _name: None) -> tuple[list[Piece], dict[str, str]]:
    """Every four-part chorale, and for each score left out the reason. ``advance`` is told each name."""
    pieces: list[Piece] = []
    left_out: dict[str, str] = {}
    names = chorale_names()
    with ProcessPoolExecutor() as pool:
        for name, outcome in zip(names, pool.map(_read, names, chunksize=4), strict=True):
            advance(name)
            if isinstance(outcome, Piece):
                pieces.append(outcome)
            else:
                left_out[name] = outcome
    return pieces, left_out


def _read(name: str) -> Piece | str:
    score: Any = importlib.import_module("music21.corpus").parse(name)
    parts = [part for part in score.parts if _is_singer(part)]
    if len(parts) != VOICES:
        return f"{len(parts)} voices, not {VOICES}"
    bars = list(_bars(parts[0]))
    if not bars:
        return "no bars"
    notes = [sorted(_notes(part)) for part in parts]
    begin = min(on for voice in notes for on, _, _ in voice)
    step_in_bar: list[int] = []
    for start, length, late_by in bars:
        step_in_bar.extend((step + late_by) for step in range(length) if start + step >= begin)
    voices = [
        [(on - begin, off - begin, key) for on, off, key in voice if on - begin < len(step_in_bar)]
        for voice in notes
    ]
    return from_notes(name.removesuffix(".mxl"), voices, step_in_bar)


def _is_singer(part: Any) -> bool:
    # Horns, strings and the continuo double or decorate; the chorale itself is its singers.
    return str(part.partName or "").startswith(SINGERS)


def _step(quarters: Any) -> int:
    return nearest_step(float(Fraction(quarters) * STEPS_PER_BEAT), 1)


def _bars(part: Any) -> Iterator[tuple[int, int, int]]:
    """(first step, steps, steps missing at its beginning) of each bar."""
    for bar in part.getElementsByClass("Measure"):
        start = _step(bar.offset)
        yield start, _step(bar.offset + bar.duration.quarterLength) - start, _step(bar.paddingLeft)


def _notes(part: Any) -> Iterator[tuple[int, int, int]]:
    """(first step, step after the last, MIDI key) of each note, ties joined."""
    for note in part.stripTies().flatten().notes:
        for pitch in note.pitches:
            yield _step(note.offset), _step(note.offset + note.duration.quarterLength), int(pitch.midi)
