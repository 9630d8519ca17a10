"""MIDI clock in: 24 ticks a quarter, Start, Stop, Continue, song position, as masters really send them.

Start and Continue arm; the next clock is the position (MIDI 1.0, System Real Time). Clocks while stopped
move nothing but keep the tempo known. Who has never sent Start or Stop may have been playing for long: there the
first key is the first beat, on the clock that is nearest, and two bars of rest end the song. Position is counted,
never integrated, so it cannot drift. A clock that stays away is lost; when it is back, the song is as far as it
has come meanwhile at the tempo that it had. One at a tempo that no music has is lost until it comes to its senses.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from descant_daemon.time.clock import Happening, Kind, State
from descant_daemon.time.follower import SLOWEST, Follower
from descant_daemon.time.rest import Rest
from descant_daemon.time.tempo_display import TempoDisplay
from descant_daemon.time.timeline import Timeline, ns_per_tick
from descant_routing import message

TICKS_PER_SIXTEENTH = 6
TRANSPORT = frozenset({message.START, message.STOP, message.CONTINUE})
KNOWN_TO_TICK = 6  # clocks, a sixteenth: from then on a key may begin the song
FRESH = 2_000_000_000  # ns for which a tempo is worth keeping over a Start or a loss,
KNOWN = 24  # before which it was followed for so many ticks
LOST_AFTER = 250_000_000  # ns without a clock, or eight ticks if that is longer
LOST_TICKS = 8
AWAY = 300_000_000_000  # ns for which a song is taken to go on where nobody hears it
STRANGE_TICKS = 8  # in a row at a tempo that no music has: the clock is lost
LEAST_GUARD, MOST_GUARD = 50_000, 2_000_000
PROVISIONAL = ns_per_tick(120)  # until the second clock tells better


class _State(Enum):
    STOPPED = auto()
    ARMED = auto()
    RUNNING = auto()
    LOST = auto()


class MidiClock:
    """See ``Clock``.

    Stopped at the beginning, tempo unknown. ``rest``: what is known of the player, if somebody knows.
    """

    def __init__(self, rest: Rest | None = None) -> None:
        self._state = _State.STOPPED
        self._follower = Follower()
        self._display = TempoDisplay()
        self.told = False
        """Whether Start, Stop or Continue has come: if not, keys begin the song."""
        self.keys_begin = True
        """Whether they may: not while another clock runs."""
        self._rest = rest or Rest()
        self._by_key = False  # whether one has
        self._goes_on = False  # while lost: whether the song is taken to go on where Descant does not hear it
        self.armed_at = 0
        """When Start or Continue came last, ns."""
        self._now = 0
        self._strange = 0  # ticks in a row whose tempo speaks against the state
        self._origin = 0  # the song's tick at the follower's tick 0
        self._position = 0  # the tick that the next Continue resumes at
        self._kind = Kind.STARTED
        self._position_at: int | None = (
            None  # the follower's tick that a song position before the song was of
        )
        self._relocate: int | None = None  # a song position that came while running

    leads = False
    bar = None

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
                return State.NO_START if self._by_key else State.RUNNING
            case _State.LOST:
                return State.LOST
            case _State.ARMED:
                return State.RUNNING if self._now <= self.waits_until else State.NO_CLOCK
            case _State.STOPPED if self.told:
                return State.STOPPED
            case _State.STOPPED:
                return State.NO_START if self.ticks(self._now) else State.NONE

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
        if line is not None and line.tick < 0:  # a key that was nearer to the next clock has begun the song
            return Timeline(0, line.time - line.tick * line.per_tick, line.per_tick)
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
        self._now = now
        self.told = self.told or data[0] in TRANSPORT
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
        """The clock is lost when it has been away too long; a song that a key began ends in a rest."""
        self._now = now
        if self._state is not _State.RUNNING:
            return ()
        if now > self._follower.last_time + self._patience:
            return self._lose(now, goes_on=self._follower.steady)
        if (over := self._rest_over) is not None and now >= over:
            self._state, self._by_key = _State.STOPPED, False
            return (Happening(Kind.STOPPED, now, self._next),)
        return ()

    def tap(self, now: int) -> Sequence[Happening]:  # noqa: ARG002
        """The master has the tempo."""
        return ()

    def key_pressed(self, now: int) -> Sequence[Happening]:
        """Where nobody has said where the song is, the first key is the first beat."""
        self._rest.press(now)
        return self._begin_by_key(now) if self._waits_for_key(now) else ()

    def keys_idle(self, now: int) -> None:
        """From now on nobody plays."""
        self._rest.begin(now)

    def next_deadline(self) -> int | None:
        """When the clock will count as lost, or a song that a key began has rested long enough."""
        if self._state is not _State.RUNNING:
            return None
        lost, over = self._follower.last_time + self._patience + 1, self._rest_over
        return lost if over is None else min(lost, over)

    # -- for the clock that chooses --------------------------------------------------------------------

    def ticks(self, now: int) -> bool:
        """Whether clocks come, at a tempo that is known."""
        known = self._follower.valid and self._follower.count >= KNOWN_TO_TICK
        return known and now <= self._follower.last_time + self._patience

    def join(self, tick: int, now: int) -> Sequence[Happening]:
        """A song runs already, by another clock, and nobody has said where it is: it goes on with these clocks.

        The one that has just come is ``tick``.
        """
        self._position, self._by_key = tick, True
        return self._begin(Kind.CONTINUED, now)

    def stand_at(self, tick: int) -> None:
        """The song has moved without clocks: this is where the next Continue resumes."""
        self._position = tick

    @property
    def waits_until(self) -> int:
        """After Start or Continue: when the first clock should have come, ns."""
        return self.armed_at + LOST_AFTER

    @property
    def goes_on(self) -> bool:
        """While lost: whether the tempo was steady, so that the timeline holds where nobody hears it."""
        return self._goes_on

    # -- inside --------------------------------------------------------------------------------------

    @property
    def _patience(self) -> int:
        per_tick = self._follower.per_tick
        return int(SLOWEST) if per_tick is None else max(LOST_AFTER, int(LOST_TICKS * per_tick))

    @property
    def _rest_over(self) -> int | None:
        return self._rest.over_at(self._follower.per_tick or PROVISIONAL) if self._by_key else None

    @property
    def _here(self) -> int:
        return self._origin + self._follower.count

    @property
    def _next(self) -> int:
        """The tick that the next clock would be: Continue resumes there. No song has ticks before its first."""
        return max(0, self._here + 1) if self._relocate is None else self._relocate

    def _clock(self, now: int) -> Sequence[Happening]:
        gap = now - self._follower.last_time
        away = gap > self._patience
        armed = self._state is _State.ARMED
        missed = self._missed(gap) if self._state is _State.LOST and away else 0
        if away or (armed and not self._follower.expects(now)):
            # A clock that went on all the time keeps its line over a Start, any other begins one.
            fresh = self._follower.valid and gap < FRESH
            if self._state is _State.LOST:  # whoever is lost at every clock has no tempo
                fresh = missed > 0 or (fresh and self._follower.count >= KNOWN)
            self._follower.restart(keep_tempo=fresh)
            self._position_at = None
        grown = self._follower.tick(now)
        self._show(now)
        if armed:
            return self._begin(self._kind, now)
        if self._state is _State.LOST:
            self._position += missed
            return self._come_back(now) if away or self._sane_again else ()
        if self._state is _State.STOPPED:
            waits = self._rest.pressed is not None and self._waits_for_key(now)
            return self._begin_by_key(now) if waits else ()
        return self._count(now) if grown or self._follower.corrected else ()

    def _missed(self, gap: int) -> int:
        """How many ticks the song has gone on while it was lost, beside the one that has just come."""
        per_tick = self._follower.per_tick
        if not self._goes_on or per_tick is None or gap > AWAY:
            return 0
        return round(gap / per_tick) - 1

    def _come_back(self, now: int) -> Sequence[Happening]:
        self._goes_on = False
        if self._by_key and not (self.keys_begin and self._rest.pressed):  # the next key is the first beat
            self._state, self._by_key = _State.STOPPED, False
            return ()
        return self._begin(Kind.CONTINUED, now)

    def _waits_for_key(self, now: int) -> bool:
        free = self._state is _State.STOPPED and self.keys_begin and not self.told
        return free and self.ticks(now)

    def _begin_by_key(self, now: int) -> Sequence[Happening]:
        """The key that was pressed last is the first beat, on the clock that is nearest to it."""
        line, pressed = self._follower.timeline(0), self._rest.pressed
        assert line is not None  # clocks come
        assert pressed is not None  # a key has been
        first = round(line.tick_at(pressed))
        self._origin, self._by_key = self._located(first) - first, True
        self._relocate, self._strange = None, 0
        self._state = _State.RUNNING
        tick = max(0, self._here if pressed < now else self._origin + first)
        return (Happening(Kind.CONTINUED if tick else Kind.STARTED, now, tick),)

    def _located(self, count: int) -> int:
        """The song's tick at the follower's tick ``count``, before it has begun: a song position may have told."""
        return 0 if self._position_at is None else self._position + max(0, count - self._position_at)

    def _count(self, now: int) -> Sequence[Happening]:
        """A tick of the song has come."""
        self._strange = 0 if self._follower.valid else self._strange + 1
        if self._strange == STRANGE_TICKS:
            return self._lose(now, goes_on=False)
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
        self._state, self._goes_on = _State.RUNNING, False
        return (Happening(kind, now, self._position),)

    def _lose(self, now: int, *, goes_on: bool) -> Sequence[Happening]:
        """``goes_on``: the tempo tells how many ticks will be missed; else the next goes on where counting stopped."""
        self._position, self._goes_on = self._next, goes_on
        self._relocate, self._strange = None, 0
        self._state = _State.LOST
        return (Happening(Kind.LOST, now, self._position),)

    def _arm(self, kind: Kind, position: int, now: int) -> Sequence[Happening]:
        was_running = self._state is _State.RUNNING
        if kind is Kind.CONTINUED and was_running:
            return ()  # Continue while running says nothing new
        stopped = Happening(Kind.STOPPED, now, self._next)
        self._kind, self._position, self._state = kind, position, _State.ARMED
        self.armed_at, self._relocate = now, None
        self._by_key = self._goes_on = False
        return (stopped,) if was_running else ()

    def _stop(self, now: int) -> Sequence[Happening]:
        was_running = self._state is _State.RUNNING
        self._state = _State.STOPPED
        self._by_key = self._goes_on = False
        if not was_running:
            return ()
        self._position, self._relocate = self._next, None
        return (Happening(Kind.STOPPED, now, self._position),)

    def _locate(self, tick: int) -> None:
        if self._state is _State.RUNNING:
            self._relocate = tick
        else:
            self._position, self._goes_on = tick, False
            self._position_at = self._follower.count + 1 if self.ticks(self._now) else None

    def _show(self, now: int) -> None:
        line = self._follower.timeline(0)
        if line is not None and self._follower.valid:
            self._display.feed(line.bpm, now)
