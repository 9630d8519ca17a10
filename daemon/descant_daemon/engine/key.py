"""The key of what was played, by Krumhansl & Schmuckler's method with Temperley's profiles.

The durations of the twelve pitch classes are correlated with a profile of each key (Krumhansl 1990, *Cognitive
Foundations of Musical Pitch*, ch. 4); the profiles are how often each degree occurs in the Kostka-Payne corpus
(Temperley 2007, *Music and Probability*, ch. 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Third = Literal["major", "minor"]
PROFILES: dict[Third, tuple[float, ...]] = {
    "major": (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
    "minor": (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
}
WINDOW = 4  # bars in which a key is looked for
LASTS = 2  # bars in a row for which another key must be the best before it is believed
LOOK_BACK = 8  # bars; a key that has been in doubt for longer is forgotten
PLAYER = 3  # a note of the player's counts as much as the voices that are set to it


class Key(NamedTuple):
    """``tonic``: pitch class 0 (C) to 11."""

    tonic: int
    third: Third


def find_key(durations: NDArray[np.float64], thirds: Sequence[Third] = ("major", "minor")) -> Key | None:
    """The key whose profile correlates best with ``durations [12]``; None when all are equal, as in silence."""
    around = durations - durations.mean()
    norm = float(np.linalg.norm(around))
    if not norm:
        return None
    best: list[tuple[float, int, Third]] = [
        (round(float(around @ _profile(third, tonic)) / norm, 9), -tonic, third)
        for third in thirds
        for tonic in range(12)
    ]
    _, tonic, third = max(best, key=lambda each: each[:2])
    return Key(-tonic, third)


def key_now(bars: Sequence[NDArray[np.float64]], thirds: Sequence[Third] = ("major", "minor")) -> Key | None:
    """The key in the bar after ``bars`` (durations ``[12]`` each, in order of time); None while there is none.

    It is the last that was best for ``LASTS`` bars in a row; while none was, the first that was found.
    """
    found = [find_key(np.sum(bars[max(0, end - WINDOW) : end], 0), thirds) for end in range(1, len(bars) + 1)]
    known = [key for key in found if key is not None]
    for end in range(len(known), LASTS - 1, -1):
        if len(set(known[end - LASTS : end])) == 1:
            return known[end - 1]
    return known[0] if known else None


def durations_of(steps: NDArray[np.uint8], low: int) -> NDArray[np.float64]:
    """Steps as ``SongMemory.before`` gives them, of pitches from ``low`` up → durations of pitch classes, ``[12]``."""
    sounded = steps[..., 0].sum(0, dtype=np.float64)  # [2, P]: whole, ours
    weight = sounded[1] + PLAYER * (sounded[0] - sounded[1])
    return np.bincount((np.arange(len(weight)) + low) % 12, weight, 12).astype(np.float64)


def _profile(third: Third, tonic: int) -> NDArray[np.float64]:
    around = np.roll(np.array(PROFILES[third]), tonic)
    around -= around.mean()
    return np.asarray(around / np.linalg.norm(around))
