"""A figure that can be added up: so much out of so much."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Share(NamedTuple):
    """``part`` of ``whole``; of several pieces parts and wholes are added, so a long piece counts for more."""

    part: float = 0.0
    whole: float = 0.0

    @property
    def value(self) -> float:
        """NaN where there was nothing to count."""
        return self.part / self.whole if self.whole else float("nan")


def share_of(yes: NDArray[np.bool_], among: NDArray[np.bool_]) -> Share:
    """How many of ``among`` are ``yes``; both of one shape."""
    return Share(float((yes & among).sum()), float(among.sum()))


def added(shares: Iterable[Share]) -> Share:
    """All of them as one."""
    parts, wholes = zip(*shares, strict=True)
    return Share(sum(parts), sum(wholes))
