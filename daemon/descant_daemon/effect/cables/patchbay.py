"""The dry side: what passes from each input to each output, and a ledger for each output."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from descant_routing import message
from descant_routing.ledger import Ledger
from descant_routing.routes.held import Passage
from descant_routing.routes.router import Router
from descant_routing.timed import MAIN

ONE_CABLE = (Passage(MAIN, MAIN),)
Sent = list[tuple[str, bytes]]
"""Label of the output, and what leaves by it."""


class Patchbay:
    """Everything that the player sends goes through here; every note of ours through the ``ledger`` of its output."""

    def __init__(
        self,
        passages: Sequence[Passage] = ONE_CABLE,
        ledgers: Mapping[str, Ledger] | None = None,
        *,
        gated: bool = True,
    ) -> None:
        """``ledgers``: one for each output, by label; the only one when not said.

        ``gated``: whether ``thru`` has a say in what passes.
        """
        self.gated = gated
        self.outputs = dict(ledgers) if ledgers is not None else {MAIN: Ledger()}
        self._router = Router(passages)
        self._owed: dict[str, list[bytes]] = {}  # note-offs, to outputs that are unplugged
        self._open: set[tuple[str, int]] = set()  # (input, channel) by which something has passed

    def rewire(self, passages: Sequence[Passage], outputs: Collection[str], *, gated: bool) -> Sent:
        """Other ways, from now on; what is held keeps its own. What sounds on an output that goes ends."""
        ended: Sent = []
        for gone in [label for label in self.outputs if label not in outputs]:
            self._router.forget(gone)
            ended += [(gone, data) for data in self.outputs.pop(gone).close()]
        for new in outputs:
            self.outputs.setdefault(new, Ledger())
        self._router.rewire(passages)
        self.gated = gated
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
