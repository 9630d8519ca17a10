"""How the past and the player of a segment differ from the written music, so that a network learns to cope.

A network that has heard only right histories never learns to leave a wrong one (exposure bias; ReaLchords, Wu et
al. 2025, Fig. 1, shows it by moving the tune in mid-song). Here what the network hears of its *own* past is made wrong
for some bars. Its targets stay right, and so do the given notes.

A player does not hold each note to the next one, and does not play from the first bar to the last: the given notes are
shortened, joined, or kept to a part of the segment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import ARTICULATE, PLAY, State
from descant_export.corpus.piece import Notes

Dice = np.random.Generator
FARTHEST = 6  # semitones by which a past is moved
KEPT = 0.5  # chance of each note of a past that is thinned
LONGEST = 4  # bars of a wrong past, at most
FROM_THE_START = 0.5  # share of wrong pasts that begin with the segment
AIR = 4  # steps: no gap between two notes of a player who plays detached or legato is longer


class Past(NamedTuple):
    """What a fault is made of: the network's own past ``[T, P, 2]``, its notes thinned, and other music's own part."""

    own: State
    thinned: State
    foreign: State


def _moved(past: Past, dice: Dice) -> State:
    interval = int(dice.integers(1, FARTHEST + 1)) * (1 if dice.random() < 0.5 else -1)
    moved = np.roll(past.own, interval, axis=1)
    moved[:, slice(0, interval) if interval > 0 else slice(interval, None)] = 0
    return moved


FAULTS: Mapping[str, Callable[[Past, Dice], State]] = {
    "moved": _moved,
    "thinned": lambda past, _: past.thinned,
    "foreign": lambda past, _: past.foreign,
}
"""By the name that a config calls them."""


def span(steps: int, bar: int, dice: Dice) -> slice:
    """Where the past is wrong: one to ``LONGEST`` bars, from the beginning of the segment or from anywhere in it."""
    length = min(steps, bar * int(dice.integers(1, LONGEST + 1)))
    begin = 0 if dice.random() < FROM_THE_START else int(dice.integers(steps - length + 1))
    return slice(begin, begin + length)


def spoiled(name: str, past: Past, where: slice, dice: Dice) -> State:
    """The own past with a fault in the steps ``where``."""
    heard = past.own.copy()
    heard[where] = FAULTS[name](past, dice)[where]
    return heard


def struck_anew(now: State, before: State, given: State) -> State:
    """The target of steps whose past is wrong: a note of the network's that does not sound there must be struck.

    All ``[T, P, 2]``. What sounds in the past is what the network hears of it, own and given.
    """
    target = now.copy()
    begins = (now[..., PLAY] > 0) & (given[..., PLAY] == 0) & (before[..., PLAY] == 0)
    target[..., ARTICULATE] = np.maximum(now[..., ARTICULATE], begins)
    return target


def thinned(notes: Notes, dice: Dice) -> Notes:
    """Each note with the chance ``KEPT``."""
    return notes[dice.random(len(notes)) < KEPT]


def detached(notes: Notes, dice: Dice) -> Notes:
    """The given notes shortened by 1 to ``AIR`` steps; each keeps its first."""
    played = notes.copy()
    played["off"] = np.maximum(notes["off"] - int(dice.integers(1, AIR + 1)), notes["on"] + 1)
    return played


def legato(notes: Notes, dice: Dice) -> Notes:  # noqa: ARG001 - as ``detached`` is called
    """The given notes held until the next of them begins, where that is at most ``AIR`` steps away."""
    played = notes.copy()
    onsets = np.unique(notes["on"])
    after = np.append(onsets, np.iinfo(np.int32).max)[np.searchsorted(onsets, notes["off"])]
    played["off"] = np.where(after - notes["off"] <= AIR, after, notes["off"])
    return played


TOUCHES: Mapping[str, Callable[[Notes, Dice], Notes]] = {"detached": detached, "legato": legato}
"""By the name that a config calls them."""


def present(notes: Notes, begin: int, end: int, dice: Dice) -> NDArray[np.bool_]:
    """Which given notes a player plays who enters after the segment's beginning, leaves before its end, or both.

    He is there for at least a quarter of steps ``begin`` to ``end`` - 1.
    """
    shortest = (end - begin) // 4
    way = int(dice.integers(3))
    first = begin + int(dice.integers(0, end - begin - shortest + 1))
    last = first + int(dice.integers(shortest, end - first + 1))
    enters, leaves = way != 0, way != 1
    return np.asarray(((notes["on"] >= first) | (not enters)) & ((notes["on"] < last) | (not leaves)))
