"""The gates of the inputs: what arrives is let in, unless it is an echo of ours, or there is a later value of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from descant_daemon.settings.rig.values import Input
from descant_routing.guards.age import AgeLimit
from descant_routing.guards.loops import FeedbackGuard
from descant_routing.guards.sensing import SensingWatch
from descant_routing.guards.storm import StormGuard
from descant_routing.mpe import Zones
from descant_routing.timed import Timed

ECHO = 25_000_000  # ns: a way through a DAW or a patchbay takes two of its blocks


class Owed(NamedTuple):
    """What an input owes Descant at a time."""

    lost: list[bytes]
    """Note-offs and pedals that must have been lost on their way."""
    waited: list[bytes]
    """Values that had to wait for their turn."""
    dead: bool
    """Whether the cable has just been found dead."""


class Gate:
    """One for each input; times in ns."""

    def __init__(self, cable: Input) -> None:
        self._echoes = FeedbackGuard(ECHO)
        self._storm = StormGuard(cable.storm)
        self._age = AgeLimit(cable.longest_note)
        self._sensing = SensingWatch()
        self.zones = Zones()
        self.dropped = 0
        """How many echoes of ours went no further."""

    @property
    def looping(self) -> list[str]:
        """The outputs of which notes come back here; nothing is to be generated for them."""
        return self._echoes.looping if self._echoes.muted else []

    @property
    def loops(self) -> int:
        """How often a loop has been found."""
        return self._echoes.loops

    @property
    def thinned(self) -> int:
        """How many values have given way to later ones."""
        return self._storm.thinned

    def hear(self, data: bytes, now: int) -> None:
        """Anything at all has arrived, a clock or a torn message too: somebody is there."""
        self._sensing.feed(data, now)

    def let_in(self, data: bytes, now: int) -> list[bytes]:
        """A whole message has arrived: what to go on with."""
        own = self._echoes.hears(data, now)
        self.dropped += not own
        entering = [each for heard in own for each in self._storm.feed(heard, now)]
        for each in entering:
            self._age.feed(each, now)
        return entering

    def sent(self, sink: str, data: bytes, now: int) -> None:
        """A message leaves."""
        self._echoes.sent(sink, data, now)

    def due(self, now: int) -> Owed:
        """What is to be taken as if it came now."""
        self._echoes.advance(now)
        return Owed(self._age.due(now), self._storm.due(now), self._sensing.due(now))

    def next_deadline(self) -> int | None:
        """When ``due`` next has something to say."""
        guards = (self._echoes, self._age, self._storm, self._sensing)
        return min((time for each in guards if (time := each.next_deadline()) is not None), default=None)


class Gates:
    """By label of the input; one is built when its input first says something."""

    def __init__(self, inputs: Sequence[Input]) -> None:
        """``inputs``: those of the rig."""
        self._inputs = {each.label: each for each in inputs}
        self._gates: dict[str, Gate] = {}

    def rewire(self, inputs: Sequence[Input]) -> None:
        """Another rig: where its inputs are guarded as they were, what the gates have seen stays."""
        former, self._inputs = self._inputs, {each.label: each for each in inputs}
        limits = [
            {label: (each.longest_note, each.storm) for label, each in cables.items()}
            for cables in (former, self._inputs)
        ]
        if limits[0] != limits[1]:
            self._gates = {}

    def hear(self, port: str, data: bytes, now: int) -> None:
        """Anything at all has arrived, a clock or a torn message too: somebody is there."""
        self._gate(port).hear(data, now)

    def let_in(self, port: str, data: bytes, now: int) -> list[bytes]:
        """A whole message has arrived: what to go on with."""
        return self._gate(port).let_in(data, now)

    def sent(self, messages: Sequence[Timed]) -> None:
        """These leave: an input may bring them back."""
        for gate in self._gates.values():
            for time, data, sink in messages:
                gate.sent(sink, data, time)

    def next_deadlines(self) -> list[tuple[int, str]]:
        """When each has something to make good, and which it is."""
        return [
            (time, port) for port, gate in self._gates.items() if (time := gate.next_deadline()) is not None
        ]

    def due(self, port: str, now: int) -> Owed:
        """What is to be taken as if it came now."""
        return self._gates[port].due(now)

    def zones(self, port: str) -> Zones:
        """Which channels of an input are a finger each."""
        return self._gate(port).zones

    @property
    def looping(self) -> set[str]:
        """The outputs of which notes come back; nothing is to be generated for them."""
        return {sink for gate in self._gates.values() for sink in gate.looping}

    @property
    def loops(self) -> int:
        """How often a loop has been found."""
        return sum(gate.loops for gate in self._gates.values())

    @property
    def dropped(self) -> int:
        """How many echoes of ours went no further."""
        return sum(gate.dropped for gate in self._gates.values())

    @property
    def thinned(self) -> int:
        """How many values have given way to later ones."""
        return sum(gate.thinned for gate in self._gates.values())

    def _gate(self, port: str) -> Gate:
        gate = self._gates.get(port)
        if gate is None:
            gate = self._gates[port] = Gate(self._inputs.get(port, Input(port)))
        return gate
