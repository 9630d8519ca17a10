"""What JACK tells of other people's ports and of connections to Descant's, handed over to the process thread."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from descant_routing.ports.jack.ends import JackCable
    from descant_routing.ports.wiring import Wiring

IN_FORCE = 2
"""Cycles after which a connection that JACK has told of is surely there, or gone."""


class _Patch(NamedTuple):
    """From ``cycle`` on ``own`` is (not) connected to ``other``; with ``own`` empty, ``other`` is gone."""

    cycle: int
    own: str
    other: str | None
    connected: bool


class JackPatches:
    """JACK calls in a thread of its own, in which nothing may be asked of it.

    ``client`` must not be active yet.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._patches: deque[_Patch] = deque()
        self._cycle = 0
        self._ports_gone = False
        client.set_port_registration_callback(self._registered, only_available=False)
        client.set_port_connect_callback(self._connected, only_available=False)

    def ports_gone(self) -> bool:
        """Whether some port has gone since the last time that this was asked."""
        gone, self._ports_gone = self._ports_gone, False
        return gone

    def hear(self, cycle: int, wiring: Wiring[JackCable]) -> None:
        """In the process thread, at the beginning of ``cycle``: what is by now so in the buffers, too."""
        self._cycle = cycle
        while self._patches and self._patches[0].cycle <= cycle:
            _, own, other, connected = self._patches.popleft()
            for cable in wiring.every:
                if cable.end.name == own:
                    _hear_of(cable, other, connected, wiring)
                elif not own and cable.found == other:
                    wiring.missed(cable)

    def _registered(self, port: Any, registered: bool) -> None:
        if not registered:
            self._ports_gone = True
            if port is not None:
                self._patches.append(_Patch(self._cycle + IN_FORCE, "", port.name, connected=False))

    def _connected(self, one: Any, other: Any, connected: bool) -> None:
        for own, theirs in ((one, other), (other, one)):
            if own is not None and self._client.owns(own):
                name = None if theirs is None else theirs.name
                self._patches.append(_Patch(self._cycle + IN_FORCE, own.name, name, connected))


def _hear_of(cable: JackCable, other: str | None, connected: bool, wiring: Wiring[JackCable]) -> None:
    """Whoever leaves may have left notes behind: an input that nobody is connected to any more holds none."""
    peers = cable.end.peers
    if connected:
        peers.add(other or "")
        if cable.is_input and cable.waits is None:
            wiring.say(cable, plugged=True)
    elif other is None or other in peers:  # else it is told of a port before this one, of the same name
        peers.discard(other or "")
        if cable.is_input and (not peers or other in (None, cable.found)):
            wiring.say(cable, plugged=False)
