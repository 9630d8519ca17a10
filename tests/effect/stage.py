"""A stage for the effect in virtual time: a master, a player, an engine that answers from a table, an ear.

Scores are read in ms from the song's first tick at 120 BPM, where a step (a sixteenth) lasts 125 ms.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from descant_daemon.effect.effect import Effect
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.engine.heard import open_pitches
from descant_daemon.note_state import ARTICULATE, PIANO, PLAY, PitchRange, State
from descant_daemon.settings.abilities import Abilities
from descant_daemon.settings.bindings import Bindings
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import HALF, Instance, ModelFacts, Program, Rig
from descant_daemon.settings.source import Controller
from descant_daemon.time.clock import Clock
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.time.timeline import ns_per_tick
from descant_routing import message
from descant_routing.ports.memory import MemoryBackend
from descant_routing.timed import Timed

MS = 1_000_000
BEGIN = 2_000 * MS  # where tick 0 is
TICK = ns_per_tick(120)
PLAYER, OURS = 0, 1  # channels

START, STOP, CONTINUE = bytes([message.START]), bytes([message.STOP]), bytes([message.CONTINUE])
CLOCK = bytes([message.CLOCK])

Notes = tuple[Iterable[int], Iterable[int]]
"""Keys struck, keys held."""
Part = Callable[[Ask], Notes]
"""What the engine double would play."""


def state(pitches: PitchRange, struck: Iterable[int] = (), held: Iterable[int] = ()) -> State:
    made = np.zeros((pitches.size, 2), np.float32)
    for key in held:
        made[key - pitches.low] = (1, 0)
    for key in struck:
        made[key - pitches.low] = (1, 1)
    return made


def keys_of(given: State, pitches: PitchRange = PIANO, plane: int = PLAY) -> list[int]:
    return [pitches.low + int(row) for row in np.flatnonzero(given[:, plane])]


def by_step(table: Mapping[int, Notes]) -> Part:
    """The table says for every step which keys are struck and which are held."""
    return lambda ask: table.get(ask.step, ((), ()))


def by_melody(table: Mapping[int, Sequence[int]]) -> Part:
    """The table says which chord goes with a key; chord notes are struck with the key, and held with it."""

    def play(ask: Ask) -> Notes:
        chord = [note for key in keys_of(ask.given) for note in table.get(key, ())]
        fresh = keys_of(ask.given, plane=ARTICULATE)
        sounding = keys_of(ask.ours)
        held = [note for note in chord if note in sounding and not fresh]
        return [note for note in chord if note not in held], held

    return play


class Engine:
    """Answers from a part as the engine would: within range, beside the given notes, at most so many voices."""

    def __init__(self, part: Part, pitches: PitchRange) -> None:
        self.part = part
        self.pitches = pitches
        self.heard: list[Ask] = []
        self.silent: set[int] = set()  # steps that are never answered
        self.loud: dict[int, int] = {}  # key → the velocity that the model has it at

    def answer(self, ask: Ask) -> Answer | None:
        self.heard.append(ask)
        if ask.step in self.silent:
            return None
        struck, held = self.part(ask)
        ours = state(self.pitches, struck, held) * (1 - ask.given[:, :1])
        keys = np.arange(self.pitches.low, self.pitches.high + 1)
        low, high, place = ask.sampling.low, ask.sampling.high, ask.sampling.place
        ours[~open_pitches(low, high, place, ask.given, keys)] = 0
        ours[np.flatnonzero(ours[:, PLAY])[ask.sampling.voices :]] = 0
        velocities = np.array([self.loud.get(int(key), 0) for key in keys], np.uint8)
        return Answer(ask.serial, ask.step, ours, ask.instance, velocities=velocities)


class Stage:
    """``key``, ``at`` and ``clocks`` write the score, ``run`` plays it up to a time, ``ours`` is what was heard."""

    def __init__(
        self,
        part: Part,
        *,
        clock: Clock | None = None,
        cc: dict[int, str] | None = None,
        offset: float = 0,
        delay: float = 0,
        steps_per_beat: int = 4,
        pitches: PitchRange = PIANO,
        styles: Sequence[str] = (),
        abilities: Abilities | None = None,
        lead: float = HALF,
        **parameters: object,
    ) -> None:
        """``offset``, ``delay`` (until the answer) in ms, ``lead`` in steps; the effect has its defaults else."""
        self.engine = Engine(part, pitches)
        self.delay = int(delay * MS)
        program = Program(
            Parameters().with_values(parameters),
            ModelFacts(pitches, steps_per_beat, abilities or Abilities(styles=tuple(styles)), lead=lead),
            bound(cc or {}),
        )
        rig = Rig((Instance((program,)),))
        self.effect = Effect(rig, clock or MidiClock(), offset=int(offset * MS))
        self.backend = MemoryBackend()
        self.backend.start(self)
        self._coming: list[tuple[int, int, Answer]] = []
        self._dead = False

    # -- the score -----------------------------------------------------------------------------------

    def at(self, ms: float, *messages: bytes) -> None:
        self.backend.inject(Timed(BEGIN + round(ms * MS), data) for data in messages)

    def key(
        self, key: int, on: float, off: float | None = None, velocity: int = 100, channel: int = 0
    ) -> None:
        self.at(on, message.note_on(channel, key, velocity))
        if off is not None:
            self.at(off, message.note_off(channel, key))

    def clocks(self, begin: float, ticks: int) -> None:
        """Clock ticks from ``begin`` ms on, at 120 BPM."""
        for tick in range(ticks):
            self.at(begin + tick * TICK / MS, CLOCK)

    def roll(self, steps: int) -> None:
        """The master starts at 0 ms and goes on for so many sixteenths."""
        self.at(-1, START)
        self.clocks(0, 6 * steps)

    def run(self, ms: float) -> None:
        self.backend.run_until(BEGIN + round(ms * MS))

    # -- what happens behind it ----------------------------------------------------------------------

    def kill_engine(self) -> None:
        """It dies now; nothing that it was asked is answered."""
        self._dead = True
        self._coming.clear()
        self.effect.engine_lost(self.backend.now())
        self.backend.wake()

    def revive_engine(self) -> None:
        self._dead = False

    def panic(self) -> None:
        self.effect.panic(self.backend.now())
        self.backend.wake()

    def unplugged(self, port: str, now: int) -> None:
        self.effect.unplugged(port, now)

    def plugged(self, port: str, now: int) -> None:
        self.effect.plugged(port, now)

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        self._answer(until)
        for event in arrived:
            self.effect.advance(event.time)
            self.effect.feed(event)
        self.effect.advance(until)
        self._ask(until)
        if not self.delay:
            self._answer(until)
        return self.effect.messages()

    def settle(self) -> None:
        pass

    def next_deadline(self) -> int | None:
        times = [time for time, _, _ in self._coming[:1]]
        deadline = self.effect.next_deadline()
        return min([*times, deadline] if deadline is not None else times, default=None)

    def _ask(self, until: int) -> None:
        for ask in self.effect.asks():
            answer = None if self._dead else self.engine.answer(ask)
            if answer is not None:
                heapq.heappush(self._coming, (until - 1 + self.delay, answer.serial, answer))

    def _answer(self, until: int) -> None:
        while self._coming and self._coming[0][0] < until:
            self.effect.take(heapq.heappop(self._coming)[2])

    # -- what is heard -------------------------------------------------------------------------------

    @property
    def wire(self) -> list[tuple[float, str]]:
        """All notes that left, as (ms, "channel:+key") and "channel:-key", channels counted from 1."""
        return [
            (_ms(time), f"{(data[0] & 15) + 1}:{_sign(data)}{data[1]}")
            for time, data, _ in self.backend.sent
            if message.is_note_on(data) or message.is_note_off(data)
        ]

    @property
    def ours(self) -> list[tuple[float, str]]:
        """Our own notes, as (ms, "+key") and "-key"."""
        return [(ms, note[2:]) for ms, note in self.wire if note.startswith("2:")]

    @property
    def velocities(self) -> list[int]:
        """Of our own note-ons."""
        return [d[2] for _, d, _ in self.backend.sent if message.is_note_on(d) and message.channel(d) == OURS]

    def sounding_at(self, ms: float, channel: int = OURS) -> list[int]:
        """What an ear hears on a channel at a time."""
        heard: set[int] = set()
        for time, data, _ in self.backend.sent:
            if time <= BEGIN + ms * MS and message.is_note_on(data) and message.channel(data) == channel:
                heard.add(data[1])
            elif time <= BEGIN + ms * MS and message.is_note_off(data) and message.channel(data) == channel:
                heard.discard(data[1])
        return sorted(heard)


def bound(cc: Mapping[int, str]) -> Bindings:
    """Controllers and what they move."""
    return Bindings({Controller(number): name for number, name in cc.items()})


def internal(bpm: float = 120) -> InternalClock:
    """The internal clock, which begins at 0 ms."""
    clock = InternalClock(bpm)
    clock.start(BEGIN)
    return clock


def _ms(time: int) -> float:
    """To half a ms: the guard after a tick is no part of the score."""
    return round((time - BEGIN) / MS * 2) / 2


def _sign(data: bytes) -> str:
    return "+" if message.is_note_on(data) else "-"


class Wire:
    """A receiver that insists: note-on and note-off of a (channel, key) strictly alternate."""

    def __init__(self) -> None:
        self.sounding: set[tuple[int, int]] = set()
        self.struck = 0

    def hear(self, data: bytes) -> None:
        if message.is_note_on(data):
            place = (data[0] & 0x0F, data[1])
            assert place not in self.sounding, f"{message.describe(data)} while it sounds"
            self.sounding.add(place)
            self.struck += 1
        elif message.is_note_off(data):
            place = (data[0] & 0x0F, data[1])
            assert place in self.sounding, f"{message.describe(data)} while it is silent"
            self.sounding.remove(place)
