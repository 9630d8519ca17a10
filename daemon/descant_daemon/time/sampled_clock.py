"""A clock that somebody else keeps and that can be asked at any time: Ableton Link, JACK's transport."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from descant_daemon.time.clock import Happening, Kind, State
from descant_daemon.time.metre_map import Stretch
from descant_daemon.time.timeline import PPQN, Timeline

JUMP = 0.75  # ticks by which the song may seem to move when only the tempo has
LOOK = 5_000_000  # ns between two samples when nothing else happens
EARLY = PPQN  # ticks before the beginning from which on the song is expected


class Sample(NamedTuple):
    """Whether the song moves, and ticks to time. ``line`` is None while the tempo is unknown.

    ``bar``: the one that the song is in, where somebody keeps bars. ``contradicts``: whether two places are said.
    """

    running: bool
    line: Timeline | None
    bar: Stretch | None = None
    contradicts: bool = False


class SampleSource(Protocol):
    """Where samples come from; its own clock has been translated to the back-end's axis."""

    def sample(self, now: int) -> Sample:
        """How things are. ``now``, ns, is what the effect has reached."""
        ...


class SampledClock:
    """See ``Clock``. MIDI transport messages and clocks do not concern it.

    Stopped until the source says otherwise.
    """

    guard = 0
    leads = True
    armed: int | None = None
    trusted_until: int | None = None

    def __init__(self, source: SampleSource) -> None:
        self._source = source
        self._line: Timeline | None = None
        self._running = False
        self._asked: int | None = None
        self._contradicts = False
        self.bar: Stretch | None = None
        """The bar that the song is in, where the source keeps bars."""

    @property
    def running(self) -> bool:
        """Whether the song moves."""
        return self._running

    @property
    def state(self) -> State:
        """Whether the song moves, and whether anybody has been there."""
        if self._running:
            return State.CONTRADICTORY if self._contradicts else State.RUNNING
        return State.NONE if self._asked is None else State.STOPPED

    @property
    def timeline(self) -> Timeline | None:
        """Ticks to time, as last sampled."""
        return self._line

    @property
    def bpm(self) -> float | None:
        """The tempo."""
        return None if self._line is None else self._line.bpm

    def feed(self, data: bytes, now: int) -> Sequence[Happening]:  # noqa: ARG002
        """Somebody else's clock."""
        return ()

    def advance(self, now: int) -> Sequence[Happening]:
        """Ask, and tell what has changed since.

        It may have changed any time after Descant last asked, and nothing has been played since: it counts from
        there. With JACK that is the first frame of the cycle, where its transport says it changed.
        """
        since, self._asked = now if self._asked is None else min(self._asked, now), now
        running, line, self.bar, self._contradicts = self._source.sample(now)
        running = running and line is not None and line.tick_at(now) >= -EARLY
        before, self._line = self._line, line
        was_running, self._running = self._running, running
        if line is None or not running:
            return [Happening(Kind.STOPPED, since, 0)] if was_running else []
        tick = max(0, math.ceil(line.tick_at(since) - JUMP))
        if not was_running:
            return [Happening(Kind.CONTINUED if tick else Kind.STARTED, since, tick)]
        if before is not None and abs(line.tick_at(now) - before.tick_at(now)) > JUMP:
            return [Happening(Kind.RELOCATED, since, tick)]
        return []

    def tap(self, now: int) -> Sequence[Happening]:  # noqa: ARG002
        """The tempo is not ours."""
        return ()

    def key_pressed(self, now: int) -> Sequence[Happening]:  # noqa: ARG002
        """Keys do not move it."""
        return ()

    def keys_idle(self, now: int) -> None:
        """Nor does their absence."""

    def next_deadline(self) -> int | None:
        """Nobody tells Descant of a change: look again soon."""
        return None if self._asked is None else self._asked + LOOK
