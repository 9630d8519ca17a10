"""What a step is set to: the keys that are held, and those that were let go a moment ago; and what they leave open."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.plan import ABOVE, BELOW
from descant_daemon.note_state import ARTICULATE, PLAY, State

Bools = NDArray[np.bool_]


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


class Approach(NamedTuple):
    """What leads to a step. ``player``, ``ours``: keys in the last step in which something was struck, ``[P]`` each.

    ``held``: for how many steps the player has struck nothing; ``still``: for how many Descant's have been the same.
    """

    player: Bools
    ours: Bools
    held: int
    still: int


def approach(last: NDArray[np.uint8], bridge: int) -> Approach:
    """By ``last [steps, 2, P, 2]``: what sounded in the steps before, as ``SongMemory.before`` gives it.

    Of who plays detached, ``player`` has the keys that he let go at most ``bridge`` steps before.
    """
    alone, ours = last[:, 0] > last[:, 1], last[:, 1]
    his, mine = (np.flatnonzero(each[..., ARTICULATE].any(1)) for each in (alone, ours))
    at = max((*his[-1:], *mine[-1:]), default=len(last) - 1)
    near = alone[max(0, at - bridge) : at + 1, :, PLAY]
    played = np.flatnonzero(near.any(1))
    nothing = np.zeros(last.shape[2], np.bool_)
    return Approach(
        near[played[-1]] if len(played) else nothing,
        ours[at, :, PLAY] > 0 if len(last) else nothing,
        len(last) - 1 - int(his[-1]) if len(his) else len(last),
        _unchanged(ours[..., PLAY]),
    )


def _unchanged(keys: NDArray[np.uint8]) -> int:
    """For how many of the last steps of ``keys [steps, P]`` they were as in the last one; 0 where none sounds then."""
    if not len(keys) or not keys[-1].any():
        return 0
    others = np.flatnonzero((keys != keys[-1]).any(1))
    return len(keys) - 1 - int(others[-1]) if len(others) else len(keys)


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
