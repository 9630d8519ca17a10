"""The player's hands in steps: which keys are given in a step, and in which step the last one was struck.

A lane is a channel of an input."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from descant_daemon.effect.player.keys import Keys
from descant_daemon.note_state import NoteLog, PitchRange, State


class Hands:
    """``keys`` says what is held now; the log says what it means on the grid."""

    def __init__(self, pitches: PitchRange) -> None:
        """Nothing held."""
        self.keys = Keys()
        self.struck_step = -1
        self.pitches = pitches
        """The keys that the model knows."""
        self._log = NoteLog()

    def begin(self, step: int, now: int, reach: float) -> None:
        """The song goes on with ``step``: keys pressed less than ``reach`` ns ago are struck in it, others held."""
        self._log, self.struck_step = NoteLog(), -1
        for (lane, key), pressed in self.keys.held().items():
            self._log.strike(lane, key, step if now - pressed <= reach else step - 1)

    def strike(self, lane: int, key: int, step: int) -> None:
        """A key that has gone down counts from ``step`` on."""
        self._log.strike(lane, key, step)
        self.struck_step = step

    def release(self, ended: Iterable[tuple[int, int]], step: int) -> None:
        """These (lane, key) pairs are no longer given from ``step`` on."""
        for lane, key in ended:
            self._log.release(lane, key, step)

    def given(self, step: int) -> State:
        """What the player holds in a step, ``[P, 2]``."""
        return self._log.state(step, self.pitches)

    def now(self, struck: int | None = None) -> State:
        """What is held at this moment, off the grid, ``[P, 2]``; ``struck`` is the key that has just gone down."""
        state = np.zeros((self.pitches.size, 2), np.float32)
        for _, key in self.keys.held():
            if key in self.pitches:
                state[key - self.pitches.low] = (1, key == struck)
        return state

    def forget_before(self, step: int) -> None:
        """Steps before this one will not be asked for again."""
        self._log.forget_before(step)
