"""The gates of all inputs: what each lets in, what they owe us, and where notes of ours come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from descant_daemon.effect.cables.gate import Care, Gate, Owed
from descant_routing.mpe import Zones
from descant_routing.timed import Timed


class Gates:
    """By label of the input; one is built when its input first says something."""

    def __init__(self, cares: Mapping[str, Care]) -> None:
        """``cares``: what is known of inputs."""
        self._cares = cares
        self._gates: dict[str, Gate] = {}

    def rewire(self, cares: Mapping[str, Care]) -> None:
        """Another rig: where it says the same of all, what the gates have seen stays."""
        if cares != self._cares:
            self._cares, self._gates = cares, {}

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
            gate = self._gates[port] = Gate(self._cares.get(port, Care()))
        return gate
