"""Scores that the music21 package carries, as pieces: voices, repeated notes, pick-ups, metre."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from descant_daemon.note_state import nearest_step
from descant_daemon.user_folders import cache_folder
from descant_export.corpus.facts import KEPT, Facts, FileReport, LeftOutError, Reading
from descant_export.corpus.music21_table import Collection
from descant_export.corpus.onset_grid import near_the_grid
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.piece import from_notes

STEPS_PER_BEAT = 4


def score_names(collection: Collection) -> tuple[str, ...]:
    """The scores of a collection, analyses left out, as paths within music21's folder of it."""
    found = _music21_corpus().getComposer(collection.composer)
    paths = sorted(path for path in found if path.suffix in collection.suffixes)
    home = next(
        (parent for path in paths for parent in path.parents if parent.name == collection.composer), Path()
    )
    return tuple(path.relative_to(home).as_posix() for path in paths)


def read_score(collection: Collection, options: IngestOptions, name: str) -> Reading:
    """A score as a piece named without its suffix, or why it is none."""
    title = name.removesuffix(Path(name).suffix)
    try:
        return _read(title, _parts(collection, name), collection, options)
    except LeftOutError as left_out:
        return Reading(FileReport(title, left_out.kind, str(left_out), left_out.facts))


@functools.cache
def _music21_corpus() -> Any:
    """``music21.corpus``, which makes its scratch folder in the user's own cache: not where every user may write."""
    scratch = cache_folder() / "music21"
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    importlib.import_module("music21.environment").Environment()["directoryScratch"] = scratch
    return importlib.import_module("music21.corpus")


def _parts(collection: Collection, name: str) -> list[Any]:
    try:
        # From its source: music21 would rather run a pickle of it that lies in its scratch folder.
        score: Any = _music21_corpus().parse(f"{collection.composer}/{name}", forceSource=True)
    except Exception as error:  # music21 raises whatever its parsers meet
        raise LeftOutError("broken", f"cannot be parsed: {error}".replace("\n", " ")) from error
    parts = [part for part in score.parts if str(part.partName or "").startswith(collection.singers or ("",))]
    if collection.voices and len(parts) != collection.voices:
        raise LeftOutError("tracks", f"has {len(parts)} voices, not {collection.voices}")
    return parts


def _read(title: str, parts: Sequence[Any], collection: Collection, options: IngestOptions) -> Reading:
    grid = options.steps_per_beat
    bars = list(_bars(parts[0], grid)) if parts else []
    if not bars:
        raise LeftOutError("empty", "has no bars")
    notes = [sorted(_notes(part)) for part in parts]
    notes = [voice for voice in notes if voice]
    if not notes:
        raise LeftOutError("empty", "has no notes")
    if not collection.singers:  # singers are named in their order; others stand as their editor placed them
        notes.sort(key=lambda voice: -float(np.median([key for _, _, key in voice])))
    begin = min(_step(voice[0][0], grid) for voice in notes)
    step_in_bar: list[int] = []
    for start, length, late_by in bars:
        step_in_bar.extend((step + late_by) for step in range(length) if start + step >= begin)
    voices = [
        [
            (_step(on, grid) - begin, _step(off, grid) - begin, key)
            for on, off, key in voice
            if _step(on, grid) - begin < len(step_in_bar)
        ]
        for voice in notes
    ]
    beats = len(step_in_bar) / grid
    keys = [key for voice in notes for _, _, key in voice]
    signs = (sign.ratioString for sign in parts[0].recurse().getElementsByClass("TimeSignature"))
    near = near_the_grid(np.array([float(on) for voice in notes for on, _, _ in voice]))
    facts = Facts(
        notes=len(keys),
        beats=beats,
        voices=len(voices),
        metres=tuple(dict.fromkeys(signs)),
        on_sixteenths=near.sixteenths,
        on_twelfths=near.twelfths,
        on_simple=near.simple,
        pick_up=next((at for at, place in enumerate(step_in_bar) if not place), 0),
        low=min(keys),
        high=max(keys),
    )
    if not options.min_beats <= beats <= options.max_beats:
        raise LeftOutError(
            "length", f"lasts {beats:.3g} beats, not {options.min_beats} to {options.max_beats}", facts
        )
    return Reading(FileReport(title, KEPT, facts=facts), from_notes(title, voices, step_in_bar, grid))


def _step(quarters: Fraction, steps_per_beat: int) -> int:
    return nearest_step(float(quarters * steps_per_beat), 1)


def _bars(part: Any, steps_per_beat: int) -> Iterator[tuple[int, int, int]]:
    """(first step, steps, steps missing at its beginning) of each bar."""
    for bar in part.getElementsByClass("Measure"):
        start = _step(Fraction(bar.offset), steps_per_beat)
        end = _step(Fraction(bar.offset + bar.duration.quarterLength), steps_per_beat)
        yield start, end - start, _step(Fraction(bar.paddingLeft), steps_per_beat)


def _notes(part: Any) -> Iterator[tuple[Fraction, Fraction, int]]:
    """(begin, end in quarters, MIDI key) of each note, ties joined."""
    for note in part.stripTies().flatten().notes:
        for pitch in note.pitches:
            yield (
                Fraction(note.offset),
                Fraction(note.offset + note.duration.quarterLength),
                int(pitch.midi),
            )
