"""CoreMIDI: stamped in, and stamped out. A destination that was named gets what is due at its time, by CoreMIDI;
our own source passes a stamp on but does not wait for it, so there each message is sent at its time.

Written from Apple's documentation, and tested with a double of the framework called through the same C
interface; not yet run on a Mac. ``coremidi-rtmidi`` is the rung below.
"""

from __future__ import annotations

import time

from descant_routing.errors import DescantError
from descant_routing.ports.ahead import Ahead
from descant_routing.ports.coremidi_api import CoreMidiError, load_coremidi, packets
from descant_routing.ports.inbox import Inbox
from descant_routing.ports.pieces import Pieces
from descant_routing.ports.resolve import resolve
from descant_routing.ports.threaded import ThreadedBackend
from descant_routing.timed import Timed

_TRUST = 50_000_000  # ns between stamp and arrival, beyond which the stamp is wrong (Bluetooth)
_LOOKING = 1_000_000_000  # ns between two looks whether the ports are still there
_LAST = 2_000_000  # ns after its time until a message has surely left


class CoreMidiBackend(ThreadedBackend):
    """One input and one output port, and the thread that drives the effect."""

    def __init__(
        self,
        input: str | None = None,  # noqa: A002 - the word of the command line
        output: str | None = None,
        client: str = "Descant",
    ) -> None:
        """Open the ports; nothing runs before ``start``.

        ``input`` and ``output`` name existing ports (see ``resolve``); without them the virtual ports
        "Descant in" and "Descant out" are made. Raises DescantError where there is no CoreMIDI, UsageError
        for ports that are not there.
        """
        self.ahead = output is not None
        super().__init__("CoreMIDI", client)
        self._inbox: Inbox[tuple[int, list[tuple[int, bytes]]]] = Inbox()  # arrival ns, packets
        self._pieces = Pieces()
        self._ahead = Ahead()
        self._last = 0
        self._named = (input is not None, output is not None)
        self._looked = 0
        self._open = True
        self._midi = load_coremidi()
        try:
            self._client = self._midi.client(client)
        except CoreMidiError as error:
            raise DescantError(f"CoreMIDI cannot be opened: {error}") from error
        try:
            self._open_input(input)
            self._open_output(output)
        except CoreMidiError as error:
            self._leave()
            raise DescantError(f"CoreMIDI refused a port: {error}") from error
        except DescantError:
            self._leave()
            raise

    @property
    def timing(self) -> str:
        """A sentence: who sends at what precision."""
        if self.ahead:
            return "CoreMIDI sends each message at its stamp"
        return "each message is sent at its time, with its stamp"

    @property
    def lost(self) -> str | None:
        """Why there is nothing to hear any more, if so. Looks after named ports, once a second at most."""
        now = time.monotonic_ns()
        if self._lost is None and self._open and any(self._named) and now - self._looked >= _LOOKING:
            self._looked = now
            for name, named, sources in zip(
                (self.input, self.output), self._named, (True, False), strict=True
            ):
                if named and name not in self._midi.endpoints(sources=sources):
                    self._lost = f"{name} is gone: plug it in again, then start Descant again"
        return self._lost

    def wake(self) -> None:
        """Ask for a cycle at once."""
        self._inbox.wake()

    def _arrive(self, address: int) -> None:
        """In CoreMIDI's thread, which must not wait: copy, and be gone."""
        self._inbox.put((time.monotonic_ns(), packets(address)))

    # -- our thread ----------------------------------------------------------------------------------------

    def _wait(self, seconds: float | None) -> None:
        self._inbox.wait(seconds)

    def _has_news(self) -> bool:
        return self._inbox.has_news()

    def _take(self) -> list[Timed]:
        arrived: list[Timed] = []
        for arrival, pieces in self._inbox.take():
            for stamp, piece in pieces:
                at = self._stamped(arrival, stamp)
                arrived += [Timed(at, data) for data in self._pieces.join(piece)]
        return arrived

    def _stamped(self, arrival: int, stamp: int) -> int:
        """A stamp on our axis: never later than the arrival, never earlier than the one before."""
        at = min(self._midi.time(stamp), arrival) if stamp else arrival
        self._last = max(self._last, at if arrival - at <= _TRUST else arrival)
        return self._last

    def _send(self, at: int, data: bytes) -> None:
        try:
            if self._sink is None:
                self._midi.received(self._own, max(1, self._midi.stamp(at)), data)
            elif (due := self._ahead.put(at, data).time) > time.monotonic_ns():
                self._midi.send(self._own, self._sink, self._midi.stamp(due), data)
            else:
                self._midi.send(self._own, self._sink, 0, data)
        except CoreMidiError as error:
            raise DescantError(f"{self.output} takes no messages any more: {error}") from error

    # -- ports ---------------------------------------------------------------------------------------------

    def _open_input(self, name: str | None) -> None:
        if name is None:
            self._midi.destination(self._client, self.input, self._arrive)
            return
        own, sources = self.input, self._midi.endpoints(sources=True)
        self.input = resolve(name, list(sources), "CoreMIDI input port")
        self._midi.listen(self._client, own, sources[self.input], self._arrive)

    def _open_output(self, name: str | None) -> None:
        self._sink: int | None = None
        if name is None:
            self._own = self._midi.source(self._client, self.output)
            return
        self._own = self._midi.output(self._client, self.output)
        sinks = self._midi.endpoints(sources=False)
        self.output = resolve(name, list(sinks), "CoreMIDI output port")
        self._sink = sinks[self.output]

    def _finish(self) -> None:
        """Whoever leaves may take with him what CoreMIDI still holds: wait until it has left."""
        while (left := self._ahead.last + _LAST - time.monotonic_ns()) > 0 and self._sink is not None:
            time.sleep(left / 1e9)

    def _leave(self) -> None:
        if self._open:
            self._open = False
            self._midi.dispose(self._client)
