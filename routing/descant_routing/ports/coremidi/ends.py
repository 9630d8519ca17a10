"""Ports and virtual endpoints of a CoreMIDI client, and whom they lead to."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from descant_routing.errors import DescantError
from descant_routing.ports.api import CLIENT, own_name
from descant_routing.ports.cable import Cable, Ends
from descant_routing.ports.coremidi.library import CoreMidiError, packets
from descant_routing.ports.pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from descant_routing.ports.coremidi.library import CoreMidi
    from descant_routing.ports.inbox import Inbox

_LAST = 2_000_000  # ns after its time until a message has surely left

Packets = tuple["CoreMidiCable", int, list[tuple[int, bytes]]]
"""What CoreMIDI's thread leaves for the driving one: the input, when it arrived in ns, stamps and bytes."""


class CoreMidiCable(Cable):
    """A virtual endpoint, or a port and the endpoint that it is joined to."""

    def __init__(self, label: str, is_input: bool, name: str | None) -> None:
        super().__init__(label, is_input, name)
        self.end: int | None = None
        """The virtual endpoint, or the port."""
        self.other: int | None = None
        """The endpoint that was named, while it is there."""
        self.pieces = Pieces()
        self.stamped = 0
        """The latest time that an arrival bore, ns."""
        self.last = 0
        """When what was handed over ahead of its time has left, ns."""


class CoreMidiEnds(Ends[CoreMidiCable]):
    """Who leaves may take with him what CoreMIDI still holds: nothing closes before that has left.

    ``client`` is of the MIDI server.
    """

    def __init__(self, midi: CoreMidi, client: int, inbox: Inbox[Packets]) -> None:
        self._midi = midi
        self._client = client
        self._inbox = inbox
        self._own: set[int] = set()  # Descant's virtual endpoints

    def cable(self, label: str, is_input: bool, name: str | None) -> CoreMidiCable:
        """See ``Ends``."""
        return CoreMidiCable(label, is_input, name)

    def names(self, is_input: bool) -> list[str]:
        """See ``Ends``; without Descant's own."""
        found = self._midi.endpoints(sources=is_input)
        return [name for name, endpoint in found.items() if endpoint not in self._own]

    def open(self, cable: CoreMidiCable) -> None:
        """A virtual endpoint, or for a cable with a name a port."""
        midi, client = self._midi, self._client
        name = cable.own = f"{CLIENT} {own_name(cable.label, cable.is_input)}"
        with _refusals():
            if cable.is_input:
                make = midi.input if cable.name is not None else midi.destination
                cable.end = make(client, name, self._arrive(cable))
            else:
                cable.end = (midi.output if cable.name is not None else midi.source)(client, name)
        if cable.name is None:
            self._own.add(cable.end)

    def join(self, cable: CoreMidiCable, other: str) -> None:
        """See ``Ends``."""
        endpoint = self._midi.endpoints(sources=cable.is_input).get(other)
        if endpoint is None or cable.end is None:
            raise DescantError(f"{other} is gone")
        if cable.is_input:
            with _refusals():
                self._midi.connect(cable.end, endpoint)
        cable.other = endpoint

    def part(self, cable: CoreMidiCable) -> None:
        """See ``Ends``."""
        other, cable.other = cable.other, None
        if cable.is_input and other is not None and cable.end is not None:
            self._midi.disconnect(cable.end, other)

    def close(self, cable: CoreMidiCable) -> None:
        """See ``Ends``."""
        wait_for_last(cable)
        end, cable.end = cable.end, None
        if end is None:
            return
        if cable.name is None:
            self._own.discard(end)
            self._midi.dispose_endpoint(end)
        else:
            self._midi.dispose_port(end)

    def _arrive(self, cable: CoreMidiCable) -> Callable[[int], None]:
        """In CoreMIDI's thread, which must not wait: copy, and be gone."""

        def arrive(address: int) -> None:
            self._inbox.put((cable, time.monotonic_ns(), packets(address)))

        return arrive


def wait_for_last(cable: CoreMidiCable) -> None:
    """Until CoreMIDI holds nothing of Descant's any more."""
    while cable.last and (left := cable.last + _LAST - time.monotonic_ns()) > 0:
        time.sleep(left / 1e9)


@contextlib.contextmanager
def _refusals() -> Generator[None]:
    try:
        yield
    except CoreMidiError as error:
        raise DescantError(f"CoreMIDI refused a port: {error}") from error
