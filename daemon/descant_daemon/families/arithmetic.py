"""What the machine code of several families computes with, in float32 and the same on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np

from descant_daemon.compiled import compiled

HALF = np.float32(0.5)
MOST = np.float32(7.9)  # beyond it, tanh is 1 in float32


@compiled
def sigmoid(x: Any) -> Any:
    """To float32's precision."""
    return HALF * tanh(HALF * x) + HALF


@compiled
def tanh(x: Any) -> Any:
    """A quotient of polynomials, within 4e-7 (Eigen's ``ptanh_float``): a call of the library's costs ten times it."""
    x = min(max(x, -MOST), MOST)
    s = x * x
    above = np.float32(-2.76076847742355e-16)
    for factor in (2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-08, 1.48572235717979e-05):
        above = above * s + np.float32(factor)
    above = above * s + np.float32(6.37261928875436e-04)
    above = above * s + np.float32(4.89352455891786e-03)
    under = np.float32(1.19825839466702e-06)
    under = under * s + np.float32(1.18534705686654e-04)
    under = under * s + np.float32(2.26843463243900e-03)
    under = under * s + np.float32(4.89352518554385e-03)
    return x * above / under
