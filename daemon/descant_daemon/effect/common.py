"""What the instances on one clock share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from descant_daemon.effect.counts import Counts
from descant_daemon.time.clock import Clock
from descant_daemon.time.metre_map import MetreMap


class Common(NamedTuple):
    """What the instances on one clock share; ``offset``: ns by which the whole grid is played later.

    ``serials``: for their questions, so that no two are alike. ``metres``: where bars are, if anybody tells.
    """

    clock: Clock
    counts: Counts
    offset: int
    serials: Iterator[int]
    metres: MetreMap


class Due(NamedTuple):
    """Something to be done at a time, ns."""

    time: int
    act: Callable[[int], None]
