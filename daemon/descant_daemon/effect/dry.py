"""The dry path: what the player sends goes out again, unless ``thru`` is off; then what it began is ended."""

from __future__ import annotations

from descant_routing import message
from descant_routing.ledger import Ledger, Owner

DOWN = 64  # a pedal's value from which it is down


class DryPath:
    """Between the input and the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        """Nothing has passed."""
        self._ledger = ledger
        self._pedals: set[tuple[int, int]] = set()  # (channel, controller) that went out as down
        self.open: set[int] = set()
        """Channels on which something has passed."""

    def feed(self, data: bytes, thru: bool) -> list[bytes]:
        """What to send for a whole message of the player's."""
        channel = message.channel(data) if data[0] < message.SYSEX else None
        if not thru:
            return [] if channel is None else self.close(channel)
        if channel is not None:
            self.open.add(channel)
            if message.is_control_change(data) and data[1] in message.PEDALS:
                (self._pedals.add if data[2] >= DOWN else self._pedals.discard)((channel, data[1]))
        return self._ledger.pass_dry(data)

    def close(self, channel: int) -> list[bytes]:
        """The path is shut on a channel: notes that passed through it end, pedals come up."""
        if channel not in self.open:
            return []
        self.open.discard(channel)
        down = sorted(place for place in self._pedals if place[0] == channel)
        self._pedals -= set(down)
        ends = self._ledger.release_owner(Owner.DRY, channel)
        ups = [message.control_change(channel, number, 0) for _, number in down]
        return ends + [sent for up in ups for sent in self._ledger.pass_dry(up)]
