"""A piece of the corpus: voices of note state, and where in its bar each step lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import NoteLog, PitchRange, State

ALL_KEYS = PitchRange(0, 127)


@dataclass(frozen=True)
class Piece:
    """One piece at the model's grid.

    ``voices``: uint8 ``[voices, steps, 128, 2]`` (play, articulate), voice 0 the top one.
    ``step_in_bar``: int64 ``[steps]``; a pick-up begins late in its bar. ``style``: its number among the model's.
    """

    name: str
    voices: NDArray[np.uint8]
    step_in_bar: NDArray[np.int64]
    style: int = 0

    @property
    def steps(self) -> int:
        """How many steps."""
        return len(self.step_in_bar)

    @property
    def keys(self) -> tuple[int, int]:
        """The lowest and highest MIDI key that sounds."""
        sounding = np.flatnonzero(self.voices[..., 0].any((0, 1)))
        return int(sounding[0]), int(sounding[-1])

    def state(self, voices: Iterable[int], pitches: PitchRange, transpose: int = 0) -> State:
        """The union of some voices ``[steps, pitches, 2]``, transposed by semitones."""
        chosen = list(voices)
        if not chosen:
            return np.zeros((self.steps, pitches.size, 2), np.float32)
        union = self.voices[chosen].max(0)
        first = pitches.low - transpose
        columns = np.arange(first, first + pitches.size)
        known = (columns >= 0) & (columns <= ALL_KEYS.high)
        state = np.zeros((self.steps, pitches.size, 2), np.float32)
        state[:, known] = union[:, columns[known]]
        return state


def from_notes(
    name: str,
    voices: Sequence[Iterable[tuple[int, int, int]]],
    step_in_bar: Sequence[int],
) -> Piece:
    """A piece from notes (first step, step after the last, MIDI key) of each voice."""
    planes = np.zeros((len(voices), len(step_in_bar), ALL_KEYS.size, 2), np.uint8)
    for index, notes in enumerate(voices):
        log = NoteLog()
        for on, off, key in sorted(notes):
            log.strike(0, key, on)
            log.release(0, key, off)
        planes[index] = log.states(len(step_in_bar), ALL_KEYS)
    return Piece(name, planes, np.asarray(step_in_bar, np.int64))
