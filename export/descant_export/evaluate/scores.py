"""Protocol A, the published one: mean log-likelihood of a time step (Boulanger-Lewandowski et al. 2012).

Play only, 88 pitches; whole sequences, the true notes known before in time and below in pitch; every time
step of every sequence weighs the same, the first included. Natural logarithm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from descant_export.evaluate.rolls import Roll
from descant_routing.errors import DescantError

Floats = NDArray[np.float64]


class NextStep(Protocol):
    """Anything that says how likely each step of a sequence is, given all before it."""

    def log_likelihoods(self, roll: Roll) -> Floats:
        """``[steps]``: ln p(step | steps before it), from silence and a state that knows nothing."""
        ...


class RollScore(NamedTuple):
    """The mean over ``steps`` time steps of ``sequences`` sequences, in nats."""

    log_likelihood_per_step: float
    steps: int
    sequences: int


def score(
    model: NextStep, rolls: Sequence[Roll], progress: Callable[[int], None] = lambda _steps: None
) -> RollScore:
    """Score whole sequences; ``progress`` is told the steps of each. DescantError when a figure is no number."""
    total, steps = 0.0, 0
    for index, roll in enumerate(rolls):
        each = model.log_likelihoods(roll)
        if each.shape != (len(roll),) or not np.isfinite(each).all():
            raise DescantError(f"The model gives sequence {index} a likelihood that is not a number.")
        total += float(each.sum())
        steps += len(roll)
        progress(len(roll))
    return RollScore(total / steps, steps, len(rolls))
