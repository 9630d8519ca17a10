"""A piece of the corpus: its notes on the grid, and where in its bar each step lies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange, State

NOTE = np.dtype([("on", "<i4"), ("off", "<i4"), ("key", "u1"), ("velocity", "u1"), ("voice", "u1")])
"""A note: first step, step after the last, MIDI key, MIDI velocity (0 where the corpus has none), voice."""
Notes = NDArray[np.void]


@dataclass(frozen=True, eq=False)
class Piece:
    """One piece at the model's grid.

    ``notes``: ``NOTE`` records ordered by (on, key, voice); within a voice no key sounds twice at once.
    ``step_in_bar``: integers ``[steps]``; a pick-up begins late in its bar. ``voices``: how many, voice 0 the
    top one. ``style``: its number among the model's. ``steps_per_beat``: of a quarter.
    """

    name: str
    notes: Notes
    step_in_bar: NDArray[np.int16]
    voices: int
    style: int = 0
    steps_per_beat: int = 4

    @property
    def steps(self) -> int:
        """How many steps."""
        return len(self.step_in_bar)

    @property
    def keys(self) -> tuple[int, int]:
        """The lowest and highest MIDI key that sounds."""
        return int(self.notes["key"].min()), int(self.notes["key"].max())

    def within(self, begin: int, end: int) -> Notes:
        """The notes that sound in steps ``begin`` to ``end`` - 1."""
        notes = self.notes[: np.searchsorted(self.notes["on"], end)]
        return notes[notes["off"] > begin]

    def part(self, begin: int, end: int) -> Piece:
        """Steps ``begin`` to ``end`` - 1 as a piece of the same name; what is held at its beginning begins there."""
        notes = self.within(begin, end).copy()
        notes["on"] = np.maximum(notes["on"], begin) - begin
        notes["off"] = np.minimum(notes["off"], end) - begin
        notes = notes[np.lexsort((notes["voice"], notes["key"], notes["on"]))]
        return replace(self, notes=notes, step_in_bar=self.step_in_bar[begin:end])

    def state(
        self,
        voices: Collection[int],
        pitches: PitchRange,
        transpose: int = 0,
        begin: int = 0,
        end: int | None = None,
    ) -> State:
        """The union of some voices in steps ``begin`` to ``end`` - 1, ``[steps, pitches, 2]``, transposed."""
        end = self.steps if end is None else end
        notes = self.within(begin, end)
        return render(notes[np.isin(notes["voice"], list(voices))], pitches, transpose, begin, end)


def render(notes: Notes, pitches: PitchRange, transpose: int, begin: int, end: int) -> State:
    """Notes as states ``[end - begin, pitches, 2]``; what lies outside of ``pitches`` is left out."""
    row = notes["key"].astype(np.int64) + (transpose - pitches.low)
    known = (row >= 0) & (row < pitches.size)
    row, on, off = row[known], notes["on"][known], notes["off"][known]
    state = np.zeros((end - begin, pitches.size, 2), np.float32)
    edges = np.zeros((end - begin + 1, pitches.size), np.int32)
    np.add.at(edges, (np.maximum(on, begin) - begin, row), 1)
    np.add.at(edges, (np.minimum(off, end) - begin, row), -1)
    state[..., PLAY] = edges[:-1].cumsum(0) > 0
    inside = on >= begin
    state[on[inside] - begin, row[inside], ARTICULATE] = 1
    return state


def velocities(notes: Notes, pitches: PitchRange, transpose: int, begin: int, end: int) -> NDArray[np.uint8]:
    """MIDI velocities where notes are struck, ``[end - begin, pitches]``; 0 elsewhere, and where none is known.

    Of two voices that strike a pitch together the louder is heard.
    """
    row = notes["key"].astype(np.int64) + (transpose - pitches.low)
    known = (row >= 0) & (row < pitches.size) & (notes["on"] >= begin) & (notes["on"] < end)
    loud = np.zeros((end - begin, pitches.size), np.uint8)
    np.maximum.at(loud, (notes["on"][known] - begin, row[known]), notes["velocity"][known])
    return loud


def from_notes(
    name: str,
    voices: Sequence[Iterable[tuple[int, ...]]],
    step_in_bar: Sequence[int] | NDArray[np.integer],
    steps_per_beat: int = 4,
) -> Piece:
    """A piece from notes (first step, step after the last, MIDI key[, velocity]) of each voice.

    A note lasts at least one step; a key that is struck again in its voice ends there.
    """
    steps = len(step_in_bar)
    rows: list[tuple[int, int, int, int, int]] = []
    for voice, notes in enumerate(voices):
        sounding: dict[int, int] = {}  # key → its row
        for on, off, key, *velocity in sorted(notes):
            if not 0 <= on < steps:
                continue
            before = sounding.get(key)
            if before is not None and rows[before][0] == on:
                rows[before] = (on, max(off, rows[before][1]), *rows[before][2:])
                continue
            if before is not None and rows[before][1] > on:
                rows[before] = (rows[before][0], on, *rows[before][2:])
            sounding[key] = len(rows)
            rows.append((on, max(off, on + 1), key, velocity[0] if velocity else 0, voice))
    table = np.array(rows, NOTE)
    table["off"] = np.minimum(table["off"], steps)
    table = table[np.lexsort((table["voice"], table["key"], table["on"]))]
    bars = np.asarray(step_in_bar, np.int16)
    return Piece(name, table, bars, len(voices), steps_per_beat=steps_per_beat)
