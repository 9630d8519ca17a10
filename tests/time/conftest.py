"""Masters and listeners in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pytest

from descant_daemon.time.clock import Clock, Happening, Kind
from descant_daemon.time.timeline import ns_per_tick

MS = 1_000_000
TICKS_PER_STEP = 6


@pytest.fixture
def jittered() -> Callable[..., list[int]]:
    """True tick times → the times at which they are heard."""

    def jitter(
        true: Iterable[float], sigma: float, seed: int, *, spikes: float = 0.0, spike: float = 8.0
    ) -> list[int]:
        """``sigma`` and ``spike`` in ms; ``spikes``: the share of ticks that are late by ``spike``."""
        random = np.random.default_rng(seed)
        times = np.asarray(list(true), float)
        times = times + random.normal(0, sigma * MS, len(times))
        times = times + (random.random(len(times)) < spikes) * spike * MS
        return [int(time) for time in np.maximum.accumulate(times)]

    return jitter


@pytest.fixture
def steady() -> Callable[..., list[float]]:
    """``steady(bpm, ticks)``: where a perfect master's ticks are, ns."""

    def times(bpm: float, ticks: int, start: float = 1e9) -> list[float]:
        return [start + n * ns_per_tick(bpm) for n in range(ticks)]

    return times


class Listener:
    """What the effect does with a clock: it fires each step on its tick, and obeys what happens."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.step = -1
        self.now = 0
        self.fired: list[tuple[int, int]] = []  # (when, step)
        self.happened: list[Happening] = []

    def feed(self, data: bytes, now: int) -> None:
        self.advance(now)
        self.obey(self.clock.feed(data, now))
        self.advance(now)

    def advance(self, now: int) -> None:
        """Wakes at every deadline up to ``now``, as a host does."""
        while (moment := self._due()) is not None and moment <= now:
            self.now = max(self.now, moment)
            self.step += 1
            self.fired.append((self.now, self.step))
        self.obey(self.clock.advance(now))
        self.now = max(self.now, now)

    def obey(self, happenings: Sequence[Happening]) -> None:
        self.happened += happenings
        for happening in happenings:
            if happening.kind not in (Kind.STOPPED, Kind.LOST):
                self.step = -(-happening.tick // TICKS_PER_STEP) - 1

    def _due(self) -> int | None:
        line, trusted = self.clock.timeline, self.clock.trusted_until
        if not self.clock.running or line is None:
            return None
        moment = line.time_of((self.step + 1) * TICKS_PER_STEP) + self.clock.guard
        return moment if trusted is None or moment <= trusted else None


@pytest.fixture
def listener() -> type[Listener]:
    return Listener
