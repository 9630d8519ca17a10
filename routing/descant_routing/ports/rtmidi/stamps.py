"""Input stamps as RtMidi gives them, differences of kernel times, put on the back-end's time axis."""

from __future__ import annotations

_TRUST = 50_000_000  # ns between stamp and arrival, beyond which the stamp is wrong (Bluetooth)


class StampMap:
    """Sums the differences and finds where their axis lies by the quickest arrival so far.

    No message can arrive before it was stamped, and the least delayed one gives the offset between the two
    clocks; were they to drift apart, the offset follows by 61 ppm.
    """

    def __init__(self) -> None:
        self.distrusted = 0
        """How many stamps lay more than 50 ms from the arrival, and were replaced by it."""
        self._sum = 0
        self._offset: int | None = None
        self._last = 0

    def stamp(self, arrival: int, delta: int) -> int:
        """The time of a message that was seen at ``arrival``, ``delta`` ns after the one before it; all ns.

        Never later than ``arrival``, never earlier than the message before.
        """
        self._sum += delta
        here = arrival - self._sum
        if self._offset is None:
            self._offset = here
        self._offset = min(self._offset + (delta >> 14), here)
        if here - self._offset > _TRUST:
            self.distrusted += 1
            self._offset = here
        self._last = max(self._last, self._sum + self._offset)
        return self._last
