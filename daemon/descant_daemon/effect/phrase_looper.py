"""What Descant has played lately, to be played again: the loop of ``freeze``."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from descant_daemon.engine.loudness import Velocities
from descant_daemon.note_state import PitchRange, State

MOST_STEPS = 16 * 32  # the longest loop, sixteen bars, of eight quarters


class LoopFrame(NamedTuple):
    """Descant's notes of a step, and how loud the model had them."""

    ours: State
    velocities: Velocities | None


def rest(pitches: PitchRange) -> LoopFrame:
    """A step in which Descant plays nothing."""
    return LoopFrame(np.zeros((pitches.size, 2), np.float32), None)


class PhraseLooper:
    """Steps by their number in the song; a loop is played at the same place of the bar as at first."""

    def __init__(self) -> None:
        self._frames: dict[int, LoopFrame] = {}
        self._loop: dict[int, LoopFrame] | None = None
        self._length = 1

    @property
    def loops(self) -> bool:
        """Whether a loop goes round."""
        return self._loop is not None

    def keep(self, step: int, ours: State, velocities: Velocities | None) -> None:
        """This is what was played in ``step``."""
        self._frames[step] = LoopFrame(ours, velocities)
        while len(self._frames) > MOST_STEPS:
            del self._frames[next(iter(self._frames))]

    def freeze(self, step: int, length: int) -> None:
        """From ``step`` on, the ``length`` steps before it go round."""
        lately = range(step - length, step)
        self._length = length
        self._loop = {each % length: self._frames[each] for each in lately if each in self._frames}

    def melt(self) -> None:
        """The loop ends."""
        self._loop = None

    def at(self, step: int) -> LoopFrame | None:
        """What the loop has in ``step``; None is nothing."""
        return self._loop.get(step % self._length) if self._loop is not None else None
