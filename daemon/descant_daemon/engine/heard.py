"""What a step is set to: the keys that are held, and those that were let go a moment ago; and what they leave open."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.plan import ABOVE, BELOW
from descant_daemon.note_state import ARTICULATE, PLAY, State


def bridged(given: State, last: NDArray[np.uint8]) -> State:
    """``given [P, 2]``, and as held the keys that were let go since the player last struck one.

    ``last``: what sounded in the steps before, as far back as a gap is none, as ``SongMemory.before`` gives it. Who
    plays detached is so heard as if he played from key to key; a longer rest is a rest.
    """
    if not len(last) or given[:, ARTICULATE].any():
        return given
    alone = last[:, 0] > last[:, 1]  # [N, P, 2], the player's
    strikes = np.flatnonzero(alone[..., ARTICULATE].any(1))
    since = alone[strikes[-1] if len(strikes) else 0 :, :, PLAY].any(0)
    if not since.any():
        return given
    heard = given.copy()
    heard[since, PLAY] = 1
    return heard


def sounded_before(before: State, last: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """What a step is led on from, ``[P]``: what sounded ``before [P, 2]`` it; in a gap with the keys before that, too.

    ``last``: as ``bridged`` has it.
    """
    sounding: NDArray[np.bool_] = before[:, PLAY] > 0
    alone = last[:, 0, :, PLAY] > last[:, 1, :, PLAY]
    if not len(alone) or alone[-1].any() or not alone.any():
        return sounding
    return np.asarray(sounding | alone[np.flatnonzero(alone.any(1))[-1]])


def filled(alone: NDArray[np.bool_], most: int) -> NDArray[np.bool_]:
    """The player's keys in steps that followed one another, ``[N, P]``; a silence takes what was before it.

    ``most``: steps that it lasts at most.
    """
    steps = np.arange(len(alone))
    before = np.maximum.accumulate(np.where(alone.any(1), steps, -1))
    near = (before >= 0) & (steps - before <= most)
    return np.asarray(alone[np.where(near, before, steps)])


def open_pitches(low: int, high: int, place: str, given: State, keys: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Which of the ``keys [P]`` lie from ``low`` to ``high`` and on the right side of what is ``given [P, 2]``."""
    held = keys[given[:, PLAY] > 0]
    if len(held) and place == BELOW:
        high = min(high, int(held[-1]) - 1)
    elif len(held) and place == ABOVE:
        low = max(low, int(held[0]) + 1)
    return np.asarray((keys >= low) & (keys <= high))
