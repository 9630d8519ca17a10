"""Where a system's own thread leaves what has arrived, for the thread that drives the effect."""

from __future__ import annotations

import contextlib
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

_AT_ONCE = 1024  # items taken at a time

T = TypeVar("T")


class Inbox(Generic[T]):
    """``put`` and ``wake`` from any thread, short and without a lock of ours; the rest from one."""

    def __init__(self) -> None:
        """Empty."""
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
