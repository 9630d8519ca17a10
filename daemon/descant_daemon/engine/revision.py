"""A second thought: where the critic finds a fault in what is to be played, a note or two are set elsewhere.

Drafts are few, and where the network is sure they are alike. A musician who sees parallel fifths moves one voice, and
one whose held note has come to clash on a beat leads it on; what that costs is what the network thought of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.critic import Critic
from descant_daemon.note_state import ARTICULATE, PLAY, State

Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]
REACH = 12  # keys that a note is moved at most
MOVES = 3  # notes that are moved at most


def revised(critic: Critic, draft: State, odds: NDArray[np.float64], free: Bools, sounding: Bools) -> Rows:
    """Where each note of what is played comes from in ``draft [P, 2]``, as rows ``[P]``; ``P`` where there is none.

    ``odds [P]``: log-odds of playing that it was drawn from; ``free [P]``: where a note may be set; ``sounding [P]``:
    Descant's notes of the step before. Notes that go on are moved on beats alone.
    """
    rows = np.where(draft[:, PLAY] > 0, np.arange(len(draft)), len(draft))
    for _ in range(MOVES):
        played = as_played(draft, rows, sounding)
        (own,), (faulty,) = critic.scores(played[None])
        if not faulty:
            break
        ways = _ways(played, rows, free, held=critic.beat)
        drafts = as_played(draft, ways, sounding)
        gains = critic.scores(drafts)[0] - own + (drafts[:, :, PLAY] - played[:, PLAY]) @ odds
        if not len(ways) or gains.max() <= 0:
            break
        rows = ways[gains.argmax()]
    return rows


def as_played(draft: State, rows: Rows, sounding: Bools) -> State:
    """``draft [P, 2]`` with its notes moved, ``[..., P, 2]``; what did not sound before is struck."""
    played = np.concatenate([draft, np.zeros_like(draft[:1])])[rows]
    played[..., ARTICULATE] = np.maximum(played[..., ARTICULATE], played[..., PLAY] * ~sounding)
    return np.asarray(played)


def _ways(played: State, rows: Rows, free: Bools, *, held: bool) -> Rows:
    """``rows [P]`` in all ways in which one note, struck or ``held``, is set in another place, ``[N, P]``."""
    notes = np.flatnonzero(free & (played[:, PLAY if held else ARTICULATE] > 0))
    places = np.flatnonzero(free & (played[:, PLAY] == 0))
    one, other = np.nonzero(np.abs(notes[:, None] - places) <= REACH)
    ways, at = np.repeat(rows[None], len(one), axis=0), np.arange(len(one))
    ways[at, places[other]] = rows[notes[one]]
    ways[at, notes[one]] = len(played)
    return ways
