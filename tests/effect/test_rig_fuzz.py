"""Rigs that change while a storm blows: presets, routes, ports, modes. Every note-on has exactly one note-off.

What a player holds is written down beside it by a model of its own, which knows routes as four numbers each.
``DESCANT_FUZZ=10000000 pytest tests/effect/test_rig_fuzz.py -s`` is the long run, ``DESCANT_SEED`` another one.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from typing import NamedTuple

from tests.effect.stage import MS, Wire, bound
from tests.effect.test_fuzz import PITCHES, Coins, Storm

from descant_daemon.effect.effect import Effect
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.engine.engine import Engine
from descant_daemon.note_state import PitchRange
from descant_daemon.settings.bindings import Bindings
from descant_daemon.settings.choices import Mode, Switch
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.ranges import ALL_CHANNELS
from descant_daemon.settings.rig.values import Ears, Instance, ModelFacts, Output, Program, Rig
from descant_daemon.settings.source import ButtonKey
from descant_daemon.time.midi_clock import MidiClock
from descant_routing import message
from descant_routing.routes.held import Passage
from descant_routing.routes.parse import parse_route
from descant_routing.timed import Timed

EVENTS = int(os.environ.get("DESCANT_FUZZ", "60000"))
SEED = int(os.environ.get("DESCANT_SEED", "7"))
INPUTS, OUTPUTS = ("clocked", "left", "right"), ("near", "far")
MODES: tuple[Mode, ...] = ("free", "harmonise", "instant", "respond", "continue", "freeze")
SWITCHES: tuple[Switch, ...] = ("step", "beat", "bar")
# Nothing here may shut the dry path: that is another model's work.
CC = {20: "mode", 21: "temperature", 22: "density", 23: "voices", 28: "articulation", 85: "latch", 87: "take"}

BUTTON = 60  # the key that every program has for a button
BINDINGS = Bindings({**bound(CC).names, ButtonKey(BUTTON): "variation_up"})


class Way(NamedTuple):
    """A passage as four numbers: the keys that pass, by how much they move, and the channel that they get."""

    source: str
    sink: str
    low: int
    high: int
    up: int
    channel: int | None

    def passage(self) -> Passage:
        steps: list[dict[str, object]] = [{"keys": f"{self.low}..{self.high}"}, {"transpose": self.up}]
        if self.channel is not None:
            steps.append({"channel": self.channel + 1})
        return Passage(self.source, self.sink, parse_route(steps))

    def place(self, channel: int, key: int) -> tuple[str, int, int] | None:
        if not (self.low <= key <= self.high and 0 <= key + self.up < 128):
            return None
        return self.sink, channel if self.channel is None else self.channel, key + self.up


class Dealt(NamedTuple):
    tracks: list[Instance]
    ways: list[Way]
    outputs: tuple[str, ...]

    def value(self) -> Rig:
        return Rig(
            tuple(self.tracks),
            outputs=tuple(Output(label) for label in self.outputs),
            clock_from="clocked",
            routes=tuple(way.passage() for way in self.ways),
        )

    def is_button(self, source: str, channel: int, key: int) -> bool:
        ears = [track.hears for track in self.tracks]
        return key == BUTTON and any(each.input == source and channel in each.channels for each in ears)


class Dice:
    """Random rigs."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def rig(self) -> Dealt:
        pick, draw = self.random.choice, self.random.randrange
        outputs = OUTPUTS if draw(4) else OUTPUTS[:1]
        ways = [
            Way(
                pick(INPUTS),
                pick(outputs),
                draw(0, 60),
                draw(60, 128),
                draw(-14, 15),
                pick((None, None, 4, 9)),
            )
            for _ in range(draw(5))
        ]
        names = self.random.sample(("choir", "bass", "lead", "pad"), draw(1, 4))
        return Dealt([self.track(name, outputs) for name in names], ways, outputs)

    def track(self, name: str, outputs: tuple[str, ...]) -> Instance:
        pick, draw = self.random.choice, self.random.randrange
        programs = tuple(self.program(each) for each in range(draw(1, 4)))
        listens = tuple(self.ears() for _ in range(draw(3)))
        return Instance(programs, self.ears(), listens, pick(outputs), pick(SWITCHES), name)

    def program(self, number: int) -> Program:
        pick = self.random.choice
        parameters = Parameters(
            mode=pick(MODES),
            channel=pick((1, 2, 10)),
            articulation=pick(("legato", "gate")),
            phrase=pick((1, 2)),
            patience=1,
            place=pick(("anywhere", "below")),
        )
        pitches, per_beat = pick(((PITCHES, 4), (PITCHES, 4), (PITCHES, 3), (PitchRange(48, 71), 4)))
        return Program(parameters, ModelFacts(pitches, per_beat, number=pick((0, 1))), BINDINGS, str(number))

    def ears(self) -> Ears:
        channels = ALL_CHANNELS if self.random.randrange(2) else frozenset({0, 9})
        low = self.random.randrange(0, 62)
        return Ears(self.random.choice(INPUTS), channels, low, self.random.randrange(low, 128))


