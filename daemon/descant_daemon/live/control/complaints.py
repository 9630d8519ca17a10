"""What is wrong is said, but not as often as it comes: whoever floods Descant must not flood the terminal."""

from __future__ import annotations

SHORTEST, LONGEST = 1.0, 64.0  # s of silence after a sentence; they double as long as more keeps coming


class Complaints:
    """Times in s of a monotonic clock."""

    def __init__(self) -> None:
        self._last = ""
        self._waiting = 0
        self._pause = SHORTEST
        self._silent_until = float("-inf")

    def add(self, sentence: str) -> None:
        """Something is wrong."""
        self._last = sentence
        self._waiting += 1

    def due(self, now: float) -> list[str]:
        """What is to be said: the last of what has come, and how many there were besides."""
        if not self._waiting or now < self._silent_until:
            return []
        if now > self._silent_until + self._pause:
            self._pause = SHORTEST  # it had become quiet
        more = f" (and {self._waiting - 1:,} more like it)" if self._waiting > 1 else ""
        self._waiting = 0
        self._silent_until = now + self._pause
        self._pause = min(2 * self._pause, LONGEST)
        return [self._last + more]
