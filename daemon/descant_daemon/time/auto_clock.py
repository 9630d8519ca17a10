"""The clock of somebody who just plays: a master's when there is one, else our own from the first key."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.time.clock import Clock, Happening, Kind, State
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.time.timeline import Timeline

IDLE_TICKS = 192  # two bars of 4/4 without a key, then our own clock stops


class AutoClock:
    """See ``Clock``. A master that has started is followed until it is lost: a stopped DAW still leads.

    Clocks alone do not make a master: many keyboards send them all day.
    """

    def __init__(self, bpm: float) -> None:
        """``bpm``: our own tempo."""
        self._midi = MidiClock()
        self._own = InternalClock(bpm)
        self._led = False  # by a master
        self._idle_since: int | None = None

    @property
    def _chosen(self) -> Clock:
        return self._midi if self._led else self._own

    @property
    def running(self) -> bool:
        """Whether the song moves."""
        return self._chosen.running

    @property
    def state(self) -> State:
        """The master's, as far as there is one."""
        state = self._midi.state
        return State.OWN if state is State.NONE else state

    @property
    def armed(self) -> int | None:
        """As the master has it, unless our own clock runs."""
        return None if self.running else self._midi.armed

    @property
    def timeline(self) -> Timeline | None:
        """Ticks to time."""
        return self._chosen.timeline

    @property
    def trusted_until(self) -> int | None:
        """As the clock in use has it."""
        return self._chosen.trusted_until

    @property
    def guard(self) -> int:
        """As the clock in use has it."""
        return self._chosen.guard

    @property
    def bpm(self) -> float | None:
        """The tempo to show."""
        return self._chosen.bpm

    def feed(self, data: bytes, now: int) -> Sequence[Happening]:
        """A master speaks: from the first tick of its song on it leads."""
        happenings = self._midi.feed(data, now)
        if self._led or not self._midi.running:
            return happenings
        self._led = True
        self._own.stop(now)
        return [*self._own.advance(now), *happenings]

    def advance(self, now: int) -> Sequence[Happening]:
        """Time passes; our own clock stops when nobody has played for a while."""
        if self._led:
            happenings = self._midi.advance(now)
            self._led = not any(happening.kind is Kind.LOST for happening in happenings)
            return happenings
        if (stop_at := self._stop_at) is not None and now >= stop_at:
            self._own.stop(stop_at)
            self._idle_since = None
        return self._own.advance(now)

    @property
    def leads(self) -> bool:
        """Where no master does."""
        return not self._led

    def tap(self, now: int) -> Sequence[Happening]:
        """Of our own tempo."""
        return () if self._led else self._own.tap(now)

    def key_pressed(self, now: int) -> Sequence[Happening]:
        """The first key is the first beat."""
        if self._led:
            return ()
        happenings = self.advance(now)
        self._idle_since = None
        if self._own.running:
            return happenings
        self._own.start(now)
        return [*happenings, *self._own.advance(now)]

    def keys_idle(self, now: int) -> None:
        """From now on nobody plays."""
        self._idle_since = now

    def next_deadline(self) -> int | None:
        """The leader's; or our own clock's, or when that has idled long enough."""
        if self._led:
            return self._midi.next_deadline()
        times = (self._own.next_deadline(), self._stop_at)
        return min((time for time in times if time is not None), default=None)

    @property
    def _stop_at(self) -> int | None:
        line = self._own.timeline
        if line is None or self._idle_since is None:
            return None
        return self._idle_since + int(IDLE_TICKS * line.per_tick)
