"""RtMidi: ALSA and CoreMIDI with virtual ports, Windows by port name, and JACK for who wants it so."""

from __future__ import annotations

import threading

from descant_routing.errors import DescantError
from descant_routing.ports.api import ONE_CABLE, Cables
from descant_routing.ports.inbox import Inbox
from descant_routing.ports.libraries import load_rtmidi
from descant_routing.ports.rtmidi.ends import SYSTEMS, Arrival, RtMidiCable, RtMidiEnds
from descant_routing.ports.threaded import ThreadedBackend
from descant_routing.ports.wiring import Wiring
from descant_routing.timed import Timed


class RtMidiBackend(ThreadedBackend[RtMidiCable]):
    """Ports by python-rtmidi, a client each. It sends at once or not at all: punctual by spinning.

    Making one opens the ports; nothing runs before ``start``.

    ``system`` is a key of ``SYSTEMS``. Cables with a name lead to that existing port (see ``resolve``); for the
    others virtual ports are made, "Descant in" and "Descant out" or as they are labelled. Raises DescantError
    where the system is not there, UsageError for ports that are not there, or not named where they must be.
    """

    polls = True

    def __init__(self, system: str, cables: Cables = ONE_CABLE) -> None:
        facts = SYSTEMS[system]
        rtmidi = load_rtmidi()
        self._rtmidi_error: type[Exception] = rtmidi.RtMidiError
        self._inbox: Inbox[Arrival] = Inbox()
        self._ports = threading.Lock()  # held where ports are opened, looked at or let go
        self._open = True
        self._ends = RtMidiEnds(rtmidi, facts, self._inbox)
        try:
            super().__init__(facts.title, Wiring(self._ends, facts.title, cables, self.wake))
        except DescantError:
            self._ends.leave()
            raise

    @property
    def timing(self) -> str:
        """A sentence: who sends at what precision."""
        return "Descant itself sends each message at its time"

    def wake(self) -> None:
        """Ask for a cycle at once."""
        self._inbox.wake()

    def look(self) -> None:
        """See who has gone, and take up again who is back."""
        with self._ports:
            if self._open:
                super().look()

    def rewire(self, cables: Cables) -> None:
        """Have these cables from now on; see ``Backend``."""
        with self._ports:
            if self._open:
                super().rewire(cables)

    # -- the driving thread --------------------------------------------------------------------------------

    def _wait(self, seconds: float | None) -> None:
        self._inbox.wait(seconds)

    def _has_news(self) -> bool:
        return self._inbox.has_news()

    def _take(self) -> list[Timed]:
        inputs = self._wiring.inputs
        return [
            _stamped(cable, arrival, data, delta)
            for cable, arrival, data, delta in self._inbox.take()
            if inputs.get(cable.label) is cable
        ]

    def _send(self, at: int, data: bytes, cable: RtMidiCable) -> None:  # noqa: ARG002 - RtMidi knows only now
        try:
            cable.midi.send_message(data)
        except (self._rtmidi_error, ValueError) as error:
            if cable.name is None:
                raise DescantError(f"{cable.shown} takes no messages any more: {error}") from error
            self._wiring.missed(cable)

    def _leave(self) -> None:
        with self._ports:
            if not self._open:
                return
            self._open = False
        self._wiring.close()
        self._ends.leave()


def _stamped(cable: RtMidiCable, arrival: int, data: list[int], delta: float) -> Timed:
    if cable.stamps is not None:
        arrival = cable.stamps.stamp(arrival, round(delta * 1e9))
    return Timed(arrival, bytes(data), cable.label)
