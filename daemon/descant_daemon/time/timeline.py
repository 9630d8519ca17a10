"""Ticks to time and back, while the tempo stands."""

from __future__ import annotations

from typing import NamedTuple

NS_PER_MINUTE = 60e9
PPQN = 24
SLOWEST_BPM, FASTEST_BPM = 10.0, 999.0  # what may be asked for, and what is followed


class Timeline(NamedTuple):
    """Tick ``tick`` is at ``time`` ns, the others ``per_tick`` ns apart (24 ticks a quarter)."""

    tick: int
    time: float
    per_tick: float

    def time_of(self, tick: float) -> int:
        """When ``tick`` is, to the nearest ns."""
        return round(self.time + (tick - self.tick) * self.per_tick)

    def tick_at(self, time: int) -> float:
        """Where the song is at ``time``."""
        return self.tick + (time - self.time) / self.per_tick

    @property
    def bpm(self) -> float:
        """Quarters a minute."""
        return NS_PER_MINUTE / (PPQN * self.per_tick)


def is_tempo(bpm: float) -> bool:
    """Whether it may be asked for."""
    return SLOWEST_BPM <= bpm <= FASTEST_BPM


def ns_per_tick(bpm: float) -> float:
    """The length of a clock tick."""
    return NS_PER_MINUTE / (PPQN * bpm)
