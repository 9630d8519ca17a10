"""What is played over a chord that the player holds: models of tunes have seldom heard one, and would nearly rest.

The held pitch classes are the harmony; each manner says when its notes begin and how long they last. The network still
says which of them, how many at once and how loud, but for an arpeggio, whose order is written.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.plan import ARPEGGIATE, FILL, MOVE
from descant_daemon.engine.pull import of_chord
from descant_daemon.engine.sonority import BITS, CLASSES
from descant_daemon.note_state import ARTICULATE, PLAY, State

CHORD = 3  # pitch classes that make one
CERTAIN, NEVER = 12.0, -1e9  # log-odds, beyond what a model is sure of
WELCOME, STRANGE, PASSING = 5.0, -12.0, -4.0  # a note of the chord; none of it, on a beat and between two
DEEP, CLOSE = (
    48,
    -4.0,
)  # MIDI key below which another note than the chord's lowest is one too many, and how much
LOWEST = 40  # MIDI key from which on a chord's lowest note is set, where there is room above it
SPAN = 16  # keys of an arpeggio


class BarPosition(NamedTuple):
    """A step: ``within`` its bar, ``beat`` in steps; ``keys [P]``: MIDI keys, ``available [P]``: which are open."""

    within: int
    beat: int
    keys: NDArray[np.int_]
    available: NDArray[np.bool_]


def held_chord(given: State, keys: NDArray[np.int_]) -> int:
    """The pitch classes that are held, as bits; 0 where they make no chord."""
    classes = np.unique(keys[given[:, PLAY] > 0] % CLASSES)
    return int(BITS[classes].sum()) if len(classes) >= CHORD else 0


def over_chord(
    manner: str, bits: int, given: State, sounding: NDArray[np.bool_], place: BarPosition
) -> NDArray[np.float64]:
    """Log-odds of playing and striking, ``[P, 2]``, over a held chord of ``bits``."""
    part = of_chord(bits, place.keys)
    on_beat = place.within % place.beat == 0
    bias = np.zeros((len(part), 2))
    bias[~part, PLAY] = STRANGE if on_beat or manner != MOVE else PASSING
    lowest = int(place.keys[(given[:, PLAY] > 0).argmax()])
    bias[(place.keys < DEEP) & (place.keys % CLASSES != lowest % CLASSES), PLAY] += CLOSE
    if manner == ARPEGGIATE:
        _arpeggio(part & place.available & ~(given[:, PLAY] > 0), sounding, place, bias)
        return bias
    begins = bool(given[:, ARTICULATE].any() or not sounding.any()) if manner == FILL else on_beat
    if begins:
        bias[_anchor(part & place.available & ~(given[:, PLAY] > 0), lowest, place), PLAY] += CERTAIN
    if manner == FILL:
        bias[part, PLAY] += WELCOME if begins else 0.0
        if not begins:
            bias[part & sounding, PLAY] += CERTAIN
            bias[~sounding, PLAY] -= CERTAIN
            bias[sounding, ARTICULATE] = NEVER
    else:
        bias[part, PLAY] += WELCOME if on_beat else 0.0
        if not on_beat:
            bias[part & sounding, PLAY] += WELCOME
        elif len(upper := np.flatnonzero(part & sounding)[1:]):
            bias[upper[place.within // place.beat % len(upper)], PLAY] -= 2 * CERTAIN  # the voices take turns
    return bias


def _anchor(part: NDArray[np.bool_], lowest: int, place: BarPosition) -> list[int]:
    """The note that is there whatever the network says: the chord's lowest, where one is open; else any of it."""
    rows = np.flatnonzero(part)
    bass = [row for row in rows if (place.keys[row] - lowest) % CLASSES == 0]
    high_enough = [row for row in bass if place.keys[row] >= LOWEST]
    return [int(row) for row in (*high_enough, *bass, *rows)][:1]


def _arpeggio(
    part: NDArray[np.bool_], sounding: NDArray[np.bool_], place: BarPosition, bias: NDArray[np.float64]
) -> None:
    """Up and down through the chord in half beats, from its lowest note on the bar line; each ends with the next."""
    half = max(1, place.beat // 2)
    number, within = divmod(place.within, half)
    rows = np.flatnonzero(part)
    from_here = rows[place.keys[rows] >= LOWEST]
    rows = from_here if len(from_here) > 1 else rows
    rows = rows[place.keys[rows] < place.keys[rows[0]] + SPAN] if len(rows) else rows
    order = [*rows, *rows[-2:0:-1]]
    due = order[number % len(order)] if order else -1
    bias[:, PLAY] -= CERTAIN
    if within == 0 and due >= 0:
        bias[due] = CERTAIN
    elif within:
        bias[sounding, PLAY] += 2 * CERTAIN
        bias[sounding, ARTICULATE] -= CERTAIN
