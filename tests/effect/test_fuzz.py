"""Events that no musician would send: whatever comes, every note-on has exactly one note-off.

``DESCANT_FUZZ=10000000`` is the long run.
"""

from __future__ import annotations

import os
import pickle
import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pytest
from tests.effect.stage import BEGIN, CLOCK, CONTINUE, MS, START, STOP, Stage, Wire, bound, internal

from descant_daemon.effect.effect import Effect
from descant_daemon.engine.asking import Answer
from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.choice import Array, Chosen, Line
from descant_daemon.engine.engine import Engine
from descant_daemon.engine.state_cache import Hidden
from descant_daemon.engine.sweeper import Sweeper
from descant_daemon.note_state import PitchRange, State
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.rig.ranges import ALL_CHANNELS
from descant_daemon.settings.rig.values import Ears, Instance, ModelFacts, Program, Rig
from descant_daemon.time.clock import Clock
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock
from descant_routing import message
from descant_routing.ledger import generated
from descant_routing.timed import MAIN, Timed

EVENTS = int(os.environ.get("DESCANT_FUZZ", "300000"))
MOST_BYTES = 250_000  # what freeze may repeat is the most of it
PITCHES = PitchRange(48, 71)
CHANNELS = (0, 0, 0, 1, 9)
CC = {row.default_cc: row.name for row in TABLE.values() if row.default_cc is not None}
SWITCHES = (64, 64, 64, 66, 69, 120, 121, 123, 124, 127)
# Notes, switches, parameters, shades, programs, song positions, transport, oddities.
WEIGHTS = (66, 8, 8, 14, 2, 0.5, 0.5, 1)
ODDITIES = (b"", b"\x90", b"\x90\xbc\x40", b"\xfe", b"\xff", b"\xf0\x01\xf7", b"\xf2\xff\xff")
PEOPLE = {"place": ("anywhere", "below", "above"), "channel": (1, 2, 2, 10), "late": (0, 60, 120)}


