"""The clock of somebody who just plays: a master's when there is one, else Descant's own from the first key."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.time.clock import Clock, Happening, Kind, State
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.time.rest import Rest
from descant_daemon.time.timeline import Timeline
from descant_routing import message

SAME = 0.75  # ticks between two clocks' ideas of the place, at which one takes over from the other unheard


class AutoClock:
    """See ``Clock``. A master that has moved the song leads until it is lost: a stopped DAW still does.

    Where a master is lost while somebody plays, the song goes on as it was; where one sends Start and Stop but no
    clocks, they move Descant's own.

    ``bpm``: Descant's own tempo.
    """

    bar = None

    def __init__(self, bpm: float) -> None:
        self._rest = Rest()
        self._midi = MidiClock(self._rest)
        self._own = InternalClock(bpm)
        self._led = False  # by a master
        self._carries = False  # whether ours goes on with a song that a master has lost
        self._rolls = False  # whether Start has begun ours: then no rest ends it
        self._clockless = False  # whether a Start has been in vain waited on for clocks

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
        if self._led:
            return state
        if self._clockless:
            return State.NO_CLOCK
        ours = self._own.running and state not in (State.LOST, State.NO_START)
        return State.OWN if ours or state is State.NONE else state

    @property
    def armed(self) -> int | None:
        """As the master has it, unless Descant's own clock runs."""
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
        """The tempo to show: a master's from its first clocks on."""
        return self._midi.bpm if self._led or self._midi.state is State.NO_START else self._own.bpm

    def feed(self, data: bytes, now: int) -> Sequence[Happening]:
        """A master speaks: from the first tick of its song on it leads."""
        self._midi.keys_begin = self._led or self._carries or not self._own.running
        happenings = self._midi.feed(data, now)
        if self._led:
            return self._unless_lost(happenings, now)
        if data[0] == message.CLOCK:
            self._clockless = False
            ours = self._own.timeline
            if ours is not None and not self._midi.told and self._midi.ticks(now):
                happenings = self._midi.join(max(0, round(ours.tick_at(now))), now)
        if self._midi.running:
            return self._follow(happenings, now)
        return self._move_ours(data, now)

    def advance(self, now: int) -> Sequence[Happening]:
        """Time passes; Descant's own clock stops when nobody has played for a while."""
        if self._led:
            return self._unless_lost(self._midi.advance(now), now)
        self._midi.advance(now)
        if self._waits_for_clocks and now > self._midi.waits_until:
            self._clockless = True
            self._roll(self._midi.armed_at, now)
        elif (stop_at := self._stop_at) is not None and now >= stop_at:
            self._own.stop(stop_at)
            self._carries = False
        return self._own.advance(now)

    @property
    def leads(self) -> bool:
        """Where no master does."""
        return not self._led

    def tap(self, now: int) -> Sequence[Happening]:
        """Of Descant's own tempo."""
        return () if self._led else self._own.tap(now)

    def key_pressed(self, now: int) -> Sequence[Happening]:
        """The first key is the first beat."""
        happenings = self.advance(now)
        self._rest.press(now)
        self._midi.keys_begin = self._led or not self._own.running
        begun = self._midi.key_pressed(now)
        if self._midi.running:
            return [*happenings, *(begun if self._led else self._follow(begun, now))]
        if self._midi.told and (self._led or self._midi.ticks(now)):
            self._led = not self._own.running
            return happenings
        self._led = False
        if not self._own.running and not self._waits_for_clocks:
            self._own.start(now)
            self._carries = self._rolls = False
        return [*happenings, *self._own.advance(now)]

    def keys_idle(self, now: int) -> None:
        """From now on nobody plays."""
        self._rest.begin(now)

    def next_deadline(self) -> int | None:
        """The leader's; or the internal clock's, or when that has idled long enough, or Start has waited for clocks."""
        if self._led:
            return self._midi.next_deadline()
        waits = self._midi.waits_until + 1 if self._waits_for_clocks else None
        times = (self._own.next_deadline(), self._stop_at, waits)
        return min((time for time in times if time is not None), default=None)

    # -- inside --------------------------------------------------------------------------------------

    def _follow(self, happenings: Sequence[Happening], now: int) -> Sequence[Happening]:
        """A master leads from here on; where it is as far as Descant is, nobody hears it."""
        self._led = True
        theirs, ours = self._midi.timeline, self._own.timeline
        carries, self._carries = self._carries, False
        if carries and theirs and ours and abs(theirs.tick_at(now) - ours.tick_at(now)) <= SAME:
            self._own.hand_over()
            return ()
        self._own.stop(now)
        return [*self._own.advance(now), *happenings]

    def _unless_lost(self, happenings: Sequence[Happening], now: int) -> Sequence[Happening]:
        """A master that is lost leaves Descant its tempo, and its song where somebody plays."""
        if self._midi.running or all(happening.kind is not Kind.LOST for happening in happenings):
            return happenings
        self._led = self._rolls = False
        if self._midi.bpm is not None:
            self._own.set_tempo(self._midi.bpm, now)
        line = self._midi.timeline
        if line is None or not (self._midi.goes_on and self._rest.plays(now, line.per_tick)):
            return happenings
        self._own.carry_on(line)
        self._carries = True
        return ()

    def _move_ours(self, data: bytes, now: int) -> Sequence[Happening]:
        """Start, Stop and song position of a master without clocks."""
        match data[0]:
            case message.START | message.CONTINUE if self._clockless and not (
                self._rolls and self._own.running
            ):
                self._roll(now, now)
            case message.START if self._clockless:
                return self._own.feed(data, now)
            case message.STOP:
                ran = self._rolls and self._own.running
                self._own.stop(now)
                if ran:
                    self._midi.stand_at(self._own.position)
            case message.SONG_POSITION if self._rolls:
                return self._own.feed(data, now)
            case _:
                pass
        return self._own.advance(now)

    def _roll(self, since: int, now: int) -> None:
        """Descant's song begins where the master's did, at ``since``."""
        assert self._midi.armed is not None  # it has said so
        self._own.stop(now)
        self._own.roll(self._midi.armed, since, now)
        self._rolls, self._carries = True, False

    @property
    def _waits_for_clocks(self) -> bool:
        """Whether Start has come, and clocks may yet."""
        return self._midi.armed is not None and not self._clockless

    @property
    def _stop_at(self) -> int | None:
        line = self._own.timeline
        return None if line is None or self._rolls else self._rest.over_at(line.per_tick)
