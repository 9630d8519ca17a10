"""What has arrived: left by a system's own threads for the one that drives the effect, and put in the order of time."""

from __future__ import annotations

import contextlib
from operator import attrgetter
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from descant_routing.timed import Timed

_AT_ONCE = 1024  # items taken at a time

T = TypeVar("T")


class Inbox(Generic[T]):
    """``put`` and ``wake`` from any thread, short and without a lock; the rest from one."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[T | None] = SimpleQueue()  # None only wakes
        self._first: list[T | None] = []  # what ``wait`` has taken already

    def put(self, item: T) -> None:
        """``item`` has arrived."""
        self._queue.put(item)

    def wake(self) -> None:
        """Whoever waits is to look round."""
        self._queue.put(None)

    def has_news(self) -> bool:
        """Whether something is there."""
        return bool(self._first) or not self._queue.empty()

    def wait(self, seconds: float | None) -> None:
        """Until something is there, or for ``seconds``."""
        if self.has_news():
            return
        with contextlib.suppress(Empty):
            self._first.append(self._queue.get(timeout=seconds))

    def take(self) -> list[T]:
        """What is there, in order; 1024 items at most."""
        taken, self._first = self._first, []
        while len(taken) < _AT_ONCE:
            try:
                taken.append(self._queue.get_nowait())
            except Empty:
                break
        return [item for item in taken if item is not None]


_time = attrgetter("time")


class InOrder:
    """One stream: no message is earlier than the one before, whichever input it came by."""

    def __init__(self) -> None:
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
