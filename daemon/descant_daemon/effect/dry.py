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
        self._open = False

    def feed(self, data: bytes, thru: bool) -> list[bytes]:
        """What to send for a whole message of the player's."""
        if not thru:
            return self.close()
        self._open = True
        if message.is_control_change(data) and data[1] in message.PEDALS:
            place = message.channel(data), data[1]
            (self._pedals.add if data[2] >= DOWN else self._pedals.discard)(place)
        return self._ledger.pass_dry(data)

    def close(self) -> list[bytes]:
        """The path is shut: notes that passed through it end, pedals come up."""
        if not self._open:
            return []
        ups = [message.control_change(channel, number, 0) for channel, number in sorted(self._pedals)]
        self._pedals.clear()
        self._open = False
        ends = self._ledger.release_owner(Owner.DRY)
        return ends + [sent for up in ups for sent in self._ledger.pass_dry(up)]
