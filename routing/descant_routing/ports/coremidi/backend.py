"""CoreMIDI: stamped in, and stamped out. A destination that was named gets what is due at its time, by CoreMIDI;
a virtual source passes a stamp on but does not wait for it, so there each message is sent at its time.

Written from Apple's documentation, and tested with a double of the framework called through the same C
interface; not yet run on a Mac. ``coremidi-rtmidi`` is what is tried after it.
"""

from __future__ import annotations

import time

from descant_routing.errors import DescantError
from descant_routing.ports.ahead import Ahead
from descant_routing.ports.api import CLIENT, ONE_CABLE, Cables
from descant_routing.ports.coremidi.ends import CoreMidiCable, CoreMidiEnds, Packets, wait_for_last
from descant_routing.ports.coremidi.library import CoreMidiError, load_coremidi
from descant_routing.ports.inbox import Inbox
from descant_routing.ports.threaded import ThreadedBackend
from descant_routing.ports.wiring import Wiring
from descant_routing.timed import Timed

_TRUST = 50_000_000  # ns between stamp and arrival, beyond which the stamp is wrong (Bluetooth)


class CoreMidiBackend(ThreadedBackend[CoreMidiCable]):
    """Ports of one client, and the thread that drives the effect.

    Making one opens the ports; nothing runs before ``start``.

    Cables with a name lead to that existing port (see ``resolve``); for the others virtual ports are made,
    "Descant in" and "Descant out" or as they are labelled. Raises DescantError where there is no CoreMIDI,
    UsageError for ports that are not there.
    """

    polls = True

    def __init__(self, cables: Cables = ONE_CABLE) -> None:
        self.ahead = _all_named(cables)
        self._inbox: Inbox[Packets] = Inbox()
        self._ahead = Ahead()
        self._open = True
        self._midi = load_coremidi()
        try:
            self._client = self._midi.client(CLIENT)
        except CoreMidiError as error:
            raise DescantError(f"CoreMIDI cannot be opened: {error}") from error
        try:
            ends = CoreMidiEnds(self._midi, self._client, self._inbox)
            super().__init__("CoreMIDI", Wiring(ends, "CoreMIDI", cables, self.wake))
        except DescantError:
            self._leave()
            raise

    @property
    def timing(self) -> str:
        """A sentence: who sends at what precision."""
        if self.ahead:
            return "CoreMIDI sends each message at its stamp"
        return "each message is sent at its time, with its stamp"

    def rewire(self, cables: Cables) -> None:
        """Have these cables from now on. A virtual source among them has everything sent at its time."""
        before = self.ahead
        self._send_ahead(before and _all_named(cables))
        try:
            super().rewire(cables)
        except DescantError:
            self._send_ahead(before)
            raise
        self._send_ahead(_all_named(cables))

    def wake(self) -> None:
        """Ask for a cycle at once."""
        self._inbox.wake()

    # -- the driving thread --------------------------------------------------------------------------------

    def _wait(self, seconds: float | None) -> None:
        self._inbox.wait(seconds)

    def _has_news(self) -> bool:
        return self._inbox.has_news()

    def _take(self) -> list[Timed]:
        arrived: list[Timed] = []
        inputs = self._wiring.inputs
        for cable, arrival, pieces in self._inbox.take():
            if inputs.get(cable.label) is not cable:
                continue
            for stamp, piece in pieces:
                at = self._stamped(cable, arrival, stamp)
                arrived += [Timed(at, data, cable.label) for data in cable.pieces.join(piece)]
        return arrived

    def _stamped(self, cable: CoreMidiCable, arrival: int, stamp: int) -> int:
        """A stamp on the back-end's axis: never later than the arrival, never earlier than the one before."""
        at = min(self._midi.time(stamp), arrival) if stamp else arrival
        cable.stamped = max(cable.stamped, at if arrival - at <= _TRUST else arrival)
        return cable.stamped

    def _send(self, at: int, data: bytes, cable: CoreMidiCable) -> None:
        end, other = cable.end, cable.other
        if end is None:
            return
        try:
            if cable.name is None:
                self._midi.received(end, max(1, self._midi.stamp(at)), data)
            elif other is not None:
                self._send_to(end, other, at, data, cable)
        except CoreMidiError as error:
            if cable.name is None:
                raise DescantError(f"{cable.shown} takes no messages any more: {error}") from error
            self._wiring.missed(cable)

    def _send_to(self, end: int, other: int, at: int, data: bytes, cable: CoreMidiCable) -> None:
        due = self._ahead.put(at, data, cable.label).time
        stamp = 0
        if due > time.monotonic_ns():
            stamp, cable.last = self._midi.stamp(due), max(cable.last, due)
        self._midi.send(end, other, stamp, data)

    # -- ports ---------------------------------------------------------------------------------------------

    def _finish(self) -> None:
        for cable in self._wiring.outputs.values():
            wait_for_last(cable)

    def _leave(self) -> None:
        if self._open:
            self._open = False
            self._midi.dispose(self._client)


def _all_named(cables: Cables) -> bool:
    """Whether CoreMIDI can be left to send everything at its time, which it does to destinations only."""
    return None not in cables.outputs.values()