class Held:
    """What the player's keys must keep sounding, by the four numbers alone."""

    def __init__(self) -> None:
        self.strikes: dict[tuple[str, int, int], set[tuple[str, int, int]]] = {}

    def hear(self, data: bytes, source: str, rig: Dealt) -> None:
        ways = rig.ways
        if not message.is_complete(data):
            return
        if data[0] == message.SYSTEM_RESET:
            self.strikes = {at: held for at, held in self.strikes.items() if at[0] != source}
            for way in ways:
                if way.source == source:
                    self.silence(way.sink)
            return
        if data[0] >= message.SYSEX:
            return
        channel = message.channel(data)
        if message.is_note_on(data) and not rig.is_button(source, channel, data[1]):
            places = {way.place(channel, data[1]) for way in ways if way.source == source} - {None}
            self.strikes[source, channel, data[1]] = {place for place in places if place is not None}
        elif message.is_note_on(data) or message.is_note_off(data):
            self.strikes.pop((source, channel, data[1]), None)
        elif message.is_control_change(data) and data[1] in message.NOTE_ENDING_CONTROLLERS:
            self.strikes = {at: held for at, held in self.strikes.items() if at[:2] != (source, channel)}
            for way in ways:
                if way.source == source:
                    self.silence(way.sink, channel if way.channel is None else way.channel)

    def silence(self, sink: str, channel: int | None = None) -> None:
        for places in self.strikes.values():
            places -= {at for at in places if at[0] == sink and channel in (None, at[1])}

    def unplug(self, port: str) -> None:
        self.strikes = {at: held for at, held in self.strikes.items() if at[0] != port}
        self.silence(port)

    def places(self) -> set[tuple[str, int, int]]:
        return {place for places in self.strikes.values() for place in places}


