"""Ableton Link: tempo, beat and start/stop of everybody on the network who plays along.

``SessionView`` is the little that Descant needs of a Link session; ``live/link_session.py`` has it from the library.
Link counts beats in quarters, on the host's clock in µs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from descant_daemon.time.host_axis import HostAxis
from descant_daemon.time.sampled_clock import Sample
from descant_daemon.time.timeline import PPQN, Timeline, ns_per_tick

FRESH = 1_000_000  # ns for which a sample serves


class LinkMoment(NamedTuple):
    """The session at one moment: host time in µs, quarters a minute, the beat there, whether it plays."""

    host: int
    bpm: float
    beat: float
    playing: bool


class SessionView(Protocol):
    """A Link session that Descant has joined."""

    def moment(self) -> LinkMoment:
        """Now."""
        ...


class LinkSource:
    """A ``Source``. A session that knows no start and stop plays all the time, as Link's own rule has it.

    ``now``: the back-end's present, ns.
    """

    def __init__(self, session: SessionView, now: Callable[[], int]) -> None:
        self._session = session
        self._now = now
        self._axis = HostAxis()
        self._asked = -FRESH
        self._sample = Sample(running=False, line=None)

    def sample(self, now: int) -> Sample:
        """See ``Source``."""
        if now - self._asked >= FRESH:
            self._asked = now
            moment = self._session.moment()
            self._axis.pair(1000 * moment.host, self._now())
            ticks = moment.beat * PPQN
            whole, per_tick = int(ticks // 1), ns_per_tick(moment.bpm)
            begin = self._axis.ours(1000 * moment.host) - (ticks - whole) * per_tick
            self._sample = Sample(moment.playing, Timeline(whole, begin, per_tick))
        return self._sample
