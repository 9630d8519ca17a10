"""The effect itself: what comes in on its cables, the instances that answer it, and what goes out.

The dry path comes first, then the clock, then whoever hears it. Whatever the instances have to do is done in
the order of time, so that notes pair up on the wire as they were decided.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import partial

from descant_daemon.effect.cables.gates import Gates
from descant_daemon.effect.cables.outbox import Outbox
from descant_daemon.effect.cables.patchbay import Patchbay
from descant_daemon.effect.common import Common, Counts, Due
from descant_daemon.effect.conductor import Conductor
from descant_daemon.effect.dispatcher import Dispatcher
from descant_daemon.effect.ensemble import Ensemble, check_rig
from descant_daemon.effect.events import Capture
from descant_daemon.effect.part import Part
from descant_daemon.effect.values_back import ValuesBack
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Rig
from descant_daemon.time.clock import Clock
from descant_daemon.time.clock_master import ClockMaster
from descant_daemon.time.metre_map import MetreMap
from descant_daemon.time.tap_tempo import Taps
from descant_routing import message
from descant_routing.timed import Timed


class Effect:
    """Times are integer ns on one monotonic axis; call ``feed``, then ``advance``."""

    def __init__(
        self,
        rig: Rig,
        clock: Clock,
        *,
        offset: int = 0,
        taps: Taps | None = None,
        metres: MetreMap | None = None,
    ) -> None:
        """``offset``: ns by which the whole grid is later. ``taps``: what taps the tempo.

        ``metres``: where bars are; whoever learns of it later changes it.

        Raises UsageError when MIDI clock's 24 ticks a beat do not divide into a model's steps, or an instance
        asks for what its model cannot do.
        """
        self.clock = clock
        self.counts = Counts()
        self.patchbay = Patchbay(rig)
        self._out = Outbox()
        self.metres = metres or MetreMap()
        self._clock_from = rig.clock_from
        common = Common(clock, self.counts, offset, itertools.count(1), self.metres)
        self._ensemble = Ensemble(rig, common, self.patchbay, self._out)
        self.parts = self._ensemble.parts
        self._gates = Gates(rig.inputs)
        self._sends_clock = rig.send_clock
        master = ClockMaster(clock, offset) if rig.send_clock else None
        self._conductor = Conductor(clock, self.metres, self.parts, self.patchbay, self._out, master)
        self._dispatcher = Dispatcher(self.parts, self.patchbay, self._out, self._key_struck, self._act)
        self._values_back = ValuesBack(self.parts, self._out)
        self._values_back.send_to(rig.feedback)
        self._muted: set[str] = set()  # outputs that lead back to Descant
        self.wishes: list[Capture] = []
        """What is for the take alone; to be taken away."""
        self.refusal = ""
        """Why the last change was refused that somebody without a knob wanted; ``counts`` says how many were."""
        self._taps = taps or Taps()
        self._seen = 0  # the latest time that it was told of

    # -- in ------------------------------------------------------------------------------------------

    def feed(self, event: Timed) -> None:
        """A message from the player or the DAW. The dry path first, then what Descant plays."""
        now, data, port = event
        self._seen = max(self._seen, now)
        self._gates.hear(port, data, now)
        if not message.is_complete(data):
            self.counts.torn += 1
        elif data[0] == message.CLOCK:  # by far the most; no guard has anything to say to it
            self._hear(data, port, now)
        else:
            for each in self._gates.let_in(port, data, now):
                self._hear(each, port, now)
                if self._gates.zones(port).feed(each):
                    self._heed_zones(port)
            self._heed_loops()

    def _hear(self, data: bytes, port: str, now: int) -> None:
        if data[0] >= message.SYSEX:
            thru = all(part.parameters.thru for part in self.parts if part.instance.hears.input == port)
            self._dispatcher.pass_dry(data, port, thru, now)
            self._system(data, port, now)
        elif not self._taps.takes(data):
            self._dispatcher.channel_message(data, port, now)
        elif self._taps.is_tap(data):
            self.tap(now)

    def _system(self, data: bytes, port: str, now: int) -> None:
        timing = message.is_realtime(data) or message.is_song_position(data)
        if timing and port == self._clock_from:
            self._conductor.hear(data, port, now, self._seen)
        if data[0] == message.SYSTEM_RESET:
            for part in self.parts:
                part.end_everything(now)

    def _key_struck(self, now: int) -> None:
        """The clock hears of keys, too."""
        self._conductor.happen(self.clock.key_pressed(now), self._seen)

    def take(self, answer: Answer) -> None:
        """The engine has answered."""
        part = self._ensemble.by_number.get(answer.instance)
        if part is not None:
            part.requests.take(answer, self._seen)

    def engine_lost(self, now: int) -> None:
        """The engine is gone: close its notes, expect no answer, ask anew from where the song is."""
        self.counts.engine_lost += 1
        for part in self.parts:
            part.transport.engine_lost(now)

    def unplugged(self, port: str, now: int) -> None:
        """A cable is pulled: what came by it ends; what goes by it is heard by nobody."""
        self._seen = max(self._seen, now)
        self._out.send_each(now, self.patchbay.unplug(port))
        for part in self.parts:
            part.desert(port, now)
        self._begin_anew(port, now)
        self._out.unplug(port)

    def plugged(self, port: str, now: int) -> None:
        """A cable is back: what still sounds behind it ends, and the song goes on there with the next step."""
        self._seen = max(self._seen, now)
        owed = self.patchbay.plug(port)
        self._begin_anew(port, now)
        self._out.plug(port)
        self._out.send_each(now, owed)

    def rewire(self, rig: Rig, now: int) -> None:
        """Another rig while this one plays: instances go on by name, the clock and what is sent of it stay.

        What is held passes on as it began; what ends with an output or an instance ends now. Raises UsageError, and
        then nothing is changed.
        """
        check_rig(rig)
        self.patchbay.extend(rig)
        self._ensemble.rewire(rig, now)
        self._out.send_each(now, self.patchbay.rewire(rig))
        self._clock_from = rig.clock_from
        self._gates.rewire(rig.inputs)
        self._values_back.send_to(rig.feedback)

    def panic(self, now: int) -> None:
        """Silence: every note that was let out ends, Descant's and the player's; the song goes on."""
        self._out.send_each(now, self.patchbay.panic())
        for part in self.parts:
            part.forget_notes()
            part.end_everything(now)

    def tap(self, now: int) -> None:
        """The player has tapped the tempo."""
        self._conductor.happen(self.clock.tap(now), self._seen)

    def change(self, values: Mapping[str, object], now: int, parts: Sequence[Part] | None = None) -> None:
        """Change parameters of every instance, or of ``parts``. Raises UsageError, and then nothing is changed."""
        chosen = self.parts if parts is None else parts
        for part in chosen:
            part.check(values)
        for part in chosen:
            part.set(values, now)

    def refuse(self, reason: str) -> None:
        """Somebody without a knob has wanted what cannot be; the music goes on."""
        self.counts.refused_changes += 1
        self.refusal = reason

    def act(self, action: str, now: int) -> None:
        """An action of the table, as if a button had been pressed."""
        for part in self.parts:
            part.act(action, now)
        self._act(action, now)

    def _act(self, action: str, now: int) -> None:
        match action:
            case "panic":
                self.panic(now)
            case "tap":
                self.tap(now)
            case "capture":
                self.wishes.append(Capture())
            case _:
                pass

    # -- time ----------------------------------------------------------------------------------------

    def advance(self, until: int) -> None:
        """Do everything that is due before ``until``."""
        if not self._seen:
            self._conductor.arm(0, until)  # where a song most likely begins
        self._seen = max(self._seen, until)
        self._conductor.advance(until, self._seen)
        self._values_back.advance(until)
        while (due := self._next_due()) is not None and due.time < until:
            due.act(due.time)
        self._dispatcher.shut(until)

    def next_deadline(self) -> int | None:
        """When ``advance`` next has something to do."""
        due = self._next_due()
        times = (self.clock.next_deadline(), due.time if due else None)
        return min((time for time in times if time is not None), default=None)

    def _next_due(self) -> Due | None:
        dues = [due for part in self.parts if (due := part.steps.next_due()) is not None]
        for late, port in self._gates.next_deadlines():
            dues.append(Due(late, partial(self._make_good, port)))
        if (look := self._values_back.next_due()) is not None:
            dues.append(look)
        if self._sends_clock and (clock := self._conductor.next_due()) is not None:
            dues.insert(0, clock)
        return min(dues, key=lambda due: due.time, default=None)

    # -- out -----------------------------------------------------------------------------------------

    def messages(self) -> Sequence[Timed]:
        """What is to be sent, in order of time; taken by the call."""
        taken = self._out.take()
        self._gates.sent(taken)
        return taken

    def asks(self) -> Sequence[Ask]:
        """What the engine is to be asked; taken by the call."""
        return [ask for part in self.parts for ask in part.requests.taken()]

    @property
    def parameters(self) -> Parameters:
        """Of the first instance."""
        return self.parts[0].parameters

    @property
    def step(self) -> int:
        """The last step whose tick has passed."""
        return self.parts[0].playhead.step

    @property
    def bar_and_beat(self) -> tuple[int, int]:
        """Where the song is, both counted from 1."""
        return self.parts[0].playhead.bar_and_beat

    @property
    def sounding(self) -> frozenset[int]:
        """Descant's keys that sound."""
        return frozenset().union(*(part.sounding for part in self.parts))

    @property
    def looping(self) -> list[str]:
        """Labels of the outputs of which notes come back."""
        return sorted(self._muted)

    @property
    def held(self) -> list[int]:
        """The player's keys."""
        return sorted(set().union(*(part.held for part in self.parts)))

    # -- inside --------------------------------------------------------------------------------------

    def _make_good(self, port: str, now: int) -> None:
        """What an input owes is taken as if it came now."""
        lost, waited, dead = self._gates.due(port, now)
        self.counts.lost_offs += len(lost)
        for data in [*lost, *waited]:
            self._hear(data, port, now)
        if dead:
            self._out.send_each(now, self.patchbay.release(port))
            for part in self.parts:
                part.desert(port, now)
        self._heed_loops()

    def _heed_loops(self) -> None:
        """Where Descant's notes come back, it plays none."""
        looping = self._gates.looping
        if looping or self._muted:
            self._muted = looping
            for part in self.parts:
                part.mute(part.instance.output in looping)
        counts, gates = self.counts, self._gates
        counts.loops, counts.dropped, counts.thinned = gates.loops, gates.dropped, gates.thinned

    def _heed_zones(self, port: str) -> None:
        """An MPE keyboard says, or shows, which channels are one finger each."""
        for part in self.parts:
            if port == part.instance.hears.input:
                part.heed_zones(self._gates.zones(port))

    def _begin_anew(self, output: str, now: int) -> None:
        for part in self.parts:
            if part.instance.output == output:
                part.end_notes(output, (), now)
