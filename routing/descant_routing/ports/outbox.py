"""What has to leave by a port whose buffer holds only so much in a cycle: kept in order, none forgotten."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Outbox:
    """A queue of messages with their frames. One thread only."""

    def __init__(self) -> None:
        """Empty."""
        self.refused = 0
        """How many messages were larger than the port's whole buffer, and so could never leave."""
        self._queue: deque[tuple[int, bytes]] = deque()

    def __len__(self) -> int:
        """How many messages wait."""
        return len(self._queue)

    def put(self, frame: int, data: bytes) -> None:
        """``data`` is to leave at ``frame``, but after everything put before it."""
        self._queue.append((frame, data))

    def write(self, start: int, end: int, write: Callable[[int, bytes], bool]) -> None:
        """Write what is due before frame ``end`` into the cycle that begins at frame ``start``.

        ``write(offset, data)`` says whether the buffer had room. What is late goes out at once; what finds
        no room goes first in the next cycle: a lost note-off would be a stuck note.
        """
        offset = 0
        written = False
        while self._queue and self._queue[0][0] < end:
            frame, data = self._queue[0]
            offset = max(offset, frame - start)
            if write(offset, data):
                written = True
            elif written:
                return
            else:
                self.refused += 1  # not even an empty buffer has room for it: it must not dam the rest
            self._queue.popleft()
