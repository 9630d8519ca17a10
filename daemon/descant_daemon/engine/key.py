"""The key of what was played, by Krumhansl & Schmuckler's method with Temperley's profiles.

The durations of the twelve pitch classes are correlated with a profile of each key (Krumhansl 1990, *Cognitive
Foundations of Musical Pitch*, ch. 4); the profiles are how often each degree occurs in the Kostka-Payne corpus
(Temperley 2007, *Music and Probability*, ch. 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
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


BOTH: tuple[Third, ...] = ("major", "minor")


def find_keys(durations: NDArray[np.float64], thirds: Sequence[Third] = BOTH) -> list[Key | None]:
    """The key whose profile correlates best with each row of ``durations [n, 12]``.

    None where all twelve are equal, as in silence.
    """
    around = durations - durations.mean(1, keepdims=True)
    norm = np.linalg.norm(around, axis=1)
    # Rounded, so that two keys that fit alike are told apart by their order on every machine.
    fits = np.round(around @ _templates(tuple(thirds)) / np.maximum(norm, 1e-12)[:, None], 9)
    best = [divmod(int(each), 12) for each in fits.argmax(1)]
    return [
        Key(tonic, thirds[third]) if long else None for (third, tonic), long in zip(best, norm, strict=True)
    ]


def key_now(bars: NDArray[np.float64], thirds: Sequence[Third] = BOTH) -> Key | None:
    """The key in the bar after ``bars [n, 12]`` (durations, in order of time); None while there is none.

    It is the last that was best for ``LASTS`` bars in a row; while none was, the first that was found.
    """
    windows = [bars[max(0, end - WINDOW) : end].sum(0) for end in range(1, len(bars) + 1)]
    known = [key for key in find_keys(np.array(windows), thirds) if key is not None] if windows else []
    for end in range(len(known), LASTS - 1, -1):
        if len(set(known[end - LASTS : end])) == 1:
            return known[end - 1]
    return known[0] if known else None


def durations_of(steps: NDArray[np.uint8], low: int, bar: int) -> NDArray[np.float64]:
    """How long each pitch class sounded in whole bars, the last of them ending with ``steps``: ``[n, 12]``.

    ``steps`` as ``SongMemory.before`` gives them, of pitches from ``low`` up.
    """
    played = steps[len(steps) % bar :, ..., 0].reshape(-1, bar, 2, steps.shape[2])
    sounded = played.sum(1, dtype=np.float64)  # [n, (whole, ours), P]
    weight = sounded[:, 1] + PLAYER * (sounded[:, 0] - sounded[:, 1])
    classes = np.eye(12)[(np.arange(weight.shape[1]) + low) % 12]
    return np.asarray(weight @ classes)


@cache
def _templates(thirds: tuple[Third, ...]) -> NDArray[np.float64]:
    """``[12, 12 times the thirds]``: a unit vector for each key."""
    rows = np.array([np.roll(PROFILES[third], tonic) for third in thirds for tonic in range(12)])
    rows -= rows.mean(1, keepdims=True)
    return np.asarray((rows / np.linalg.norm(rows, axis=1, keepdims=True)).T)
