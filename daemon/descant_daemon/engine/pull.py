"""The pull of the key: pitch classes that do not belong to it are less likely, the surer it is the less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.key import CLASSES, KEYS, Array, Third
from descant_daemon.engine.scale import DIATONIC, in_scale
from descant_daemon.note_state import PLAY, State

LEAST = 0.001  # of a pitch class that belongs to no likely key: nothing is impossible
LIKELY = 0.5  # of a pitch class that an earlier bar may bring back
_INSIDE = np.array([in_scale(DIATONIC, key, np.arange(CLASSES)) for key in KEYS], np.float64)  # [24, 12]


def told(chances: Array, tonic: int, thirds: Sequence[Third]) -> Array:
    """``chances [24]`` of the keys, when somebody has said the tonic."""
    among = np.array([key.tonic == tonic and key.third in thirds for key in KEYS])
    left = np.where(among, chances + 1e-12, 0.0)
    return np.asarray(left / left.sum())


def belongs(chances: Array, keys: NDArray[np.int_]) -> Array:
    """How likely each of the MIDI ``keys [P]`` is in the scale, minor with both its sixths and sevenths."""
    inside: Array = np.round(chances @ _INSIDE, 9)
    return np.asarray(inside[keys % CLASSES])


def pull(belonging: Array, given: State, keys: NDArray[np.int_]) -> Array:
    """Log-odds ``[P]``, 0 where nothing belongs better, and for what the player himself plays, in any octave."""
    lifted = np.isin(keys % CLASSES, keys[given[:, PLAY] > 0] % CLASSES)
    odds = np.log((belonging + LEAST) / (belonging.max() + LEAST))
    return np.asarray(np.where(lifted, 0.0, odds))