class Storm:
    """Random input with a clock running through it; most keys lie where the model plays."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = BEGIN
        self.tick = BEGIN
        self.per_tick = 20.8 * MS

    def events(self, count: int) -> Iterator[Timed]:
        yield Timed(self.now, START)
        for _ in range(count - 1):
            then = self.now + int(self.random.expovariate(1 / (6 * MS)))
            if then >= self.tick:
                self.now = max(self.now, self.tick)
                self._next_tick()
                yield Timed(self.now, CLOCK)
            else:
                self.now = then
                yield Timed(then, self._message())

    def _next_tick(self) -> None:
        chance = self.random.random()
        if chance < 0.001:
            self.per_tick = self.random.choice((1.2, 6, 15, 20.8, 20.8, 30, 80)) * MS
        gap = 2000 * MS if chance > 0.9998 else self.per_tick + self.random.gauss(0, 0.5 * MS)
        self.tick += int(max(gap, 0))

    def _message(self) -> bytes:
        draw, channel = self.random.randrange, self.random.choice(CHANNELS)
        match self.random.choices(range(8), WEIGHTS)[0]:
            case 0:
                kind = message.NOTE_ON if draw(2) else message.NOTE_OFF
                made = bytes((kind | channel, draw(46, 74) if draw(20) else draw(128), draw(128)))
            case 1:
                made = message.control_change(channel, self.random.choice(SWITCHES), draw(128))
            case 2:
                made = message.control_change(channel, draw(20, 32), draw(128))
            case 3:
                kind = self.random.choice((message.POLY_PRESSURE, message.PITCH_BEND, message.CONTROL_CHANGE))
                made = bytes((kind | channel, draw(128), draw(128)))
            case 4:
                made = message.program_change(channel, draw(128))
            case 5:
                made = message.song_position(draw(64))
            case 6:
                made = self.random.choice((START, STOP, CONTINUE, START, CONTINUE))
            case _:
                made = self.random.choice(ODDITIES)
        return made


class Coins(Sweeper):
    """The cheapest network: the same odds for every pitch, whatever came before."""

    pitches = PITCHES
    time_start: Hidden = ()

    def __init__(self) -> None:
        self._context = np.zeros((PITCHES.size, 1), np.float32)
        self._logits = np.full((PITCHES.size, 2), (-1.5, 0), np.float32)
        self._silent = np.zeros(PITCHES.size, np.uint8)

    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        return self._context, hidden

    def choose(self, lines: Sequence[Line]) -> list[Chosen]:
        return [self._chosen(line) for line in lines]

    def _chosen(self, line: Line) -> Chosen:
        plays, strikes = (self._logits > line.choice.thresholds[0]).T & (line.given[:, 0] == 0)
        plays &= np.cumsum(plays) <= line.choice.voices
        return Chosen(np.stack([plays, strikes & plays], 1).astype(np.float32), self._silent)


class Moods:
    """The engine, answering at once, late, twice, never, or nonsense."""

    def __init__(self, seed: int, instances: int) -> None:
        self.random = random.Random(seed)
        self.instances = instances
        self.engine = Engine(Coins(), instances=instances)
        dice = np.random.default_rng(seed)
        self._nonsense: list[State] = []
        for _ in range(64):
            play = dice.random(PITCHES.size) < 0.2
            struck = play & (dice.random(PITCHES.size) < 0.5)
            self._nonsense.append(np.stack([play, struck], 1).astype(np.float32))
        self.waiting: deque[tuple[int, Answer]] = deque(maxlen=64)

    def answer(self, effect: Effect, now: int) -> None:
        while self.waiting and self.waiting[0][0] <= now:
            effect.take(self.waiting.popleft()[1])
        for ask in effect.asks():
            answer = self.engine.answer(ask)
            mood = self.random.random()
            if mood < 0.1:
                answer = answer._replace(ours=self.random.choice(self._nonsense))
            if mood < 0.6:
                effect.take(answer)
            elif mood < 0.95:
                self.waiting.append((now + self.random.randrange(60 * MS), answer))
            if mood > 0.93:
                effect.take(answer._replace(serial=ask.serial - self.random.randrange(1, 4)))

    def die(self) -> None:
        self.engine = Engine(Coins(), instances=self.instances)
        self.waiting.clear()


def heard(
    parameters: Parameters, channels: frozenset[int] = ALL_CHANNELS, cc: Mapping[int, str] = CC
) -> Instance:
    return Instance((Program(parameters, ModelFacts(PITCHES), bindings=bound(cc)),), Ears(channels=channels))


# Chords of many keys are slow going: the shorter storms have them.
ALONE = (heard(Parameters(), cc={number: name for number, name in CC.items() if name != "chord_memory"}),)


def fuzz(
    make_clock: Callable[[], Clock], events: int, seed: int, tracks: Sequence[Instance] = ALONE
) -> tuple[Effect, Wire]:
    """Every event with its own cycle; whoever sits at the controls now and then does something rash."""
    effect, wire = Effect(Rig(tuple(tracks)), make_clock()), Wire()
    ledger = effect.patchbay.ledger(MAIN)
    storm, engine, hand = Storm(seed), Moods(seed + 1, len(tracks)), random.Random(seed + 2)
    for number, event in enumerate(storm.events(events)):
        now = event.time
        effect.advance(now)
        engine.answer(effect, now)
        effect.feed(event)
        rash = hand.random()
        if rash < 0.0002:
            effect.panic(now)
        elif rash < 0.0004:
            effect.engine_lost(now)
            engine.die()
        elif rash < 0.002:
            name = hand.choice(list(PEOPLE))
            effect.change({name: hand.choice(PEOPLE[name])}, now)
        engine.answer(effect, now)
        last = 0
        for at, data, _ in effect.messages():
            assert at >= last
            last = at
            wire.hear(data)
        if rash < 0.0002:
            assert not wire.sounding, "after panic"
        if number % 64 == 0:
            assert set(ledger.sounding) == wire.sounding
            for instance, part in enumerate(effect.parts):
                assert {key for _, key in ledger.held_by(generated(instance))} == part.sounding
            instant = any(part.parameters.mode == "instant" for part in effect.parts)
            assert effect.clock.running or instant or not effect.sounding, "a stopped song is silent"
        if number % (events // 8) == 0:
            assert len(pickle.dumps(effect)) < MOST_BYTES
    effect.panic(storm.now)
    for _, data, _ in effect.messages():
        wire.hear(data)
    assert not wire.sounding
    assert not ledger.sounding
    return effect, wire


def test_a_storm_of_everything() -> None:
    began = time.perf_counter()
    effect, wire = fuzz(MidiClock, EVENTS, seed=1)
    took = time.perf_counter() - began
    counts = effect.counts
    print(f"\n{EVENTS:,} events at {EVENTS / took:,.0f}/s: {wire.struck:,} notes struck, {counts}")
    # The storm must have reached every corner.
    assert counts.steps > EVENTS / 100
    assert counts.notes > EVENTS / 100
    assert min(counts.late, counts.overtaken, counts.asked_again, counts.outside, counts.engine_lost) > 30


@pytest.mark.parametrize("seed", [11, 12])
def test_a_storm_on_our_own_clock(seed: int) -> None:
    def running() -> Clock:
        clock = InternalClock(130)
        clock.start(BEGIN)
        return clock

    effect, _ = fuzz(running, 40_000, seed)
    assert effect.counts.notes > 300


def test_a_storm_on_three_tracks_of_one_cable() -> None:
    """Two of them share a channel, and two play on the same one."""
    tracks = [
        heard(Parameters(channel=3), frozenset({0})),
        heard(Parameters(channel=3, mode="free"), frozenset({0, 1})),
        heard(Parameters(channel=9, mode="instant", articulation="gate"), frozenset(range(2, 16))),
    ]
    effect, wire = fuzz(MidiClock, 40_000, 21, tracks)
    assert effect.counts.notes > 500
    assert wire.struck > 1000


def test_a_long_song_takes_no_more_room_than_a_short_one() -> None:
    """No jump, no stop: only what is forgotten step by step keeps it small."""
    stage = Stage(lambda ask: ((60,), ()), clock=internal())
    for step in range(2000):
        stage.key(72, step * 125, step * 125 + 60)
    sizes: list[int] = []
    for step in (600, 1999):  # what freeze may repeat is full by then
        stage.run(step * 125)
        sizes.append(len(pickle.dumps(stage.effect)))
    assert sizes[1] < sizes[0] + 200
