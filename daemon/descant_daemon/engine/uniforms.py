"""Uniform numbers that depend on the place in the song, never on the way there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

KEYS = 128
FLOAT53 = 2.0**-53
# What is drawn at a place, so that no two things share a number: the highest word of the counter.
NOTES, DRAFTS, WORDS, RESTS, RECALL, TOUCH = 0, 1, 2, 8, 9, 10


def dice(seed: int, instance: int, variation: int, step: int, drafts: int = 1) -> NDArray[np.float64]:
    """The same as logits for each draft, ``[drafts, 128, 2]``: u < sigmoid(x) exactly where x > logit(u).

    The first draft's do not depend on how many there are.
    """
    drawn = uniforms(seed, instance, variation, step)[None]
    if drafts > 1:
        more = uniforms(seed, instance, variation, step, DRAFTS, rows=(drafts - 1) * KEYS)
        drawn = np.concatenate([drawn, more.reshape(-1, KEYS, 2)])
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(drawn) - np.log1p(-drawn))


def uniforms(
    seed: int, instance: int, variation: int, place: int, purpose: int = NOTES, rows: int = KEYS
) -> NDArray[np.float64]:
    """``[rows, 2]`` uniforms in [0, 1): for ``NOTES`` (play, articulate) of every MIDI key in step ``place``.

    Philox 4x64-10 (Salmon et al. 2011) as a counter-based generator: the key is (seed, instance), the
    counter (place, variation, purpose), so relocating or rendering gives the numbers of the first pass. Raw words
    are used because numpy promises their stream for ever.
    """
    words = np.random.Philox(
        key=np.array([seed, instance], np.uint64),
        # The lowest counter word is left to Philox itself, which counts up in it.
        counter=np.array([0, place, variation, purpose], np.uint64),
    ).random_raw(2 * rows)
    return (words >> np.uint64(11)).astype(np.float64).reshape(rows, 2) * FLOAT53
