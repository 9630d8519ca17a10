"""What arrives by several inputs, as one stream in the order of time."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from descant_routing.timed import Timed

_time = attrgetter("time")


class InOrder:
    """One stream: no message is earlier than the one before, whichever input it came by."""

    def __init__(self) -> None:
        """Nothing has arrived."""
        self._last = 0

    def merge(self, arrived: list[Timed]) -> list[Timed]:
        """By time; what came late, after later ones of another input were passed on, bears their time."""
        if len(arrived) > 1:
            arrived.sort(key=_time)
        if arrived and arrived[0].time < self._last:
            arrived = [
                each if each.time >= self._last else each._replace(time=self._last) for each in arrived
            ]
        if arrived:
            self._last = arrived[-1].time
        return arrived
