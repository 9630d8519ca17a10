"""A session without ports: the live effect, an engine process that is slow, dies and hangs, hands at every control.

Time is a number and every chance comes from a seed, so a session can be had again; what the tape has of it is in
``tape``, what really left in ``sent``.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.effect.stage import bound
from tests.effect.test_fuzz import CC, PITCHES, Coins, Storm

from descant_daemon.effect.events import EngineLost
from descant_daemon.engine.asking import Answer, Ask, rounds
from descant_daemon.engine.engine import Engine
from descant_daemon.live.live_effect import LiveEffect
from descant_daemon.settings.abilities import Abilities
from descant_daemon.settings.choices import ClockName
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.ranges import ALL_CHANNELS
from descant_daemon.settings.rig.values import Ears, Input, Instance, ModelFacts, Output, Program, Rig
from descant_daemon.tape.clock_samples import NotedSource
from descant_daemon.tape.header import RULES, Header
from descant_daemon.tape.rebuild import build_clock, effect_of
from descant_daemon.tape.recorder import Recorder
from descant_daemon.tape.take_line import Cycle, decode
from descant_daemon.time.sampled_clock import SampleSource
from descant_routing.timed import MAIN, Timed

MS = 1_000_000
ORIGIN = 1_000 * MS
PERIOD = 256 * 1_000_000_000 // 48_000


MODEL = ModelFacts(PITCHES, 4, Abilities(styles=("coins",)), stem=Path("coins"), pair="0" * 64)
COINS = Program(Parameters(), MODEL, bound(CC), "coins", title="Coins", credits=("Tossed for Descant.",))


def header(
    clock: ClockName = "midi",
    tracks: Sequence[Instance] | None = None,
    *,
    coins: Program = COINS,
    inputs: Sequence[str] = (MAIN,),
    outputs: Sequence[str] = (MAIN,),
    send_clock: bool = False,
    **more: Any,
) -> Header:
    """``coins`` is played by each of ``tracks`` with its own parameters."""
    rig = Rig(
        instances=tuple(
            Instance(
                (replace(coins, parameters=track.programs[0].parameters),),
                Ears(inputs[0], track.hears.channels, drums=True),
                output=outputs[0],
                name=str(number),
            )
            for number, track in enumerate(ALONE if tracks is None else tracks)
        ),
        inputs=tuple(Input(label) for label in inputs),
        outputs=tuple(Output(label) for label in outputs),
        clock=clock,
        clock_from=inputs[0],
        send_clock=send_clock,
    )
    facts: dict[str, Any] = {
        "descant": "0.1.0",
        "begun": "2026-11-21T20:00:00+01:00",
        "backend": "memory",
        "origin": ORIGIN,
        "rules": RULES,
        "tempo": 120,
        "rig": rig,
    }
    return Header(**facts | more)


class SlowEngine:
    """What ``EngineLink`` is to the live effect. Questions pile up, answers come cycles later, or never."""

    ready = True

    def __init__(self, seed: int, instances: int) -> None:
        self.random = random.Random(seed)
        self.instances = instances
        self.engine = Engine(Coins(), Coins(), instances=instances)
        self.asked: list[Ask] = []
        self.answered: deque[Answer] = deque()
        self.away = 0  # cycles until it is back
        self.deaths = self.refusals = 0

    def ring(self) -> None:
        """It looks by itself."""

    def ask(self, ask: Ask, now: int = 0) -> bool:
        if self.away:
            self.refusals += 1
            return False
        self.asked.append(ask)
        return True

    def answers(self) -> Iterator[Answer | EngineLost]:
        dice = self.random.random()
        if self.away:
            self.away -= 1
        elif dice < 0.002:
            self.engine, self.away, self.deaths = (
                Engine(Coins(), Coins(), instances=self.instances),
                40,
                self.deaths + 1,
            )
            self.asked.clear()
            self.answered.clear()
            yield EngineLost()
        elif dice < 0.5:
            for batch in rounds(self.asked):
                self.answered += self.engine.answer_all(batch)
            self.asked.clear()
            while self.engine.think_ahead():
                pass
        if self.random.random() < 0.5:
            yield from self.answered
            self.answered.clear()


class Hands:
    """What ``ControlLink`` is: somebody at OSC, who also asks for what cannot be."""

    WANTS: tuple[dict[str, Any], ...] = (
        {"panic": True},
        {"tap": True},
        {"capture": True},
        {"set": {"voices": 2}},
        {"set": {"voices": 4, "temperature": 1.25}},
        {"set": {"mode": "free"}},
        {"set": {"mode": "instant"}},
        {"set": {"mode": "harmonise"}},
        {"set": {"thru": False}},
        {"set": {"thru": True}},
        {"set": {"metre": "3/4"}},
        {"set": {"swing": 0.5}},
        {"set": {"humanise": 0.7}},
        {"set": {"voices": 99}},
        {"nothing": 1},
    )

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def commands(self, most: int) -> list[dict[str, Any]]:
        return [self.random.choice(self.WANTS)] if self.random.random() < 0.01 else []

    def show(self, status: object) -> None:
        pass


class Studio:
    """``play`` a storm; everything then is in ``tape`` and ``sent``."""

    def __init__(
        self,
        facts: Header,
        seed: int,
        source: SampleSource | None = None,
        *,
        hands: bool = True,
        room: int = 1 << 30,
    ) -> None:
        self.header = facts
        self.tape: list[bytes] = []
        self.room = room  # lines
        noted = None if source is None else NotedSource(source)
        self.effect = effect_of(facts, build_clock(facts, noted))
        self.engine = SlowEngine(seed, len(facts.rig.instances))
        recorder = Recorder(self.effect, facts.origin, self._write, noted)
        control: Any = Hands(seed + 1) if hands else None
        link: Any = self.engine
        self.live = LiveEffect(self.effect, link, control, recorder, facts.origin)
        self.sent: list[Timed] = []
        self.cycles = 0

    def play(self, events: Sequence[Timed], periods: Iterator[int], tail: int = 2_000 * MS) -> None:
        """Each cycle as long as the next of ``periods``, ns."""
        coming = deque(events)
        end = events[-1].time + tail if events else self.live.reached + tail
        while self.live.reached < end:
            self.cycle(coming, next(periods))
        self.live.request_close()
        self.cycle(coming, next(periods))

    def cycle(self, coming: deque[Timed], period: int) -> None:
        until = self.live.reached + period
        arrived: list[Timed] = []
        while coming and coming[0].time < until:
            arrived.append(coming.popleft())
        self.sent += self.live.cycle(arrived, until)
        self.cycles += 1

    @property
    def recorded(self) -> list[Cycle]:
        return [line for each in self.tape if isinstance(line := decode(each, self.header.origin), Cycle)]

    def save(self, path: Path) -> Path:
        path.write_bytes(self.header.encode() + b"".join(self.tape))
        return path

    def _write(self, line: bytes) -> bool:
        if len(self.tape) >= self.room:
            return False
        self.tape.append(line)
        return True


def storm(seed: int, count: int) -> list[Timed]:
    """Notes, pedals, transport, song positions, tempi, nonsense; from the origin on."""
    events = list(Storm(seed).events(count))
    shift = ORIGIN + 50 * MS - events[0].time
    return [Timed(event.time + shift, event.data) for event in events]


def fixed(period: int = PERIOD) -> Iterator[int]:
    """As JACK has it."""
    while True:
        yield period


def uneven(seed: int) -> Iterator[int]:
    """As a thread that is woken when something comes."""
    dice = random.Random(seed)
    while True:
        yield int(dice.expovariate(1 / (4 * MS))) + 1


def _track(parameters: Parameters, channels: frozenset[int] = ALL_CHANNELS) -> Instance:
    return Instance((Program(parameters),), Ears(channels=channels))


TRACKS = (
    _track(Parameters(channel=3), frozenset({0})),
    _track(Parameters(channel=3, mode="free"), frozenset({0, 1})),
    _track(Parameters(channel=9, mode="instant", articulation="gate"), frozenset(range(2, 16))),
)
ALONE = (_track(Parameters()),)
