"""MIDI clock in: 24 ticks a quarter, Start, Stop, Continue, song position, as masters really send them.

Start and Continue arm; the next clock is the position (MIDI 1.0, System Real Time). Clocks while stopped
move nothing but keep the tempo known. Position is counted, never integrated, so it cannot drift. A clock
that stays away is lost until it comes back; one at a tempo that no music has, until it comes to its senses.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from descant_daemon.time.clock import Happening, Kind, State
from descant_daemon.time.follower import Follower
from descant_daemon.time.tempo_display import TempoDisplay
from descant_daemon.time.timeline import Timeline, ns_per_tick
from descant_routing import message

TICKS_PER_SIXTEENTH = 6
TRANSPORT = frozenset({message.START, message.STOP, message.CONTINUE, message.SONG_POSITION})
FRESH = 2_000_000_000  # ns for which a tempo is worth keeping over a Start or a loss,
KNOWN = 24  # before which it was followed for so many ticks
LOST_AFTER = 250_000_000  # ns without a clock, or eight ticks if that is longer
LOST_TICKS = 8
STRANGE_TICKS = 8  # in a row at a tempo that no music has: the clock is lost
LEAST_GUARD, MOST_GUARD = 50_000, 2_000_000
PROVISIONAL = ns_per_tick(120)  # until the second clock tells better


class _State(Enum):
    STOPPED = auto()
    ARMED = auto()
    RUNNING = auto()
    LOST = auto()


class MidiClock:
    """See ``Clock``."""

    def __init__(self) -> None:
        """Stopped at the beginning, tempo unknown."""
        self._state = _State.STOPPED
        self._follower = Follower()
        self._display = TempoDisplay()
        self._told = False  # whether Start, Stop, Continue or a song position has come
        self._strange = 0  # ticks in a row whose tempo speaks against the state
        self._origin = 0  # the song's tick at the follower's tick 0
        self._position = 0  # the tick that the next Continue resumes at
        self._kind = Kind.STARTED
        self._relocate: int | None = None  # a song position that came while running

    leads = False

    # -- the protocol --------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether the song moves."""
        return self._state is _State.RUNNING

    @property
    def state(self) -> State:
        """Whether clocks come, and what was said of the song."""
        match self._state:
            case _State.RUNNING:
                return State.RUNNING
            case _State.LOST:
                return State.LOST
            case _State.ARMED:
                return State.NO_CLOCK
            case _State.STOPPED:
                return State.STOPPED if self._told else State.NO_START if self._follower.valid else State.NONE

    @property
    def armed(self) -> int | None:
        """After Start and Continue, until the next clock."""
        return self._position if self._state is _State.ARMED else None

    @property
    def timeline(self) -> Timeline | None:
        """Ticks to time; from the first clock of a first Start at a provisional tempo."""
        line = self._follower.timeline(self._origin)
        if line is None and self._state is _State.RUNNING:
            return Timeline(self._origin, float(self._follower.last_time), PROVISIONAL)
        return line

    @property
    def trusted_until(self) -> int | None:
        """Until the clock would count as lost; no tick but the last one while the tempo is a guess."""
        return self._follower.last_time + (self._patience if self._follower.valid else MOST_GUARD)

    @property
    def guard(self) -> int:
        """Two standard deviations of the master's jitter, 50 µs to 2 ms."""
        return int(min(MOST_GUARD, max(LEAST_GUARD, 2 * self._follower.jitter)))

    @property
    def bpm(self) -> float | None:
        """The tempo to show."""
        return self._display.bpm

    def feed(self, data: bytes, now: int) -> Sequence[Happening]:
        """A real-time message or song position."""
        self._told = self._told or data[0] in TRANSPORT
        match data[0]:
            case message.CLOCK:
                return [*self.advance(now), *self._clock(now)]
            case message.START:
                return self._arm(Kind.STARTED, 0, now)
            case message.CONTINUE:
                return self._arm(Kind.CONTINUED, self._position, now)
            case message.STOP:
                return self._stop(now)
            case message.SONG_POSITION:
                self._locate(message.sixteenths(data) * TICKS_PER_SIXTEENTH)
            case _:
                pass
        return ()

    def advance(self, now: int) -> Sequence[Happening]:
        """The clock is lost when it has been away too long."""
        if self._state is not _State.RUNNING or now <= self._follower.last_time + self._patience:
            return ()
        return self._lose(now)

    def tap(self, now: int) -> Sequence[Happening]:  # noqa: ARG002
        """The master has the tempo."""
        return ()

    def key_pressed(self, now: int) -> Sequence[Happening]:  # noqa: ARG002
        """Keys do not move a clock that follows."""
        return ()

    def keys_idle(self, now: int) -> None:
        """Nor does their absence."""

    def next_deadline(self) -> int | None:
        """When the clock will count as lost."""
        return self._follower.last_time + self._patience + 1 if self._state is _State.RUNNING else None

    # -- inside --------------------------------------------------------------------------------------

    @property
    def _patience(self) -> int:
        return max(LOST_AFTER, int(LOST_TICKS * (self._follower.per_tick or PROVISIONAL)))

    @property
    def _here(self) -> int:
        return self._origin + self._follower.count

    @property
    def _next(self) -> int:
        """The tick that the next clock would be: Continue resumes there."""
        return self._here + 1 if self._relocate is None else self._relocate

    def _clock(self, now: int) -> Sequence[Happening]:
        gap = now - self._follower.last_time
        away = gap > self._patience
        armed = self._state is _State.ARMED
        if away or (armed and not self._follower.expects(now)):
            # A clock that went on all the time keeps its line over a Start, any other begins one.
            fresh = self._follower.valid and gap < FRESH
            if self._state is _State.LOST:  # whoever is lost at every clock has no tempo
                fresh = fresh and self._follower.count >= KNOWN
            self._follower.restart(keep_tempo=fresh)
        grown = self._follower.tick(now)
        self._show(now)
        if armed:
            return self._begin(self._kind, now)
        if self._state is _State.LOST:
            return self._begin(Kind.CONTINUED, now) if away or self._sane_again else ()
        if self._state is _State.STOPPED or not (grown or self._follower.corrected):
            return ()
        return self._count(now)

    def _count(self, now: int) -> Sequence[Happening]:
        """A tick of the song has come."""
        self._strange = 0 if self._follower.valid else self._strange + 1
        if self._strange == STRANGE_TICKS:
            return self._lose(now)
        target, self._relocate = self._relocate, None
        if target is not None:
            self._follower.trust()
        if target is not None and not 0 <= self._here - target < TICKS_PER_SIXTEENTH:
            self._origin += target - self._here
            return (Happening(Kind.RELOCATED, now, target),)
        if not self._follower.corrected:
            return ()
        self._origin -= min(self._here, 0)  # no song has ticks before its first
        return (Happening(Kind.RELOCATED, now, self._here),)

    @property
    def _sane_again(self) -> bool:
        """While lost: the tempo has been that of music for a while."""
        self._strange = self._strange + 1 if self._follower.valid else 0
        return self._strange == STRANGE_TICKS

    def _begin(self, kind: Kind, now: int) -> Sequence[Happening]:
        """The tick that has just come is ``_position``."""
        self._origin = self._position - self._follower.count
        self._relocate, self._strange = None, 0
        self._state = _State.RUNNING
        return (Happening(kind, now, self._position),)

    def _lose(self, now: int) -> Sequence[Happening]:
        """Nobody can say how many ticks will be missed: the next one is to go on where counting stopped."""
        self._position = self._next
        self._relocate, self._strange = None, 0
        self._state = _State.LOST
        return (Happening(Kind.LOST, now, self._position),)

    def _arm(self, kind: Kind, position: int, now: int) -> Sequence[Happening]:
        was_running = self._state is _State.RUNNING
        if kind is Kind.CONTINUED and was_running:
            return ()  # Continue while running says nothing new
        stopped = Happening(Kind.STOPPED, now, self._next)
        self._kind, self._position, self._state = kind, position, _State.ARMED
        self._relocate = None
        return (stopped,) if was_running else ()

    def _stop(self, now: int) -> Sequence[Happening]:
        was_running = self._state is _State.RUNNING
        self._state = _State.STOPPED
        if not was_running:
            return ()
        self._position, self._relocate = self._next, None
        return (Happening(Kind.STOPPED, now, self._position),)

    def _locate(self, tick: int) -> None:
        if self._state is _State.RUNNING:
            self._relocate = tick
        else:
            self._position = tick

    def _show(self, now: int) -> None:
        line = self._follower.timeline(0)
        if line is not None and self._follower.valid:
            self._display.feed(line.bpm, now)
