"""What others ship to follow a MIDI clock, written anew from their published equations, to be measured beside.

Each is told of every tick and says when a later one will be. None of them infers a tick that was dropped.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Protocol

from descant_daemon.time.follower import Follower
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.time.tempo_display import TempoDisplay
from descant_daemon.time.timeline import NS_PER_MINUTE, PPQN
from descant_routing import message


class Predictor(Protocol):
    """Anything that follows ticks. Times in ns."""

    def tick(self, time: int) -> None:
        """A tick arrives."""
        ...

    def predict(self, ticks: int) -> float:
        """When the tick that is ``ticks`` after the last one will be; not a number while it cannot say."""
        ...

    @property
    def count(self) -> int:
        """How many ticks the song has moved since the first."""
        ...

    @property
    def bpm(self) -> float:
        """The tempo that is shown, to a tenth."""
        ...

    def lost_after(self) -> float:
        """How long after the last tick the clock counts as lost; not a number if that takes another tick."""
        ...


class Ours:
    """The follower and the tempo display of this package."""

    def __init__(self) -> None:
        """Nothing is known."""
        self.follower = Follower()
        self._display = TempoDisplay()

    def tick(self, time: int) -> None:
        """See ``Predictor``."""
        self.follower.tick(time)
        line = self.follower.timeline(0)
        if line is not None and self.follower.valid:
            self._display.feed(line.bpm, time)

    def predict(self, ticks: int) -> float:
        """See ``Predictor``."""
        line = self.follower.timeline(0)
        return math.nan if line is None else line.time + ticks * line.per_tick

    @property
    def count(self) -> int:
        """See ``Predictor``."""
        return self.follower.count

    @property
    def bpm(self) -> float:
        """See ``Predictor``."""
        return self._display.bpm or math.nan

    def lost_after(self) -> float:
        """See ``Predictor``; asked of a clock that has followed the same tempo."""
        clock, now = MidiClock(), 0
        clock.feed(bytes([message.START]), now)
        for _ in range(PPQN):
            now += int(self.follower.per_tick or 0)
            clock.feed(bytes([message.CLOCK]), now)
        deadline = clock.next_deadline()
        return math.nan if deadline is None else float(deadline - now)


class Dll:
    """A second-order delay-locked loop of fixed bandwidth, with Ardour's constants (midi_clock_slave.cc)."""

    OMEGA = 2 * math.pi * (60 / 500) / PPQN  # rad a tick
    LOST_AFTER = 250e6

    def __init__(self) -> None:
        """Nothing is known."""
        self._ticks = 0
        self._expected, self._last, self._period = math.nan, math.nan, math.nan

    def tick(self, time: int) -> None:
        """See ``Predictor``; the first interval sets the loop going."""
        if math.isnan(self._period):
            self._period = time - self._last
            self._expected = time + self._period
        else:
            error = time - self._expected
            self._expected += self._period + math.sqrt(2) * self.OMEGA * error
            self._period += self.OMEGA**2 * error
        self._last = time
        self._ticks += 1

    def predict(self, ticks: int) -> float:
        """See ``Predictor``."""
        return self._expected + (ticks - 1) * self._period

    @property
    def count(self) -> int:
        """See ``Predictor``."""
        return self._ticks - 1

    @property
    def bpm(self) -> float:
        """See ``Predictor``."""
        return round(NS_PER_MINUTE / (PPQN * self._period), 1)

    def lost_after(self) -> float:
        """See ``Predictor``."""
        return self.LOST_AFTER


class MeanOf24:
    """The mean of the last 24 intervals on from the last tick, as norns has it (clock_midi.c)."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._ticks = 0
        self._times: deque[int] = deque(maxlen=PPQN + 1)

    def tick(self, time: int) -> None:
        """See ``Predictor``."""
        self._times.append(time)
        self._ticks += 1

    def predict(self, ticks: int) -> float:
        """See ``Predictor``."""
        return self._times[-1] + ticks * self._period

    @property
    def count(self) -> int:
        """See ``Predictor``."""
        return self._ticks - 1

    @property
    def bpm(self) -> float:
        """See ``Predictor``."""
        return round(NS_PER_MINUTE / (PPQN * self._period), 1)

    def lost_after(self) -> float:
        """See ``Predictor``: a beat of more than 4 s is none, but only the next tick tells."""
        return math.nan

    @property
    def _period(self) -> float:
        if len(self._times) < 2:
            return math.nan
        return (self._times[-1] - self._times[0]) / (len(self._times) - 1)
