"""A blend of styles: how far from one of the model's styles towards another (DeepJ, Mao et al. 2018, made live)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Blend(NamedTuple):
    """``share`` (0 to 1) of the way from style ``one`` to style ``other``, both by number."""

    one: int = 0
    other: int = 0
    share: float = 0.0

    def weights(self, styles: int) -> NDArray[np.float32]:
        """How much of each style, ``[1, styles]``: linear between the two one-hot vectors."""
        weights = np.zeros((1, styles), np.float32)
        weights[0, self.one] += 1 - self.share
        weights[0, self.other] += self.share
        return weights


FIRST_STYLE = Blend()
