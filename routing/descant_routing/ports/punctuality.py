"""How late messages left, in a histogram of fixed size, and how long before a deadline to stop sleeping."""

from __future__ import annotations

from collections import deque

_WIDTH = 10_000  # ns a bin
_BINS = 5_000  # 50 ms in all; what is later stands in the last bin


class Punctuality:
    """Counts by lateness in bins of 10 µs; written by the thread that sends, read by any.

    Noting one costs no memory, and nothing waits for a lock.
    """

    def __init__(self) -> None:
        self.worst = 0
        """The greatest lateness so far, in ns."""
        self._bins = [0] * _BINS

    def note(self, lateness: int) -> None:
        """A message left ``lateness`` ns after it was due; what is early is punctual."""
        late = max(lateness, 0)
        self.worst = max(self.worst, late)
        self._bins[min(late // _WIDTH, _BINS - 1)] += 1

    @property
    def count(self) -> int:
        """How many messages were noted."""
        return sum(self._bins)

    @property
    def p50(self) -> int:
        """Half of the messages were no later than so many ns."""
        return self.quantile(0.5)

    @property
    def p99(self) -> int:
        """99 in 100 messages were no later than so many ns."""
        return self.quantile(0.99)

    def quantile(self, share: float) -> int:
        """The lateness in ns that ``share`` (0 to 1) of the messages did not exceed, rounded up to its bin.

        0 before the first message.
        """
        bins = self._bins.copy()  # in one step as other threads see it
        wanted, seen = share * sum(bins), 0
        for index, count in enumerate(bins):
            seen += count
            if count and seen >= wanted:
                return min((index + 1) * _WIDTH, self.worst)
        return 0

    def __str__(self) -> str:
        """``812 messages: half within 0.02 ms, 99 in 100 within 0.31 ms, the worst 1.20 ms late``."""
        if not self.count:
            return "no message was due yet"
        half, most, worst = (f"{ns / 1e6:.2f} ms" for ns in (self.p50, self.p99, self.worst))
        return f"{self.count} messages: half within {half}, 99 in 100 within {most}, the worst {worst} late"


_CAP = 800_000  # ns: spinning longer costs more than it mends
_REMEMBERED = 32


class SpinWindow:
    """The longest of the last 32 oversleeps, up to a cap. ``cap`` in ns."""

    def __init__(self, cap: int = _CAP) -> None:
        self._cap = cap
        self._oversleeps: deque[int] = deque([cap], _REMEMBERED)

    @property
    def window(self) -> int:
        """How many ns before the deadline to wake."""
        return min(max(self._oversleeps), self._cap)

    def overslept(self, by: int) -> None:
        """A sleep ended ``by`` ns after it should have."""
        self._oversleeps.append(max(by, 0))
