"""The pull of the key: pitch classes that do not belong to it are less likely, the surer it is the less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.key import CLASSES, HEARINGS, MAJOR_MINOR, Array, Hearing, Third
from descant_daemon.engine.scale import DIATONIC, in_scale
from descant_daemon.note_state import PLAY, State

LEAST = 0.001  # of a pitch class that belongs to no likely key: nothing is impossible
LIKELY = 0.5  # of a pitch class that an earlier bar may bring back, or that leads nowhere else
CALLED, STRANGE, PASSING = (
    2.0,
    -10.0,
    -5.0,
)  # log-odds of what is part of the chord, and is none on a beat or between
NOT_BASS = -2.0  # of another part of the chord where its bass belongs
BASS_REGION = 12  # keys
_INSIDE: dict[str, Array] = {
    name: np.array([in_scale(DIATONIC, key, np.arange(CLASSES)) for key in hearing.keys], np.float64)
    for name, hearing in HEARINGS.items()
}  # [K, 12]


def told(chances: Array, hearing: Hearing, tonic: int, thirds: Sequence[Third]) -> Array:
    """``chances [K]`` of the hearing's keys, when somebody has said the tonic."""
    among = np.array([key.tonic == tonic and key.third in thirds for key in hearing.keys])
    left = np.where(among, chances + 1e-12, 0.0)
    return np.asarray(left / left.sum())


def belongs(chances: Array, hearing: str, keys: NDArray[np.int_]) -> Array:
    """How likely each of the MIDI ``keys [P]`` is in the scale, minor with both its sixths and sevenths.

    ``chances [K]``: of the keys of a ``hearing``.
    """
    inside: Array = np.round(chances @ _INSIDE[hearing], 9)
    return np.asarray(inside[keys % CLASSES])


def of_chord(bits: int, keys: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Which of the MIDI ``keys [P]`` belong to pitch classes as twelve bits."""
    return np.asarray((bits >> keys % CLASSES) & 1 > 0)


def chord_pull(
    bits: int, bass: int, available: NDArray[np.bool_], keys: NDArray[np.int_], *, beat: bool
) -> Array:
    """Log-odds ``[P]`` against what the chord has not; in the lowest octave that is open, against all but its bass."""
    outside = ~of_chord(bits, keys)
    odds = np.where(outside, STRANGE if beat else PASSING, CALLED)
    if bass >= 0 and available.any():
        deep = keys < keys[available.argmax()] + BASS_REGION
        odds[deep & (keys % CLASSES != bass)] += NOT_BASS
        odds[deep & (keys % CLASSES == bass)] -= NOT_BASS / 2
    return np.asarray(odds)


def pull(
    belonging: Array,
    given: State,
    keys: NDArray[np.int_],
    earlier: Array | None = None,
    hearing: Hearing = MAJOR_MINOR,
) -> Array:
    """Log-odds ``[P]``, 0 where nothing belongs better, and for what the player himself plays, in any octave.

    What belonged ``earlier [P]`` and no longer does counts more by ``hearing.shed``: the network still has it in its
    ear. Where it ``yields``, a note of the player's that hardly belongs leads out of the key, and counts for all.
    """
    held = given[:, PLAY] > 0
    lifted = np.isin(keys % CLASSES, keys[held] % CLASSES)
    odds = np.log((belonging + LEAST) / (belonging.max() + LEAST))
    if hearing.shed and earlier is not None:
        odds *= 1 + hearing.shed * np.maximum(earlier - belonging, 0.0)
    if hearing.yields and held.any():
        odds *= min(1.0, float(belonging[held].min()) / LIKELY)
    return np.asarray(np.where(lifted, 0.0, odds))
