"""A stage with a route, with several cables, with several instances; and an ear that insists on paired notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.effect.stage import BEGIN, MS, Engine, Part, Stage, Wire

from descant_daemon.effect.effect import Effect
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.note_state import PIANO
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Ears, Input, Instance, Program, Rig
from descant_daemon.time.midi_clock import MidiClock
from descant_routing.ports.api import Cables
from descant_routing.ports.memory import MemoryBackend
from descant_routing.routes import Passage, parse_route
from descant_routing.timed import MAIN, Timed

Steps = Sequence[Mapping[str, object]]
"""Of a route, as a rig writes it."""


class Instances(Engine):
    """One part for all instances, which reads from the question who asks."""

    def answer(self, ask: Ask) -> Answer | None:
        answer = super().answer(ask)
        return answer and answer._replace(instance=ask.instance)


class Desk(Stage):
    """``route`` is the dry path of the one cable."""

    def __init__(
        self,
        part: Part,
        route: Steps = (),
        *,
        inputs: Sequence[str] = (MAIN,),
        longest_note: int | None = None,
        tracks: Sequence[Instance] | None = None,
        cc: dict[int, str] | None = None,
        delay: float = 0,
        **parameters: Any,
    ) -> None:
        """Without ``tracks``, one instance that plays with ``parameters`` to the first input.

        ``longest_note``: on the first input, ns.
        """
        super().__init__(part, cc=cc, delay=delay, **parameters)
        self.engine = Instances(part, PIANO)
        program = Program(Parameters().with_values(parameters))
        self.tracks = tracks or [Instance((program,), hears=Ears(inputs[0]))]
        self.cables = tuple(
            Input(label, longest_note=None if number else longest_note) for number, label in enumerate(inputs)
        )
        if tracks or route or longest_note or len(inputs) > 1:
            self.effect = Effect(self._rig(route), MidiClock())
            self.backend = MemoryBackend(cables=Cables(dict.fromkeys(inputs), {MAIN: None}))
            self.backend.start(self)
        self.inputs = inputs

    def at(self, ms: float, *messages: bytes) -> None:
        """By the first input."""
        self.come(self.inputs[0], ms, *messages)

    def come(self, port: str, ms: float, *messages: bytes) -> None:
        """By another."""
        self.backend.inject(Timed(BEGIN + round(ms * MS), data, port) for data in messages)

    def reroute(self, route: Steps) -> None:
        """Now."""
        self.effect.rewire(self._rig(route), self.backend.now())
        self.backend.wake()

    def _rig(self, route: Steps) -> Rig:
        steps = parse_route(route) if route else parse_route("thru")
        ways = tuple(Passage(each.label, MAIN, steps) for each in self.cables)
        return Rig(tuple(self.tracks), self.cables, clock_from=self.cables[0].label, routes=ways)


def sent(stage: Stage, since: float = -10_000, until: float = 1e9) -> list[bytes]:
    """What left in ``since <= ms <= until``."""
    return [data for time, data, _ in stage.backend.sent if since <= (time - BEGIN) / MS <= until]


def ear(stage: Stage) -> Wire:
    """It has heard everything; fails where on and off do not alternate."""
    wire = Wire()
    for data in sent(stage):
        wire.hear(data)
    return wire


def assert_silent(stage: Stage) -> None:
    """All that began has ended, once."""
    wire = ear(stage)
    assert wire.struck
    assert not wire.sounding
