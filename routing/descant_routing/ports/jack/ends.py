"""A JACK client's ports, and their connections to those of others."""

from __future__ import annotations

import contextlib
import errno
from collections import deque
from typing import TYPE_CHECKING, Any

from descant_routing.errors import DescantError
from descant_routing.ports.api import own_name
from descant_routing.ports.bounded import bounded
from descant_routing.ports.cable import Cable, Ends

if TYPE_CHECKING:
    from collections.abc import Callable


class SendQueue:
    """What has to leave by a port whose buffer holds so much in a cycle: in order, none forgotten. One thread only."""

    def __init__(self) -> None:
        self.refused = 0
        """How many messages were larger than the port's whole buffer, and so could never leave."""
        self._queue: deque[tuple[int, bytes]] = deque()

    def __len__(self) -> int:
        """How many messages wait."""
        return len(self._queue)

    def put(self, frame: int, data: bytes) -> None:
        """``data`` is to leave at ``frame``, but after everything put before it."""
        self._queue.append((frame, data))

    def write(self, start: int, end: int, write: Callable[[int, bytes], bool]) -> None:
        """Write what is due before frame ``end`` into the cycle that begins at frame ``start``.

        ``write(offset, data)`` says whether the buffer had room. What is late goes out at once; what finds
        no room goes first in the next cycle: a lost note-off would be a stuck note.
        """
        offset = 0
        written = False
        while self._queue and self._queue[0][0] < end:
            frame, data = self._queue[0]
            offset = max(offset, frame - start)
            if write(offset, data):
                written = True
            elif written:
                return
            else:
                self.refused += 1  # not even an empty buffer has room for it: it must not dam the rest
            self._queue.popleft()


ANSWER = 3.0
"""s that a JACK server has to answer a request."""


class JackPort:
    """A port; two cables share one while the first makes room for the second.

    ``port``: JACK-Client's.
    """

    def __init__(self, port: Any, is_input: bool) -> None:
        self.port = port
        self.name: str = port.name
        self.is_input = is_input
        self.outbox = SendQueue()
        """What an output has to write."""
        self.peers: set[str] = set()
        """Who is connected to it; for the process thread."""
        self.users = 0

    def write(self, offset: int, data: bytes) -> bool:
        """Into the buffer of the present cycle; False if there is no room."""
        room = self.port.reserve_midi_event(offset, len(data))
        if len(room) == 0:
            return False
        room[:] = data
        return True


class JackCable(Cable):
    """A cable between a port and JACK's patchbay."""

    end: JackPort

    @property
    def shown(self) -> str:
        """The port, and whom it is connected to if that was asked for."""
        other = self.found or self.name
        if other is None:
            return self.own
        return f"{other} → {self.own}" if self.is_input else f"{self.own} → {other}"


class JackEnds(Ends[JackCable]):
    """``jack``: the module; ``settle`` waits until the process thread has seen what has been done.

    ``client`` is open.
    """

    def __init__(self, jack: Any, client: Any, settle: Callable[[], None]) -> None:
        self._error: type[Exception] = jack.JackError
        self._client = client
        self._settle = settle
        self._ports: dict[str, JackPort] = {}  # Descant's, by the name behind the client's

    def cable(self, label: str, is_input: bool, name: str | None) -> JackCable:
        """See ``Ends``."""
        return JackCable(label, is_input, name)

    def names(self, is_input: bool) -> list[str]:
        """See ``Ends``; without Descant's own, which would make a loop."""
        own = f"{self._client.name}:"
        ports = bounded(
            "JACK",
            ANSWER,
            lambda: self._client.get_ports(is_midi=True, is_output=is_input, is_input=not is_input),
        )
        return [port.name for port in ports if not port.name.startswith(own)]

    def open(self, cable: JackCable) -> None:
        """Register a port, or share that of the cable before with this label."""
        name = own_name(cable.label, cable.is_input)
        end = self._ports.get(name)
        if end is None or end.is_input != cable.is_input:
            ports = self._client.midi_inports if cable.is_input else self._client.midi_outports
            try:
                port: Any = bounded("JACK", ANSWER, lambda: ports.register(name))
            except self._error as error:
                raise DescantError(f"JACK refused the port {name!r}: {error}") from error
            end = self._ports[name] = JackPort(port, cable.is_input)
        end.users += 1
        cable.end, cable.own = end, end.name

    def join(self, cable: JackCable, other: str) -> None:
        """See ``Ends``."""
        ends = (other, cable.own) if cable.is_input else (cable.own, other)
        try:
            bounded("JACK", ANSWER, lambda: self._client.connect(*ends))
        except self._error as error:
            if getattr(error, "code", None) != errno.EEXIST:
                raise DescantError(f"JACK refused: {error}") from error

    def close(self, cable: JackCable) -> None:
        """Unregister the port, or if another cable has it, take away this one's connection."""
        end: JackPort | None = getattr(cable, "end", None)
        if end is None:
            return
        end.users -= 1
        with contextlib.suppress(self._error):  # whoever is gone needs no goodbye
            if end.users:
                self._disconnect(cable)
            else:
                del self._ports[own_name(cable.label, cable.is_input)]
                bounded("JACK", ANSWER, end.port.unregister)

    def settle(self) -> None:
        """See ``Ends``."""
        self._settle()

    def _disconnect(self, cable: JackCable) -> None:
        if (other := cable.found) is not None:
            ends = (other, cable.own) if cable.is_input else (cable.own, other)
            bounded("JACK", ANSWER, lambda: self._client.disconnect(*ends))
