"""The dry side of a rig: what passes from each input to each output, and a ledger for each output."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.settings.rig.ranges import ALL_CHANNELS, TOP_KEY
from descant_daemon.settings.rig.values import Ears, Instance, Rig
from descant_routing import message
from descant_routing.ledger import Ledger
from descant_routing.routes import Passage, Route
from descant_routing.routes.conditions import Channels, Keys
from descant_routing.routes.router import Router

Sent = list[tuple[str, bytes]]
"""Label of the output, and what leaves by it."""


class Patchbay:
    """Everything that the player sends goes through here; every note of ours through the ``ledger`` of its output."""

    def __init__(self, rig: Rig) -> None:
        self.gated = rig.routes is None
        """Whether ``thru`` has a say in what passes."""
        self.outputs = {each.label: Ledger() for each in rig.outputs}
        self._router = Router(dry_passages(rig))
        self._owed: dict[str, list[bytes]] = {}  # note-offs, to outputs that are unplugged
        self._open: set[tuple[str, int]] = set()  # (input, channel) by which something has passed

    def extend(self, rig: Rig) -> None:
        """The outputs of another rig are there, too."""
        for each in rig.outputs:
            self.outputs.setdefault(each.label, Ledger())

    def rewire(self, rig: Rig) -> Sent:
        """Another rig's ways, from now on; what is held keeps its own. What sounds on an output that goes ends."""
        self.extend(rig)
        ended: Sent = []
        kept = {each.label for each in rig.outputs}
        for gone in [label for label in self.outputs if label not in kept]:
            self._router.forget(gone)
            ended += [(gone, data) for data in self.outputs.pop(gone).close()]
        self._router.rewire(dry_passages(rig))
        self.gated = rig.routes is None
        return ended

    def ledger(self, output: str) -> Ledger:
        """Of an output."""
        return self.outputs[output]

    def feed(self, data: bytes, source: str) -> Sent:
        """What to send for a whole message of the player's."""
        if data[0] < message.SYSEX:
            self._open.add((source, message.channel(data)))
        return self._through(self._router.feed(data, source))

    def shut(self, source: str, data: bytes) -> Sent:
        """``data`` does not pass: what passed before on its channel ends."""
        return self.close(source, message.channel(data)) if data[0] < message.SYSEX else []

    def close(self, source: str, channel: int) -> Sent:
        """The path is shut on a channel: notes that passed through it end, pedals come up."""
        if (source, channel) not in self._open:
            return []
        self._open.discard((source, channel))
        return self._through(self._router.release(source, channel))

    def release(self, source: str) -> Sent:
        """What came by an input ends: nobody is there any more."""
        return self._through(self._router.release(source))

    def unplug(self, port: str) -> Sent:
        """An input or an output is gone: what came by it ends, and what sounds behind it is owed its end."""
        ended = self._through(self._router.release(port))
        if port in self.outputs:
            self._router.forget(port)
            unheard = [data for sink, data in ended if sink == port]  # one label may be of both ends
            self._owed.setdefault(port, []).extend([*unheard, *self.outputs[port].close()])
        return ended

    def plug(self, port: str) -> Sent:
        """It is back: what sounded behind it when it went ends now; what was sent meanwhile, nobody has heard."""
        if port in self.outputs:
            self._router.forget(port)
            self.outputs[port].close()
        return [(port, data) for data in self._owed.pop(port, [])]

    def panic(self) -> Sent:
        """Everything ends on every output."""
        self._router.release()
        return [(sink, data) for sink, ledger in self.outputs.items() for data in ledger.panic()]

    def _through(self, passed: Sent) -> Sent:
        """What the ledgers make of it."""
        return [
            (sink, sent)
            for sink, data in passed
            if sink in self.outputs
            for sent in self.outputs[sink].pass_dry(data)
        ]


def dry_passages(rig: Rig) -> Sequence[Passage]:
    """What the rig's routes pass; where it has none, what is heard passes to where it is answered.

    Where an input leads to one output only, everything does.
    """
    if rig.routes is not None:
        return rig.routes
    sinks: dict[str, set[str]] = {}
    for each in rig.instances:
        sinks.setdefault(each.hears.input, set()).add(each.output)
    return list(
        dict.fromkeys(_usual(each, alone=len(sinks[each.hears.input]) == 1) for each in rig.instances)
    )


def _usual(instance: Instance, *, alone: bool) -> Passage:
    return Passage(instance.hears.input, instance.output, Route() if alone else _only(instance.hears))


def _only(ears: Ears) -> Route:
    steps: list[Channels | Keys] = []
    if ears.channels != ALL_CHANNELS:
        steps.append(Channels(ears.channels))
    if (ears.low, ears.high) != (0, TOP_KEY):
        steps.append(Keys(frozenset(range(ears.low, ears.high + 1))))
    return Route(tuple(steps))
