"""The effect itself: what comes in on its cables, the instances that answer it, and what goes out.

The dry path comes first, then the clock, then whoever hears it. Whatever the instances have to do is done in
the order of time, so that notes pair up on the wire as they were decided.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from descant_daemon.effect.cables.gates import Care, Gates
from descant_daemon.effect.cables.outbox import Outbox
from descant_daemon.effect.cables.patchbay import Patchbay
from descant_daemon.effect.common import Common, Due
from descant_daemon.effect.conductor import Conductor
from descant_daemon.effect.counts import Counts
from descant_daemon.effect.dispatcher import Dispatcher
from descant_daemon.effect.events import Capture
from descant_daemon.effect.part import Part, check_track
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import MOST_INSTANCES, Instance
from descant_daemon.time.clock import Clock
from descant_daemon.time.clock_master import ClockMaster
from descant_daemon.time.metre_map import MetreMap
from descant_daemon.time.tap_tempo import Taps
from descant_routing import message
from descant_routing.ledger import Ledger
from descant_routing.routes.held import Passage
from descant_routing.timed import MAIN, Timed

_NO_KNOBS = message.NOTE_ENDING_CONTROLLERS | {message.SUSTAIN, message.RESET_CONTROLLERS}
LOOP = 100_000_000  # ns between a stop and a start that turn a loop, the wait for the clock included
VALUES_EVERY = 100_000_000  # ns between two looks at what motor faders are to be told


class Effect:
    """Times are integer ns on one monotonic axis; call ``feed``, then ``advance``."""

    def __init__(
        self,
        tracks: Sequence[Instance],
        clock: Clock,
        patchbay: Patchbay | None = None,
        *,
        clock_from: str = MAIN,
        cares: Mapping[str, Care] | None = None,
        feedback: str | None = None,
        offset: int = 0,
        taps: Taps | None = None,
        send_clock: bool = False,
        metres: MetreMap | None = None,
    ) -> None:
        """``patchbay``: the outputs, and what passes; one cable if not said. ``offset``: ns by which the grid is later.

        ``clock_from``: the input whose clock and transport count. ``cares``: what is known of inputs, by label.
        ``feedback``: the output to which values are sent back. ``taps``: what taps the tempo. ``send_clock``: be the
        clock master where nobody else is. ``metres``: where bars are; whoever learns of it later changes it.

        Raises UsageError when MIDI clock's 24 ticks a beat do not divide into a model's steps, or a track
        asks for what its model cannot do.
        """
        self.clock = clock
        self.counts = Counts()
        self.patchbay = patchbay or Patchbay()
        self._out = Outbox()
        self.metres = metres or MetreMap()
        self._common = Common(clock, self.counts, offset, itertools.count(1), self.metres)
        self._clock_from = clock_from
        self.parts: list[Part] = []
        self._play_with([self._part(track, instance) for instance, track in enumerate(tracks)])
        self._gates = Gates(cares or {})
        self._sends_clock = send_clock
        master = ClockMaster(clock, offset) if send_clock else None
        self._conductor = Conductor(clock, self.metres, self.parts, self.patchbay, self._out, master)
        self._dispatcher = Dispatcher(self.parts, self.patchbay, self._out, self._key_struck, self._act)
        self._muted: set[str] = set()  # outputs that lead back to us
        self.wishes: list[Capture] = []
        """What is for the take alone; to be taken away."""
        self.refusal = ""
        """Why the last change was refused that somebody without a knob wanted; ``counts`` says how many were."""
        self._instances = len(tracks)  # how many there have been
        self._taps = taps or Taps()
        self._feedback: str | None = None
        self._values_at: int | None = None  # ns, when motor faders are told next
        self._send_values_to(feedback)
        self._seen = 0  # the latest time that we were told of

    # -- in ------------------------------------------------------------------------------------------

    def feed(self, event: Timed) -> None:
        """A message from the player or the DAW. The dry path first, then everything of ours."""
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
            thru = all(part.parameters.thru for part in self.parts if part.track.hears.input == port)
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
        part = self._by_number.get(answer.instance)
        if part is not None:
            part.requests.take(answer, self._seen)

    def engine_lost(self, now: int) -> None:
        """The engine is gone: close its notes, expect no answer, ask anew from where we are."""
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

    def rewire(
        self,
        tracks: Sequence[Instance],
        passages: Sequence[Passage],
        outputs: Collection[str],
        clock_from: str,
        now: int,
        *,
        cares: Mapping[str, Care] | None = None,
        feedback: str | None = None,
        gated: bool = True,
    ) -> None:
        """Another rig while this one plays: instances go on by name. Raises UsageError, and then nothing is changed.

        What is held passes on as it began; what ends with an output or an instance ends now.
        """
        for track in tracks:
            check_track(track)
        known = {part.track.name: part for part in self.parts}
        kept = {track.name for track in tracks}
        for name, part in known.items():
            if name not in kept:
                part.end_everything(now)
        for label in outputs:
            self.patchbay.outputs.setdefault(label, Ledger())
        parts: list[Part] = []
        for track in tracks:
            parts.append(
                self._retracked(known.get(track.name), track, {part.instance for part in parts}, now)
            )
        self._play_with(parts)
        self._out.send_each(now, self.patchbay.rewire(passages, outputs, gated=gated))
        self._clock_from = clock_from
        if cares is not None:
            self._gates.rewire(cares)
        self._send_values_to(feedback)

    def panic(self, now: int) -> None:
        """Silence: every note that we let out ends, ours and the player's; the song goes on."""
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
        if self._feedback is not None and self._values_at is None:
            self._values_at = until
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
        if self._values_at is not None:
            dues.append(Due(self._values_at, self._tell_values))
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
        """Our keys that sound."""
        return frozenset().union(*(part.sounding for part in self.parts))

    @property
    def looping(self) -> list[str]:
        """Labels of the outputs of which notes come back to us."""
        return sorted(self._muted)

    @property
    def held(self) -> list[int]:
        """The player's keys."""
        return sorted(set().union(*(part.held for part in self.parts)))

    # -- inside --------------------------------------------------------------------------------------

    def _play_with(self, parts: list[Part]) -> None:
        self.parts[:] = parts
        self._by_number = {part.instance: part for part in parts}

    def _part(self, track: Instance, instance: int) -> Part:
        return Part(self._common, track, instance, self.patchbay.ledger(track.output), self._out)

    def _send_values_to(self, output: str | None) -> None:
        self._feedback, self._values_at = output, None
        for part in self.parts:
            part.send_values(output is not None)

    def _tell_values(self, now: int) -> None:
        """Motor faders and lights."""
        assert self._feedback is not None  # whose due it was
        self._values_at = now + VALUES_EVERY
        for part in self.parts:
            self._out.send_each(now, [(self._feedback, data) for data in part.values_back(now)])

    def _make_good(self, port: str, now: int) -> None:
        """What an input owes us is taken as if it came now."""
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
        """Where notes of ours come back, we play none."""
        looping = self._gates.looping
        if looping or self._muted:
            self._muted = looping
            for part in self.parts:
                part.mute(part.track.output in looping)
        counts, gates = self.counts, self._gates
        counts.loops, counts.dropped, counts.thinned = gates.loops, gates.dropped, gates.thinned

    def _heed_zones(self, port: str) -> None:
        """An MPE keyboard says, or shows, which channels are one finger each."""
        for part in self.parts:
            if port == part.track.hears.input:
                part.heed_zones(self._gates.zones(port))

    def _begin_anew(self, output: str, now: int) -> None:
        for part in self.parts:
            if part.track.output == output:
                part.end_notes(output, (), now)

    def _retracked(self, part: Part | None, track: Instance, taken: Collection[int], now: int) -> Part:
        if part is None:
            # A number that nobody has had remembers nobody's song; only when they are used up one comes again.
            fresh = range(self._instances, MOST_INSTANCES)
            used = {*taken, *(part.instance for part in self.parts)}
            number = min(set(fresh or range(MOST_INSTANCES)) - used)
            self._instances = max(self._instances, number + 1)
            part = self._part(track, number)
            part.transport.join(now)
            return part
        part.retrack(track, self.patchbay.ledger(track.output), self._out, now)
        return part