class World:
    """The effect, its engine, its player's witness, and an ear at each output."""

    def __init__(self, seed: int) -> None:
        self.dice, self.random = Dice(seed), random.Random(seed + 1)
        self.storm = Storm(seed + 2)
        self.rig = self.dice.rig()
        self.effect = Effect(self.rig.value(), MidiClock())
        self.engine = Engine(Coins(), Coins(), instances=16)
        self.waiting: list[tuple[int, Answer]] = []
        self.held = Held()
        self.ears = {label: Wire() for label in OUTPUTS}
        self.pulled: set[str] = set()
        self.done: Counter[str] = Counter()

    def play(self, events: int) -> None:
        for number, event in enumerate(self.storm.events(events)):
            now = event.time
            self.effect.advance(now)
            self.settle(now)
            self.feed(
                Timed(now, event.data, "clocked" if event.data[:1] >= b"\xf0" else self.random.choice(INPUTS))
            )
            self.settle(now)
            if self.random.random() < 0.003:
                self.be_rash(now)
                self.settle(now)
            self.listen()
            if number % 16 == 0:
                self.check()
        for port in self.pulled:
            self.effect.plugged(port, self.storm.now)
        self.pulled.clear()
        self.effect.panic(self.storm.now)
        self.listen()
        assert not any(ear.sounding for ear in self.ears.values())

    def feed(self, event: Timed) -> None:
        if event.port in self.pulled:
            return
        chosen = message.is_program_change(event.data)
        self.done["program changes"] += chosen
        self.held.hear(event.data, event.port, self.rig)
        self.effect.feed(event)

    def be_rash(self, now: int) -> None:
        what = self.random.choice(("rig", "rig", "unplug", "plug", "mode", "panic", "engine", "wrong rig"))
        self.done[what] += 1
        match what:
            case "rig":
                self.rig = self.dice.rig()
                for gone in set(OUTPUTS) - set(self.rig.outputs):
                    self.held.silence(gone)
                self.rewire(now)
            case "unplug":
                port = self.random.choice((*INPUTS, *self.rig.outputs))
                if port in self.pulled:
                    return
                self.pulled.add(port)
                self.listen()
                self.held.unplug(port)
                self.effect.unplugged(port, now)
                self.listen()
            case "plug" if self.pulled:
                port = self.random.choice(sorted(self.pulled))
                self.listen()
                self.pulled.discard(port)
                self.held.unplug(port)  # what was sent meanwhile, nobody has heard
                self.effect.plugged(port, now)
            case "mode":
                self.effect.change({"mode": self.random.choice(MODES)}, now)
            case "panic":
                self.held.strikes.clear()
                self.effect.panic(now)
                self.listen()
                assert not any(self.ears[port].sounding for port in self.ears.keys() - self.pulled)
            case "engine":
                self.waiting.clear()
                self.effect.engine_lost(now)
            case _:
                pass

    def rewire(self, now: int) -> None:
        self.effect.rewire(self.rig.value(), now)

    def settle(self, now: int) -> None:
        while self.waiting and self.waiting[0][0] <= now:
            self.effect.take(self.waiting.pop(0)[1])
        for ask in self.effect.asks():
            answer, mood = self.answer(ask), self.random.random()
            if mood < 0.85:
                self.effect.take(answer)
            elif mood < 0.97:
                self.waiting.append((now + self.random.randrange(60 * MS), answer))

    def answer(self, ask: Ask) -> Answer:
        assert len(ask.given) == PITCHES.size
        return self.engine.answer(ask)

    def listen(self) -> None:
        last = 0
        for at, data, port in self.effect.messages():
            assert at >= last
            last = at
            self.ears[port].hear(data)

    def check(self) -> None:
        heard = self.ears.keys() - self.pulled
        sounding = {(port, *at) for port in heard for at in self.ears[port].sounding}
        dry = {place for place in self.held.places() if place[0] in heard}
        assert dry <= sounding, f"a held dry note was cut: {dry - sounding}"
        ours = {(part.instance.output, key) for part in self.effect.parts for key in part.sounding}
        hung = {at for at in sounding - dry if (at[0], at[2]) not in ours}
        assert not hung, f"nobody holds what sounds: {hung}"


def test_nothing_hangs_and_nothing_held_is_cut_whatever_becomes_of_the_rig() -> None:
    began, world = time.perf_counter(), World(SEED)
    world.play(EVENTS)
    rate = EVENTS / (time.perf_counter() - began)
    struck = sum(ear.struck for ear in world.ears.values())
    print(
        f"\n{EVENTS:,} events at {rate:,.0f}/s: {struck:,} notes; {dict(world.done)}; {world.effect.counts}"
    )
    assert struck > EVENTS / 20
    assert min(world.done.values()) > 0
    assert world.effect.counts.steps > EVENTS / 50
    assert world.effect.counts.late > 0
