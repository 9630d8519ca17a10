"""The latest lines, as many as there is memory for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

MOST_LINES = 65_536  # some ten minutes of notes and clock
MOST_BYTES = 16 << 20  # where something floods Descant


class Remembered:
    """Of more the last."""

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self._lines: deque[bytes] = deque()
        self._size = 0
        for line in lines:
            self.append(line)

    def append(self, line: bytes) -> None:
        """The next one."""
        self._lines.append(line)
        self._size += len(line)
        while len(self._lines) > MOST_LINES or self._size > MOST_BYTES:
            self._size -= len(self._lines.popleft())

    def lines(self) -> list[bytes]:
        """All of them as they are now."""
        return [*self._lines]
