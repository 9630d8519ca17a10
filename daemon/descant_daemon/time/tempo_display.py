"""The tempo as people want to read it: steady, and round where it is round."""

from __future__ import annotations

MEMORY = 2e9  # ns
HYSTERESIS = 0.08  # BPM: a tenth shown wrongly at first is put right, half a tenth of jitter is not seen
SNAP = 0.05  # BPM
NEW = 0.05  # of the tempo: so large a change is no jitter


class TempoDisplay:
    """An average that forgets, then hysteresis."""

    def __init__(self) -> None:
        self._average: float | None = None
        self._shown: float | None = None
        self._since = 0  # when this tempo began
        self._time = 0

    @property
    def bpm(self) -> float | None:
        """What to show."""
        return self._shown

    def feed(self, bpm: float, now: int) -> None:
        """The tempo at ``now`` ns."""
        self._since = min(self._since, now)  # stamps may go back, but no tempo is younger than nothing
        if self._average is None or abs(bpm - self._average) > NEW * self._average:
            self._average, self._since = bpm, now
        elif now > self._time:
            # A young tempo is known badly, so its first guesses are forgotten sooner.
            memory = min(MEMORY, (now - self._since) / 4)
            self._average += min(1.0, (now - self._time) / memory) * (bpm - self._average)
        self._time = now
        if self._shown is None or abs(self._average - self._shown) > HYSTERESIS:
            whole = round(self._average)
            self._shown = float(whole) if abs(self._average - whole) < SNAP else round(self._average, 1)
