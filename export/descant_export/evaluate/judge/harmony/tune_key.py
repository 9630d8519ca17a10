"""The key of a tune, by a published method, and how much lies outside of it.

The method is Krumhansl & Schmuckler's (Krumhansl 1990, *Cognitive Foundations of Musical Pitch*, ch. 4) with the
profiles of Temperley (2007, *Music and Probability*, ch. 6), over the durations of a whole excerpt. It hears human
music alone; what a take plays has no say in it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.key import KEYS, PROFILES, Key
from descant_export.evaluate.judge.harmony.chords import CLASSES
from descant_export.evaluate.judge.harmony.measured import Bools, Heard, Share

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 9, 10, 11)  # natural, harmonic and melodic together
WRONG = 0.25  # share outside the scale, above which a take is in another key
NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def key_of(play: Bools) -> Key | None:
    """The key of ``play [steps, 128]``, None where nothing sounds or all classes sound alike."""
    return correlated(np.bincount(np.nonzero(play)[1] % CLASSES, minlength=CLASSES).astype(float))


def correlated(durations: NDArray[np.float64]) -> Key | None:
    """The key whose profile correlates best with ``durations [12]``; None where all are equal."""
    around = durations - durations.mean()
    norm = np.linalg.norm(around)
    if not norm:
        return None
    # Rounded, so that two keys that fit alike are told apart by their order on every machine.
    return KEYS[int(np.round(_TEMPLATES @ around / norm, 9).argmax())]


def _templates() -> NDArray[np.float64]:
    """``[24, 12]``: a unit vector for each key."""
    rows = np.array([np.roll(PROFILES[key.third], key.tonic) for key in KEYS])
    rows -= rows.mean(1, keepdims=True)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


_TEMPLATES = _templates()


def told(key: Key | None) -> str:
    """As ``Eb major``."""
    return f"{NAMES[key.tonic]} {key.third}" if key else "none"


def moved(key: Key, by: int) -> Key:
    """The same key ``by`` semitones higher."""
    return key._replace(tonic=(key.tonic + by) % CLASSES)


def outside(play: Bools, key: Key) -> Bools:
    """Of ``play [..., 128]``: what sounds and is not in the scale of the key."""
    scale = {(key.tonic + degree) % CLASSES for degree in (MAJOR if key.third == "major" else MINOR)}
    return np.asarray(play & np.array([at % CLASSES not in scale for at in range(play.shape[-1])]))


def out_of_key(heard: Heard, key: Key | None) -> Share:
    """Of the time for which the other notes sound, added up over the notes."""
    if key is None:
        return Share()
    return Share(float(outside(heard.others, key).sum()), float(heard.others.sum()))


def wrong_key(heard: Heard, key: Key | None) -> Share:
    """1 of 1 where so much lies outside that the music is in another key."""
    found = out_of_key(heard, key)
    return Share(float(found.value > WRONG), 1.0) if found.whole else Share()
