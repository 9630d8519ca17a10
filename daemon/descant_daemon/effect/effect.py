"""The effect itself: what comes in on a cable, the instances that answer it, and what goes out.

The dry path comes first, then the clock, then whoever hears the channel. Whatever the instances have to do
is done in the order of time, so that notes pair up on the wire as they were decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from descant_daemon.effect.common import EVERY_CHANNEL, Common, Due, Track
from descant_daemon.effect.counts import Counts
from descant_daemon.effect.dry import DryPath
from descant_daemon.effect.outbox import Outbox
from descant_daemon.effect.part import Part
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.note_state import PitchRange
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.styles import check_styles
from descant_daemon.time.clock import Clock, Happening, Kind
from descant_daemon.time.clock_master import ClockMaster
from descant_daemon.time.tap_tempo import Taps
from descant_routing import message
from descant_routing.ledger import Ledger
from descant_routing.timed import Timed


class Effect:
    """Times are integer ns on one monotonic axis; call ``feed``, then ``advance``."""

    def __init__(
        self,
        pitches: PitchRange,
        steps_per_beat: int,
        tracks: Sequence[Track],
        clock: Clock,
        ledger: Ledger,
        cc: dict[int, str] | None = None,
        offset: int = 0,
        *,
        taps: Taps | None = None,
        send_clock: bool = False,
        styles: Sequence[str] = (),
    ) -> None:
        """``cc``: controller → parameter. ``offset``: ns by which the whole grid is played later.

        ``taps``: what taps the tempo. ``send_clock``: be the clock master where nobody else is. ``styles``: the
        model's, by name.

        Raises UsageError when MIDI clock's 24 ticks a beat do not divide into the model's steps, or a track
        asks for a style that the model has not.
        """
        for track in tracks:
            check_styles(track.parameters, styles)
        self.clock = clock
        self.counts = Counts()
        self._out = Outbox()
        common = Common(
            pitches, steps_per_beat, clock, ledger, self._out, self.counts, cc or {}, offset, styles
        )
        self.parts = [Part(common, track, instance) for instance, track in enumerate(tracks)]
        self._ledger = ledger
        self._styles = styles
        self._dry = DryPath(ledger)
        self._taps = taps or Taps()
        self._master = ClockMaster(clock, offset) if send_clock else None
        self._seen = 0  # the latest time that we were told of

    # -- in ------------------------------------------------------------------------------------------

    def feed(self, event: Timed) -> None:
        """A message from the player or the DAW. The dry path first, then everything of ours."""
        now, data, _ = event
        self._seen = max(self._seen, now)
        if not message.is_complete(data):
            self._ledger.pass_dry(data)  # which counts it, and sends nothing
            return
        if data[0] >= message.SYSEX:
            self._out.send(now, self._dry.feed(data, all(part.parameters.thru for part in self.parts)))
            self._system(data, now)
            return
        if self._taps.takes(data):
            if self._taps.is_tap(data):
                self.tap(now)
            return
        hearers = [part for part in self.parts if message.channel(data) in part.channels]
        self._out.send(now, self._dry.feed(data, all(part.parameters.thru for part in hearers)))
        self._channel(data, hearers, now)

    def take(self, answer: Answer) -> None:
        """The engine has answered."""
        self.parts[answer.instance].take(answer, self._seen)

    def engine_lost(self, now: int) -> None:
        """The engine is gone: close its notes, expect no answer, ask anew from where we are."""
        self.counts.engine_lost += 1
        for part in self.parts:
            part.engine_lost(now)

    def panic(self, now: int) -> None:
        """Silence: every note that we let out ends, ours and the player's; the song goes on."""
        self._out.send(now, self._ledger.panic())
        for part in self.parts:
            part.forget_notes()
            part.end_notes(EVERY_CHANNEL, now)

    def tap(self, now: int) -> None:
        """The player has tapped the tempo."""
        self._happen(self.clock.tap(now))

    def change(self, values: Mapping[str, object], now: int) -> None:
        """Change parameters of every instance. Raises UsageError, and then nothing is changed."""
        changed = [part.parameters.with_values(values) for part in self.parts]
        for parameters in changed:
            check_styles(parameters, self._styles)
        for part, parameters in zip(self.parts, changed, strict=True):
            part.change(parameters, now)

    def unplugged(self, port: str, now: int) -> None:
        """Nobody is at the other end of the cable ``port`` any more."""

    def plugged(self, port: str, now: int) -> None:
        """Somebody is there again."""

    # -- time ----------------------------------------------------------------------------------------

    def advance(self, until: int) -> None:
        """Do everything that is due before ``until``."""
        if not self._seen:
            self._arm(0, until)  # where a song most likely begins
        self._seen = max(self._seen, until)
        self._happen(self.clock.advance(until))
        while (due := self._next_due()) is not None and due.time < until:
            due.act(due.time)
        self._shut(until)

    def next_deadline(self) -> int | None:
        """When ``advance`` next has something to do."""
        due = self._next_due()
        times = (self.clock.next_deadline(), due.time if due else None)
        return min((time for time in times if time is not None), default=None)

    def _next_due(self) -> Due | None:
        dues = [due for part in self.parts if (due := part.next_due()) is not None]
        if self._master is not None and (clock := self._master.next_due()) is not None:
            dues.insert(0, Due(clock, self._send_clock))
        return min(dues, key=lambda due: due.time, default=None)

    # -- out -----------------------------------------------------------------------------------------

    def messages(self) -> Sequence[Timed]:
        """What is to be sent, in order of time; taken by the call."""
        return self._out.take()

    def asks(self) -> Sequence[Ask]:
        """What the engine is to be asked; taken by the call."""
        return [ask for part in self.parts for ask in part.asks()]

    @property
    def parameters(self) -> Parameters:
        """Of the first instance."""
        return self.parts[0].parameters

    @property
    def step(self) -> int:
        """The last step whose tick has passed."""
        return self.parts[0].step

    @property
    def bar_and_beat(self) -> tuple[int, int]:
        """Where the song is, both counted from 1."""
        return self.parts[0].bar_and_beat

    @property
    def sounding(self) -> frozenset[int]:
        """Our keys that sound."""
        return frozenset().union(*(part.sounding for part in self.parts))

    @property
    def held(self) -> list[int]:
        """The player's keys."""
        return sorted(set().union(*(part.held for part in self.parts)))

    # -- inside --------------------------------------------------------------------------------------

    def _system(self, data: bytes, now: int) -> None:
        if message.is_realtime(data) or message.is_song_position(data):
            self._happen(self.clock.feed(data, now))
            if self.clock.armed is not None:
                self._arm(self.clock.armed, now)
        if data[0] == message.SYSTEM_RESET:
            for part in self.parts:
                part.end_notes(EVERY_CHANNEL, now)

    def _channel(self, data: bytes, hearers: Sequence[Part], now: int) -> None:
        channel = message.channel(data)
        if message.is_note_on(data):
            for part in hearers:
                part.key_down(channel, data[1], data[2], now)
            if hearers:
                self._happen(self.clock.key_pressed(now))
            for part in hearers:
                part.key_heard(channel, data[1], now)
        elif message.is_note_off(data):
            for part in hearers:
                part.key_up(channel, data[1], now)
        elif message.is_control_change(data):
            if data[1] in message.NOTE_ENDING_CONTROLLERS:
                hearers = [part for part in self.parts if part in hearers or part.sounds_on(channel)]
            for part in hearers:
                _control(part, channel, data[1], data[2], now)

    def _arm(self, tick: int, now: int) -> None:
        for part in self.parts:
            part.arm(tick, now)

    def _send_clock(self, now: int) -> None:
        assert self._master is not None  # whose due it was
        self._out.send(now, self._master.send(now))

    def _happen(self, happenings: Sequence[Happening]) -> None:
        for happening in happenings:
            if self._master is not None:
                # A Start that is known ahead leaves at once: nothing has to wait behind it.
                self._out.send(min(happening.time, self._seen), self._master.happen(happening))
            for part in self.parts:
                part.happen(happening, runs=happening.kind not in (Kind.STOPPED, Kind.LOST))

    def _shut(self, now: int) -> None:
        """Where ``thru`` has been switched off, what passed before ends."""
        for part in self.parts:
            if not part.parameters.thru:
                for channel in self._dry.open & part.channels:
                    self._out.send(now, self._dry.close(channel))


def _control(part: Part, channel: int, number: int, value: int, now: int) -> None:
    if number == message.SUSTAIN:
        part.pedal(channel, value, now)
    elif number == message.RESET_CONTROLLERS:
        part.pedal(channel, 0, now)
    elif number in message.NOTE_ENDING_CONTROLLERS:
        part.end_notes([channel], now)
    else:
        part.control(number, value, now)
