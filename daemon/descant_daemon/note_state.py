"""Note state, the one representation: which pitches sound in a step, and which of them are struck in it.

The state of one step is an array ``[pitches, 2]`` of (play, articulate): 11 struck, 10 held, 00 silent
(Johnson 2015; Kotecha & Young §3.1). Files and live playing reach it through the same ``NoteLog``, so a
model hears in concert exactly what it heard in training.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PLAY, ARTICULATE = 0, 1
State = NDArray[np.float32]
"""``[pitches, 2]`` or ``[steps, pitches, 2]``, values 0 and 1; articulate is 0 wherever play is 0."""


class PitchRange(NamedTuple):
    """The MIDI keys that a model knows, both ends included."""

    low: int
    high: int

    @property
    def size(self) -> int:
        """How many pitches."""
        return self.high - self.low + 1

    def __contains__(self, key: object) -> bool:
        """Whether the model knows a key."""
        return isinstance(key, int) and self.low <= key <= self.high


PIANO = PitchRange(21, 108)
EVERY_KEY = PitchRange(0, 127)


def nearest_step(position: float, ticks_per_step: float) -> int:
    """The step whose tick lies nearest to ``position`` (in ticks); exactly half-way belongs to the next."""
    return int((2 * position + ticks_per_step) // (2 * ticks_per_step))


@dataclass(slots=True)
class _Span:
    key: int
    on: int
    off: int | None = None  # None while the key is down


@dataclass(slots=True)
class NoteLog:
    """Keys going down and up, in steps; answers with the state of any step it still remembers.

    A source is whatever can hold a key of its own (a channel, a voice): two sources on one key sound as
    one pitch until both have let go. A note lasts at least one step, a key struck again begins a new note.
    """

    _spans: dict[tuple[int, int], list[_Span]] = field(default_factory=dict)

    def strike(self, source: int, key: int, step: int) -> None:
        """Key ``key`` (MIDI number) of ``source`` goes down, quantised to ``step``."""
        spans = self._spans.setdefault((source, key), [])
        if spans:
            last = spans[-1]
            if last.off is None or last.off > step:
                last.off = step  # struck again before it ended
            if last.off <= last.on:
                spans.pop()  # twice in one step is once
        spans.append(_Span(key, step))

    def release(self, source: int, key: int, step: int) -> None:
        """The key comes up, quantised to ``step``; a key that was not down is no matter."""
        spans = self._spans.get((source, key))
        if spans and spans[-1].off is None:
            spans[-1].off = max(step, spans[-1].on + 1)

    def state(self, step: int, pitches: PitchRange) -> State:
        """The state ``[pitches, 2]`` of one step."""
        state = np.zeros((pitches.size, 2), np.float32)
        for spans in self._spans.values():
            for span in reversed(spans):
                if span.on <= step:
                    if (span.off is None or span.off > step) and span.key in pitches:
                        state[span.key - pitches.low, PLAY] = 1
                        if span.on == step:
                            state[span.key - pitches.low, ARTICULATE] = 1
                    break
        return state

    def states(self, steps: int, pitches: PitchRange) -> State:
        """The states ``[steps, pitches, 2]`` of steps 0 to ``steps`` - 1."""
        states = np.zeros((steps, pitches.size, 2), np.float32)
        for spans in self._spans.values():
            for span in spans:
                if span.key in pitches and span.on < steps:
                    row = span.key - pitches.low
                    states[max(span.on, 0) : span.off, row, PLAY] = 1
                    if span.on >= 0:
                        states[span.on, row, ARTICULATE] = 1
        return states

    def held(self) -> list[tuple[int, int]]:
        """The (source, key) pairs that are down now."""
        return [at for at, spans in self._spans.items() if spans and spans[-1].off is None]

    def release_all(self, step: int) -> None:
        """Every key comes up."""
        for source, key in self.held():
            self.release(source, key, step)

    def forget_before(self, step: int) -> None:
        """Drop what ended before ``step``, so that hours of playing take no room."""
        for at in list(self._spans):
            kept = [span for span in self._spans[at] if span.off is None or span.off > step]
            if kept:
                self._spans[at] = kept
            else:
                del self._spans[at]


class StateNote(NamedTuple):
    """A note read back from states: MIDI key, first step, length in steps."""

    key: int
    step: int
    length: int


def notes_of(states: State, pitches: PitchRange) -> list[StateNote]:
    """The notes that ``states [steps, pitches, 2]`` stand for, ordered by step, then key.

    A pitch that plays without ever having been struck counts as struck where it begins.
    """
    notes: list[StateNote] = []
    play = states[:, :, PLAY] > 0.5
    struck = (states[:, :, ARTICULATE] > 0.5) & play
    struck[1:] |= play[1:] & ~play[:-1]
    if len(states):
        struck[0] |= play[0]
    for row in range(pitches.size):
        for begin in np.flatnonzero(struck[:, row]):
            end = int(begin) + 1
            while end < len(states) and play[end, row] and not struck[end, row]:
                end += 1
            notes.append(StateNote(pitches.low + row, int(begin), end - int(begin)))
    return sorted(notes, key=lambda note: (note.step, note.key))
