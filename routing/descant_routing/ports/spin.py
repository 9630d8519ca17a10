"""How long before a deadline to stop sleeping: as long as sleep has lately proved unpunctual."""

from __future__ import annotations

from collections import deque

_CAP = 800_000  # ns: spinning longer costs more than it mends
_REMEMBERED = 32


class SpinWindow:
    """The longest of the last 32 oversleeps, up to a cap."""

    def __init__(self, cap: int = _CAP) -> None:
        """Expects the worst: ``cap`` ns."""
        self._cap = cap
        self._oversleeps: deque[int] = deque([cap], _REMEMBERED)

    @property
    def window(self) -> int:
        """How many ns before the deadline to wake."""
        return min(max(self._oversleeps), self._cap)

    def overslept(self, by: int) -> None:
        """A sleep ended ``by`` ns after it should have."""
        self._oversleeps.append(max(by, 0))
