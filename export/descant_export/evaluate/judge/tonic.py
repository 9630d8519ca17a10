"""The key note of a piece, by the profiles of Krumhansl & Kessler (1982) as Krumhansl & Schmuckler used them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from descant_export.corpus.piece import Piece

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

Floats = NDArray[np.float64]


def pitch_classes(piece: Piece) -> Floats:
    """``[12]``: how long each class sounds, as shares."""
    length = (piece.notes["off"] - piece.notes["on"]).astype(float)
    weights = np.bincount(piece.notes["key"] % 12, length, 12)
    return np.asarray(weights / weights.sum())


def tonic(classes: Floats) -> int:
    """The pitch class whose major or minor profile correlates best with ``classes [12]``."""
    fit = [
        (float(np.corrcoef(np.roll(profile, key), classes)[0, 1]), -key)
        for profile in (MAJOR, MINOR)
        for key in range(12)
    ]
    return -max(fit)[1]
