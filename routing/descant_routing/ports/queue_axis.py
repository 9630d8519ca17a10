"""The time of ALSA's queue on our own axis, and back."""

from __future__ import annotations

_TIGHT = 200_000  # ns: a reading that took longer says too little, unless it is the first


class QueueAxis:
    """Both clocks run at the same rate; what lies between them is measured, again and again."""

    def __init__(self) -> None:
        """Not measured yet."""
        self._offset: int | None = None
        self._last = (0, 0)  # our time and the queue's, when last measured

    def measure(self, before: int, queue: int, after: int) -> bool:
        """The queue said ``queue``, read between our times ``before`` and ``after``; all ns.

        False when the queue has stood still since the last time.
        """
        here = (before + after) // 2
        passed, moved = here - self._last[0], queue - self._last[1]
        first = self._offset is None
        self._last = (here, queue)
        if first or after - before <= _TIGHT:
            self._offset = here - queue
        return first or moved * 2 >= passed

    def ours(self, queue: int) -> int:
        """Our time when the queue says ``queue``."""
        return queue + (self._offset or 0)

    def theirs(self, time: int) -> int:
        """What the queue says at our ``time``; never less than 0, where it begins."""
        return max(0, time - (self._offset or 0))
