"""A value of 14 bits that comes in two halves, of which the fine one may never come."""

from __future__ import annotations

from descant_daemon.settings.source import COARSE_TOP, FINE_TOP


class Halves:
    """Positions are 0 to 1. Until a fine half comes, the coarse one has the whole way by itself."""

    def __init__(self) -> None:
        self._coarse: int | None = None
        self._fine: int | None = None

    def coarse(self, value: int) -> float | None:
        """The coarse half: by the standard the fine one is 0 now.

        None, and nothing changes, where it is the same as before and a fine one is known: it was only said
        again, and going back to 0 until the next fine half would be a dip.
        """
        if self._fine is not None:
            if value == self._coarse:
                return None
            self._fine = 0
        self._coarse = value
        return self._position()

    def fine(self, value: int) -> float | None:
        """The fine half, of the last coarse one; None before there was any."""
        if self._coarse is None:
            return None
        self._fine = value
        return self._position()

    def step(self, by: int) -> float | None:
        """One up or down (1 or -1) from where it is: of 14 bits where these were heard, else of 7.

        None where nothing is known, and at the ends.
        """
        if self._coarse is None:
            return None
        before = self._coarse, self._fine
        if self._fine is None:
            self._coarse = min(max(self._coarse + by, 0), COARSE_TOP)
        else:
            whole = min(max((self._coarse << 7 | self._fine) + by, 0), FINE_TOP)
            self._coarse, self._fine = whole >> 7, whole & 0x7F
        return None if before == (self._coarse, self._fine) else self._position()

    def stand(self, position: float) -> None:
        """What this moves has gone to ``position`` by other means: steps go on from there."""
        if self._fine is None:
            self._coarse = int(position * COARSE_TOP + 0.5)
        else:
            whole = int(position * FINE_TOP + 0.5)
            self._coarse, self._fine = whole >> 7, whole & 0x7F

    def _position(self) -> float:
        assert self._coarse is not None, "has been heard"
        if self._fine is None:
            return self._coarse / COARSE_TOP
        return (self._coarse << 7 | self._fine) / FINE_TOP
