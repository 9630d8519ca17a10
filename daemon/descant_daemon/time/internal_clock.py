"""A clock of Descant's: a tempo, and a place where it began."""

from __future__ import annotations

import math
from collections.abc import Sequence

from descant_daemon.time.clock import Happening, Kind, State
from descant_daemon.time.midi_clock import TICKS_PER_SIXTEENTH
from descant_daemon.time.tap_tempo import TapTempo
from descant_daemon.time.timeline import FASTEST_BPM, PPQN, SLOWEST_BPM, Timeline, is_tempo, ns_per_tick
from descant_routing import message
from descant_routing.errors import UsageError

NEAR_BEAT = 6  # ticks from a tap within which a beat is drawn to it,
CLOSE = 0.05  # and within which nobody hears it jump


class InternalClock:
    """See ``Clock``. Start, Stop, Continue and song position work as from a DAW; its clocks are ignored.

    Stopped at the beginning. Raises UsageError for a tempo outside 10 to 999.
    """

    guard = 0
    leads = True
    bar = None
    armed: int | None = None
    state = State.OWN

    def __init__(self, bpm: float) -> None:
        if not is_tempo(bpm):
            raise UsageError(
                f"a tempo of {bpm:g} BPM cannot be kept: it must be {SLOWEST_BPM:g} to {FASTEST_BPM:g}"
            )
        self._bpm = bpm
        self._taps = TapTempo()
        self.position = 0
        """The tick that the next Continue resumes at."""
        self._line: Timeline | None = None
        self._aim: Timeline | None = None  # the line from the next beat on, while the song glides to it
        self._news: list[Happening] = []

    @property
    def running(self) -> bool:
        """Whether the song moves."""
        return self._line is not None

    @property
    def timeline(self) -> Timeline | None:
        """Ticks to time while running."""
        return self._line

    @property
    def trusted_until(self) -> int | None:
        """While the song glides, to where it is going; else for ever."""
        return None if self._aim is None else math.ceil(self._aim.time)

    @property
    def bpm(self) -> float | None:
        """The tempo."""
        return self._bpm

    def start(self, now: int) -> None:
        """From the beginning, now."""
        self._begin(Kind.STARTED, 0, now)

    def carry_on(self, line: Timeline) -> None:
        """Keep on with a song that runs already: nothing happens to it."""
        self._line, self._aim = line, None

    def roll(self, tick: int, since: int, now: int) -> None:
        """The song has been running since ``since`` from ``tick``, as is known only now."""
        line = Timeline(tick, since, ns_per_tick(self._bpm))
        here = math.ceil(line.tick_at(now))
        self._line, self._aim = line, None
        self._news.append(Happening(Kind.CONTINUED if here else Kind.STARTED, now, here))

    def hand_over(self) -> None:
        """Somebody else keeps on with the song: nothing happens to it."""
        self._line = self._aim = None

    def set_tempo(self, bpm: float, now: int) -> None:
        """Go on from here at another tempo; the position does not move."""
        if self._line is not None:
            tick = self._line.tick_at(now)
            whole = int(tick)
            self._line = Timeline(whole, now - (tick - whole) * ns_per_tick(bpm), ns_per_tick(bpm))
        self._aim = None
        self._bpm = bpm

    def tap(self, now: int) -> Sequence[Happening]:
        """From the fourth tap on the tempo is theirs; where a beat is near, the next comes with the next tap."""
        bpm = self._taps.tap(now)
        if bpm is not None:
            self.set_tempo(bpm, now)
            self._draw_to_beat(now)
        return ()

    def feed(self, data: bytes, now: int) -> Sequence[Happening]:
        """Transport and song position."""
        match data[0]:
            case message.START:
                self._begin(Kind.STARTED, 0, now)
            case message.CONTINUE if self._line is None:
                self._begin(Kind.CONTINUED, self.position, now)
            case message.STOP:
                self.stop(now)
            case message.SONG_POSITION:
                self._locate(message.sixteenths(data) * TICKS_PER_SIXTEENTH, now)
            case _:
                pass
        return self.advance(now)

    def stop(self, now: int) -> None:
        """Stand still; Continue goes on from the next tick."""
        if self._line is not None:
            self.position = max(self._line.tick, int(self._line.tick_at(now)) + 1)
            self._line = self._aim = None
            self._news.append(Happening(Kind.STOPPED, now, self.position))

    def advance(self, now: int) -> Sequence[Happening]:
        """What has happened since the last call."""
        if self._aim is not None and now >= self._aim.time:
            self._line, self._aim = self._aim, None
        news, self._news = self._news, []
        return news

    def key_pressed(self, now: int) -> Sequence[Happening]:  # noqa: ARG002
        """Keys do not move it."""
        return ()

    def keys_idle(self, now: int) -> None:
        """Nor does their absence."""

    def next_deadline(self) -> int | None:
        """At once when there is news; else when a glide ends."""
        return self._news[0].time if self._news else self.trusted_until

    def _locate(self, tick: int, now: int) -> None:
        if self._line is None:
            self.position = tick
        else:
            self._begin(Kind.RELOCATED, tick, now)

    def _draw_to_beat(self, now: int) -> None:
        """The song hurries or waits for one beat: a jump would send a burst of clocks, or none for a while."""
        if self._line is None:
            return
        tick, per_tick = self._line.tick_at(now), ns_per_tick(self._bpm)
        beat = round(tick / PPQN) * PPQN
        away = tick - beat
        if beat == 0 or abs(away) > NEAR_BEAT:
            return
        if abs(away) < CLOSE:
            self._line = Timeline(beat, now, per_tick)
            return
        self._aim = Timeline(beat + PPQN, now + PPQN * per_tick, per_tick)
        gliding = PPQN * per_tick / (PPQN - away)
        self._line = Timeline(beat, now - away * gliding, gliding)

    def _begin(self, kind: Kind, tick: int, now: int) -> None:
        self._line, self._aim = Timeline(tick, now, ns_per_tick(self._bpm)), None
        self._news.append(Happening(kind, now, tick))
