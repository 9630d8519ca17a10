"""The ticks of a file to time and back, through all its tempo changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

DEFAULT_TEMPO = 500_000  # µs a quarter note: 120 BPM, as the standard has it


class TempoMap:
    """Ticks to time: integer ns from the beginning, for any tick."""

    def __init__(self, ticks_per_beat: int, tempos: Sequence[tuple[int, int]]) -> None:
        """``tempos``: (tick, µs a quarter note), by tick."""
        self.ticks_per_beat = ticks_per_beat
        self.tempos = _from_zero(tempos)
        self._ticks = [tick for tick, _ in self.tempos]
        self._starts = [0]
        for (tick, tempo), (later, _) in zip(self.tempos, self.tempos[1:], strict=False):
            self._starts.append(self._starts[-1] + (later - tick) * tempo * 1000 // ticks_per_beat)

    def time_of(self, tick: float) -> int:
        """When ``tick`` is, ns."""
        index = bisect_right(self._ticks, tick) - 1
        start, tempo = self.tempos[max(index, 0)]
        return self._starts[max(index, 0)] + round((tick - start) * tempo * 1000 / self.ticks_per_beat)

    def tick_at(self, time: int) -> float:
        """Which tick is at ``time`` ns."""
        index = max(bisect_right(self._starts, time) - 1, 0)
        start, tempo = self.tempos[index]
        return start + (time - self._starts[index]) * self.ticks_per_beat / (tempo * 1000)


def _from_zero(tempos: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    latest: dict[int, int] = {0: DEFAULT_TEMPO}
    latest.update(sorted(tempos))
    return sorted(latest.items())
