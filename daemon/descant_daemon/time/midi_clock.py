"""MIDI clock in: 24 ticks a quarter, Start, Stop, Continue, song position, as masters really send them.

Start and Continue arm; the next clock is the position (MIDI 1.0, System Real Time). Clocks while stopped
move nothing but keep the tempo known. Position is counted, never integrated, so it cannot drift.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from descant_daemon.time.clock import Happening, Kind
from descant_daemon.time.follower import Follower
from descant_daemon.time.tempo_display import TempoDisplay
from descant_daemon.time.timeline import Timeline, ns_per_tick
from descant_routing import message

TICKS_PER_SIXTEENTH = 6
FRESH = 2_000_000_000  # ns for which a tempo is worth keeping over a Start
LOST_AFTER = 250_000_000  # ns without a clock, or eight ticks if that is longer
LOST_TICKS = 8
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
        self._origin = 0  # the song's tick at the follower's tick 0
        self._position = 0  # the tick that the next Continue resumes at
        self._kind = Kind.STARTED
        self._relocate: int | None = None  # a song position that came while running
        self._heard = False  # any clock at all

    # -- the protocol --------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether the song moves."""
        return self._state is _State.RUNNING

    @property
    def timeline(self) -> Timeline | None:
        """Ticks to time; from the first clock of a first Start at a provisional tempo."""
        line = self._follower.timeline(self._origin)
        if line is None and self._state is _State.RUNNING:
            return Timeline(self._origin, float(self._follower.last_time), PROVISIONAL)
        return line

    @property
    def trusted_until(self) -> int | None:
        """Until the clock would count as lost; one tick ahead while its tempo is a guess or no tempo."""
        if not self._follower.valid:
            return self._follower.last_time
        return self._follower.last_time + self._patience

    @property
    def guard(self) -> int:
        """Two standard deviations of the master's jitter, 50 µs to 2 ms."""
        return int(min(MOST_GUARD, max(LEAST_GUARD, 2 * self._follower.jitter)))

    @property
    def bpm(self) -> float | None:
        """The tempo to show."""
        return self._display.bpm

    @property
    def heard(self) -> bool:
        """Whether a master has ever spoken."""
        return self._heard

    def feed(self, data: bytes, now: int) -> Sequence[Happening]:
        """A real-time message or song position."""
        match data[0]:
            case message.CLOCK:
                return self._clock(now)
            case message.START:
                return self._arm(Kind.STARTED, 0, now)
            case message.CONTINUE:
                return self._arm(Kind.CONTINUED, self._position, now)
            case message.STOP:
                return self._stop(now)
            case message.SONG_POSITION:
                self._locate(message.sixteenths(data) * TICKS_PER_SIXTEENTH)
        return ()

    def advance(self, now: int) -> Sequence[Happening]:
        """The clock is lost when it has been away too long; its tempo stays as a prior."""
        if self._state is not _State.RUNNING or now <= self._follower.last_time + self._patience:
            return ()
        self._state = _State.LOST
        return (Happening(Kind.LOST, now, self._here),)

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

    def _clock(self, now: int) -> Sequence[Happening]:
        self._heard = True
        gap = now - self._follower.last_time
        if self._state is _State.ARMED:
            self._follower.restart(keep_tempo=gap < FRESH)
            self._begin(self._position, now)
            return (Happening(self._kind, now, self._origin),)
        if self._state is _State.LOST:
            here = self._here + 1  # nobody can say how many were missed: go on where counting stopped
            self._follower.restart(keep_tempo=True)
            self._begin(here, now)
            return (Happening(Kind.CONTINUED, now, here),)
        if self._state is _State.STOPPED and gap > self._patience:
            self._follower.restart(keep_tempo=gap < FRESH)
        if not self._follower.tick(now):
            return ()
        self._show(now)
        if self._relocate is None or self._state is not _State.RUNNING:
            return ()
        target, self._relocate = self._relocate, None
        if target == self._here:
            return ()
        self._origin += target - self._here
        return (Happening(Kind.RELOCATED, now, target),)

    def _begin(self, tick: int, now: int) -> None:
        self._follower.tick(now)
        self._origin = tick
        self._relocate = None
        self._state = _State.RUNNING
        self._show(now)

    def _arm(self, kind: Kind, position: int, now: int) -> Sequence[Happening]:
        was_running = self._state is _State.RUNNING
        if kind is Kind.CONTINUED and was_running:
            return ()  # Continue while running says nothing new
        here = self._here
        self._kind, self._position, self._state = kind, position, _State.ARMED
        self._relocate = None
        return (Happening(Kind.STOPPED, now, here),) if was_running else ()

    def _stop(self, now: int) -> Sequence[Happening]:
        was = self._state
        self._state = _State.STOPPED
        if was not in (_State.RUNNING, _State.LOST):
            return ()
        # The clock after the last one played is where Continue resumes.
        self._position = self._here + 1 if self._relocate is None else self._relocate
        self._relocate = None
        return (Happening(Kind.STOPPED, now, self._position),) if was is _State.RUNNING else ()

    def _locate(self, tick: int) -> None:
        if self._state is _State.RUNNING:
            self._relocate = tick
        else:
            self._position = tick

    def _show(self, now: int) -> None:
        line = self._follower.timeline(0)
        if line is not None and self._follower.valid:
            self._display.feed(line.bpm, now)
