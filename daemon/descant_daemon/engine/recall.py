"""Recall: the odds of what Descant played at the same place of an earlier bar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.played_steps import Played
from descant_daemon.note_state import ARTICULATE, PLAY, State

Bias = NDArray[np.float64]
"""``[P, 2]``, in log-odds."""

# How many bars ago, and how often; two bars in a row go back equally far, so that a motif returns whole.
DISTANCES: dict[int, float] = {1: 0.4, 2: 0.3, 4: 0.2, 8: 0.1}
TOGETHER = 2
FARTHEST = 32  # bars, for a tune that comes back
STRONGEST = 12.0  # log-odds at recall 1, beyond what a model is sure of
FRESH = 0.5  # of the recall, within a section that is new: a motif, not yet a return
AGAINST = 0.75  # of the strength, what was silent then
AVOIDED = 0.25


def strength(recall: float, *, tune: bool = False) -> float:
    """Log-odds for ``recall`` (0 to 1): by the square, for half way is where the model has still a say.

    A ``tune`` that comes back asks for more: there is no fear that the music turns in a circle of its own making.
    """
    return STRONGEST * recall * (1 if tune else recall)


def distance(kept: list[int], die: float) -> int | None:
    """How many bars to go back: one of the ``kept``, by its share; ``die`` is in [0, 1)."""
    shares = np.cumsum([DISTANCES[each] for each in kept])
    return kept[int(np.searchsorted(shares, die * shares[-1], "right"))] if kept else None


def same_tune(player: NDArray[np.bool_], now: NDArray[np.bool_], bar: int) -> int | None:
    """How many steps ago the player played what he plays now, at the same place of a bar; None when never.

    ``player [N, P]``: his keys in the steps before, ``now [P]``: in this one. Where it was oftener than once, that
    after which most steps agree, a bar's at most; of equals the latest.
    """
    found, longest = None, -1
    count = len(player)
    for back in range(bar, count + 1, bar):
        if not np.array_equal(player[count - back], now):
            continue
        length = min(bar, count - back)
        agree = (player[count - length :] == player[count - back - length : count - back]).all(1)[::-1]
        run = length if agree.all() else int(agree.argmin())
        if run > longest:
            found, longest = back, run
    return found


def towards(then: Played, given: State, available: NDArray[np.bool_], force: float) -> Bias:
    """What Descant played ``then`` is likelier by ``force``, what was silent less likely.

    A pitch that is ``given``, a semitone or a minor ninth from one that is, or not ``available [P]``, leaves
    its room to the model: what was silent is less unlikely by its share.
    """
    ours = then.ours[:, PLAY] > 0
    welcome = ours & available & ~(given[:, PLAY] > 0) & ~clashes(given)
    bias = np.zeros_like(then.ours, np.float64)
    room = welcome.sum() / ours.sum() if ours.any() else 1.0
    bias[~ours, PLAY] = -AGAINST * force * room
    bias[welcome, PLAY] = force
    bias[welcome, ARTICULATE] = np.where(then.ours[welcome, ARTICULATE] > 0, force, -force)
    return bias


def away_from(then: Played, force: float) -> Bias:
    """What Descant played ``then`` is less likely."""
    bias = np.zeros_like(then.ours, np.float64)
    bias[:, PLAY] = -AVOIDED * force * then.ours[:, PLAY]
    return bias


def clashes(given: State) -> NDArray[np.bool_]:
    """``[P]``: the pitches a semitone from a given one, or that and octaves: not its major seventh."""
    rows = np.flatnonzero(given[:, PLAY])
    apart = np.abs(np.arange(len(given))[:, None] - rows)
    return np.asarray((apart % 12 == 1).any(1))
