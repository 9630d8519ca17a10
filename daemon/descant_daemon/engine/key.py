"""The key of what was played, as chances: Temperley's Bayesian key finding, beat by beat.

Each key expects the twelve pitch classes by its profile, how often each degree occurs in the Kostka-Payne corpus; by
Bayes' rule what is heard makes the keys that expect it likelier, and from beat to beat the music may modulate
(Temperley 2007, *Music and Probability*, ch. 6). Forward filtering of that hidden Markov model: what is believed in a
step follows from the steps before it alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import ARTICULATE, PLAY

Third = Literal["major", "minor"]
Array = NDArray[np.float64]
CLASSES = 12
BOTH: tuple[Third, ...] = ("major", "minor")
PROFILES: dict[Third, tuple[float, ...]] = {
    "major": (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
    "minor": (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
}
COMMON: dict[Third, float] = {"major": 2 / 3, "minor": 1 / 3}  # before anything is heard
CHANGE = 0.03  # chance a beat of another key
LOOK_BACK = 8  # bars
OFF_BEAT = 0.75  # what a note that is struck between two beats counts of one on a beat
HELD = 0.5  # what a note counts more for each beat that it lasts


class Key(NamedTuple):
    """``tonic``: pitch class 0 (C) to 11."""

    tonic: int
    third: Third


KEYS = tuple(Key(tonic, third) for third in BOTH for tonic in range(CLASSES))
_LOGS: Array = np.log(
    np.array([np.roll(PROFILES[third], tonic) / sum(PROFILES[third]) for tonic, third in KEYS])
)  # [24, 12]
_BEFORE: Array = np.array([COMMON[key.third] / CLASSES for key in KEYS])


def evidence(sounded: NDArray[np.bool_], low: int, beat: int) -> Array:
    """What each beat says for each pitch class, ``[beats, 12]``; of ``sounded [steps, P, 2]``, from a beat on.

    ``low``: MIDI key of the first pitch. The last beat may be unfinished.
    """
    struck = sounded[..., ARTICULATE]
    weight = struck + (HELD / beat) * (sounded[..., PLAY] & ~struck)
    weight[np.arange(len(weight)) % beat > 0] -= (1 - OFF_BEAT) * struck[np.arange(len(struck)) % beat > 0]
    of_steps = np.zeros((-(-len(weight) // beat) * beat, CLASSES))
    of_steps[: len(weight)] = weight @ _classes(weight.shape[1], low)
    return np.asarray(of_steps.reshape(-1, beat, CLASSES).sum(1))


def believed(heard: Array, before: Array = _BEFORE) -> Array:
    """How likely each of ``KEYS`` is after the beats ``heard [beats, 12]``, ``[24]``; ``before``: and before them."""
    chances = before.copy()
    fits = heard @ _LOGS.T
    fits = np.exp(fits - fits.max(1, keepdims=True)) if len(fits) else fits
    changes = np.minimum(1.0, heard.sum(1)) * (CHANGE / (len(KEYS) - 1))
    for fit, change in zip(fits, changes.tolist(), strict=True):
        # Any other key comes with the same chance; of the chances, which add up to 1, each stays with the rest.
        chances *= 1 - len(KEYS) * change
        chances += change
        chances *= fit
        chances /= chances.sum()
    return chances


def likeliest(chances: Array, thirds: Sequence[Third] = BOTH) -> Key:
    """The likeliest of ``KEYS`` that have one of these thirds; the first of equals."""
    among = [chance if key.third in thirds else -1.0 for key, chance in zip(KEYS, chances, strict=True)]
    return KEYS[int(np.round(among, 9).argmax())]


def _classes(pitches: int, low: int) -> Array:
    return np.eye(CLASSES)[(np.arange(pitches) + low) % CLASSES]
