"""A sequencer client's ports, and their subscriptions to those of others."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from descant_routing.errors import DescantError
from descant_routing.ports.api import CLIENT, own_name
from descant_routing.ports.cable import Cable, Ends
from descant_routing.ports.pieces import Pieces

if TYPE_CHECKING:
    from descant_routing.ports.alsa.client import AlsaClient, AlsaPort

_LAST = 20_000_000  # ns that the queue may be late with its last messages
_RETRY = 0.001  # s


class AlsaCable(Cable):
    """A cable between a port and the sequencer's subscriptions."""

    port: Any = None
    """alsa-midi's; None while it is not open."""

    def __init__(self, label: str, is_input: bool, name: str | None) -> None:
        super().__init__(label, is_input, name)
        self.other: AlsaPort | None = None
        self.subscribers = 0
        """How many are connected to an input; for the driving thread once it runs."""
        self.pieces = Pieces()
        self.last = 0
        """When what was handed over ahead of its time has left, ns."""


class AlsaEnds(Ends[AlsaCable]):
    """Named ports are hidden: nobody else is to connect to them. ``client`` is open."""

    def __init__(self, client: AlsaClient) -> None:
        self._client = client

    def cable(self, label: str, is_input: bool, name: str | None) -> AlsaCable:
        """See ``Ends``."""
        return AlsaCable(label, is_input, name)

    def names(self, is_input: bool) -> list[str]:
        """See ``Ends``."""
        return list(self._ports(is_input))

    def open(self, cable: AlsaCable) -> None:
        """See ``Ends``."""
        cable.own = f"{CLIENT} {own_name(cable.label, cable.is_input)}"
        make = self._client.make_input if cable.is_input else self._client.make_output
        cable.port = make(cable.own, visible=cable.name is None)

    def join(self, cable: AlsaCable, other: str) -> None:
        """See ``Ends``."""
        port = self._ports(cable.is_input).get(other)
        if port is None:
            raise DescantError(f"{other} is gone")
        cable.other = port  # first: its going may be told at once
        self._client.connect(cable.port, port, cable.is_input)

    def close(self, cable: AlsaCable) -> None:
        """Once everything that the kernel holds for it has left."""
        if cable.port is None:
            return
        while cable.last and time.monotonic_ns() < cable.last + _LAST:
            time.sleep(_RETRY)
        self._client.remove(cable.port)

    def _ports(self, is_input: bool) -> dict[str, AlsaPort]:
        return {port.name: port for port in self._client.ports(readable=is_input)}
