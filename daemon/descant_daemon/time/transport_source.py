"""JACK's transport: rolling or not, and where; the tempo from the timebase master, or else our own."""

from __future__ import annotations

from collections.abc import Callable

from descant_daemon.time.sampled_clock import Sample
from descant_daemon.time.timeline import PPQN, Timeline, ns_per_tick
from descant_routing.ports.transport import Transport

NEAR = 1.0  # ticks by which bar, beat and tick may differ from what is counted on: they are rounded


class TransportSource:
    """A ``Source``. Bar, beat and tick are rounded to their ticks, so between jumps frames are counted."""

    def __init__(self, query: Callable[[], Transport], bpm: float) -> None:
        """``query``: the transport of the present cycle; ``bpm`` serves where there is no timebase master."""
        self._query = query
        self._bpm = bpm
        self._line: Timeline | None = None

    def sample(self, now: int) -> Sample:  # noqa: ARG002
        """See ``Source``."""
        transport = self._query()
        if not transport.rolling:
            self._line = None
            return Sample(running=False, line=None)
        bpm = transport.bpm or self._bpm
        per_tick = ns_per_tick(bpm)
        beats = transport.seconds * bpm / 60 if transport.quarters is None else transport.quarters
        tick, counted = beats * PPQN, self._line
        if counted is not None and abs(counted.tick_at(transport.time) - tick) < NEAR:
            if counted.per_tick == per_tick:
                return Sample(running=True, line=counted)
            tick = counted.tick_at(transport.time)
        whole = int(tick // 1)
        self._line = Timeline(whole, transport.time - (tick - whole) * per_tick, per_tick)
        return Sample(running=True, line=self._line)
