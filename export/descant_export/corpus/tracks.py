"""Tracks: which are music, which were asked for, and which notes of them make a voice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_export.corpus.track_pattern import Pattern

Integers = NDArray[np.int64]

UNPITCHED = {
    113,
    *range(115, 128),
}  # General MIDI, counted from 0: agogo, woodblock to reverse cymbal, noises
PERCUSSION = re.compile(
    r"\b(drum\w*|percussion|snare|cymbals?|hi-?hats?|kick|tambourin\w*|cowbell|maracas|bongos?|congas?|claves)\b",
    re.IGNORECASE,
)


class Track(NamedTuple):
    """A track's notes: ``on``, ``off`` in ticks, ``key``, ``velocity``, all of one length."""

    name: str
    program: int
    drums: bool
    on: Integers
    off: Integers
    key: Integers
    velocity: Integers

    @property
    def is_percussion(self) -> bool:
        """By channel 10, by program, or by a name that means nothing else (steel drums are an instrument)."""
        named = PERCUSSION.search(self.name) and "steel" not in self.name.casefold()
        return self.drums or self.program in UNPITCHED or bool(named)


def chosen(tracks: Sequence[Track], patterns: Sequence[Pattern]) -> list[Track]:
    """The tracks that meet a pattern; all of them when there is none."""
    if not patterns:
        return list(tracks)
    return [t for t in tracks if any(pattern.fits(t.name, t.program) for pattern in patterns)]


def has_dynamics(tracks: Sequence[Track]) -> bool:
    """Whether any track is played louder and softer; one velocity a track is a mixer setting."""
    return any(len(np.unique(track.velocity)) > 1 for track in tracks)


def voices_of(tracks: Sequence[Track]) -> list[Integers]:
    """The notes of each voice, rows of (on, off, key, velocity) in ticks, voice 0 the top one.

    Several tracks: each a voice, the one of the highest median key first. One track of chords: its skyline
    (each note that is the highest sounding where it begins), and the rest.
    """
    if len(tracks) > 1:
        order = sorted(range(len(tracks)), key=lambda index: -float(np.median(tracks[index].key)))
        return [_rows(tracks[index]) for index in order]
    (rows,) = (_rows(track) for track in tracks)
    top = _skyline(rows)
    return [rows] if top.all() else [rows[top], rows[~top]]


def _rows(track: Track) -> Integers:
    rows = np.stack([track.on, track.off, track.key, track.velocity], 1)
    return rows[np.lexsort((track.key, track.on))]


def _skyline(rows: Integers) -> NDArray[np.bool_]:
    """Which rows, ordered by (on, key), begin with no higher key sounding."""
    top = np.ones(len(rows), bool)
    sounding: list[tuple[int, int]] = []  # (key, off) of what may still sound, few at a time
    for now, begin, count in zip(*np.unique(rows[:, 0], return_index=True, return_counts=True), strict=True):
        chord = rows[begin : begin + count]
        sounding = [(key, off) for key, off in sounding if off > now]
        highest = max([key for key, _ in sounding] + [int(chord[-1, 2])])
        top[begin : begin + count] = chord[:, 2] >= highest
        sounding += [(int(key), int(off)) for _, off, key, _ in chord]
    return top
