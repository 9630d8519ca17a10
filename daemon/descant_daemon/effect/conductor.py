"""The song as the clock tells of it reaches every part: beginning, jumps, bars, end; and the clock that is sent."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.effect.cables.outbox import Outbox
from descant_daemon.effect.cables.patchbay import Patchbay
from descant_daemon.effect.common import Due
from descant_daemon.effect.part import Part
from descant_daemon.time.clock import Clock, Happening, Kind
from descant_daemon.time.clock_master import ClockMaster
from descant_daemon.time.metre_map import MetreMap, Stretch
from descant_routing import message

LOOP = 100_000_000  # ns between a stop and a start that turn a loop, the wait for the clock included


class Conductor:
    """``parts`` is the effect's own list, in which parts come and go. ``master``: makes the clock that is sent."""

    def __init__(
        self,
        clock: Clock,
        metres: MetreMap,
        parts: Sequence[Part],
        patchbay: Patchbay,
        out: Outbox,
        master: ClockMaster | None,
    ) -> None:
        self._clock, self._metres, self._parts = clock, metres, parts
        self._patchbay, self._out, self._master = patchbay, out, master
        self._bar: Stretch | None = None  # the last that the clock told of
        self._left: Happening | None = None  # the stop at which keys were down

    def hear(self, data: bytes, port: str, now: int, seen: int) -> None:
        """Clock or transport, by the cable that counts."""
        ran = self._clock.running
        happenings = self._clock.feed(data, now)
        if happenings:
            self.happen(happenings, seen)
        if data[0] == message.STOP and ran and not self._clock.running:
            self._leave_keys(port, happenings[-1])
        if self._clock.armed is not None:
            self.arm(self._clock.armed, now)

    def advance(self, until: int, seen: int) -> None:
        """What the clock does by itself before ``until``."""
        happenings = self._clock.advance(until)
        self._heed_bars()
        if happenings:
            self.happen(happenings, seen)

    def next_due(self) -> Due | None:
        """The next clock that Descant sends."""
        clock = None if self._master is None else self._master.next_due()
        return None if clock is None else Due(clock, self._send_clock)

    def arm(self, tick: int, now: int) -> None:
        """The next clock will be ``tick``."""
        for part in self._parts:
            part.transport.arm(tick, now)

    def happen(self, happenings: Sequence[Happening], seen: int) -> None:
        """``seen``: the latest time that the effect was told of, ns."""
        for happening in happenings:
            if self._master is not None:
                # A Start that is known ahead leaves at once: nothing has to wait behind it.
                due = min(happening.time, seen)
                self._out.send_to(self._patchbay.outputs, due, self._master.happen(happening))
            runs = happening.kind not in (Kind.STOPPED, Kind.LOST)
            if runs:
                self._resume(happening)
            for part in self._parts:
                part.transport.happen(happening, runs=runs)

    def _leave_keys(self, port: str, stop: Happening) -> None:
        """Stop, by the cable by which keys come: a DAW may never send their ends, a player will."""
        self._left = stop
        for part in self._parts:
            part.leave_keys(port, stop.time)

    def _resume(self, begin: Happening) -> None:
        """The song goes on. Keys that were left at its stop are held again, or nobody's if it is somewhere else.

        Not if it has but turned a loop.
        """
        if self._left is None:
            return
        stop, self._left = self._left, None
        goes_on = begin.kind is Kind.CONTINUED and begin.tick == stop.tick
        keep = goes_on or begin.time - stop.time <= LOOP
        for part in self._parts:
            part.resume_keys(begin.time, keep=keep)

    def _heed_bars(self) -> None:
        """Whoever keeps the clock may keep bars, too."""
        bar = self._clock.bar
        if bar is None or bar == self._bar:
            return
        self._bar = bar
        if all(part.can_play_in(bar.metre) for part in self._parts):
            self._metres.change(bar.tick, bar.metre, bar.bar)

    def _send_clock(self, now: int) -> None:
        assert self._master is not None  # whose due it was
        self._out.send_to(self._patchbay.outputs, now, self._master.send(now))
