"""What the instances on one clock share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from descant_daemon.time.clock import Clock
from descant_daemon.time.metre_map import MetreMap


@dataclass
class Counts:
    """What is counted, so that nothing is hidden: since the start of the daemon, over all instances."""

    steps: int = 0  # steps whose tick has passed
    notes: int = 0  # notes of Descant's that were struck
    waited: int = 0  # steps whose prepared answer came a little after their tick
    late: int = 0  # steps whose answer did not come in time: what sounded was held
    staleness: int = 0  # how many steps in a row have just been late: the age of what sounds
    stalest: int = 0  # the most that it has been
    asked_again: int = 0  # steps that were asked again because a key came on or after their tick
    overtaken: int = 0  # answers to questions that no longer mattered
    outside: int = 0  # keys of the player's beyond the model's range
    engine_lost: int = 0  # times the engine process had to be replaced
    torn: int = 0  # messages that were none
    lost_offs: int = 0  # note-offs that never came, and were made good
    loops: int = 0  # times that Descant's own notes came back to it
    dropped: int = 0  # echoes of ours that went no further
    thinned: int = 0  # values of controllers, bends and pressures that gave way to later ones in a storm
    no_program: int = 0  # program changes to a program that there is not
    refused_changes: int = 0  # values that could not be set

    def fell_back(self) -> None:
        """A step went by without its answer."""
        self.late += 1
        self.staleness += 1
        self.stalest = max(self.stalest, self.staleness)

    def answered(self) -> None:
        """What sounds is the answer for this step."""
        self.staleness = 0


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
