"""The tempo as people want to read it: steady, and round where it is round."""

from __future__ import annotations

SECOND = 1e9
HYSTERESIS = 0.1  # BPM
SNAP = 0.05  # BPM


class TempoDisplay:
    """One second of averaging, then hysteresis."""

    def __init__(self) -> None:
        """Nothing to show yet."""
        self._average: float | None = None
        self._shown: float | None = None
        self._time = 0

    @property
    def bpm(self) -> float | None:
        """What to show."""
        return self._shown

    def feed(self, bpm: float, now: int) -> None:
        """The tempo at ``now`` ns."""
        if self._average is None or abs(bpm - self._average) > 0.05 * self._average:
            self._average = bpm  # a new tempo, not jitter
        else:
            share = min(1.0, max(0.0, (now - self._time) / SECOND))
            self._average += share * (bpm - self._average)
        self._time = now
        if self._shown is None or abs(self._average - self._shown) > HYSTERESIS:
            whole = round(self._average)
            self._shown = float(whole) if abs(self._average - whole) < SNAP else round(self._average, 1)

    def reset(self) -> None:
        """Show nothing."""
        self._average = self._shown = None
