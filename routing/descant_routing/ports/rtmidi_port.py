"""RtMidi: ALSA and CoreMIDI with virtual ports, Windows by port name, and JACK for who wants it so."""

from __future__ import annotations

import threading
import time
from typing import Any, NamedTuple

from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.inbox import Inbox
from descant_routing.ports.libraries import load_rtmidi, quiet_stderr
from descant_routing.ports.resolve import resolve
from descant_routing.ports.stamps import StampMap
from descant_routing.ports.threaded import ThreadedBackend
from descant_routing.timed import Timed

_SETTLING = 0.02  # s for a callback in flight to end, see _leave
_LOOKING = 1_000_000_000  # ns between two looks whether the ports are still there


class RtMidiSystem(NamedTuple):
    """What RtMidi can do with one of the systems it speaks to."""

    title: str
    constant: str
    virtual: bool
    """Can have ports of its own; else existing ports must be named."""
    kernel_stamps: bool
    """Input stamps come from the source; else a message's time is that of the thread that saw it."""


SYSTEMS = {
    "alsa-rtmidi": RtMidiSystem("ALSA by RtMidi", "API_LINUX_ALSA", virtual=True, kernel_stamps=True),
    "coremidi-rtmidi": RtMidiSystem(
        "CoreMIDI by RtMidi", "API_MACOSX_CORE", virtual=True, kernel_stamps=True
    ),
    "winmm": RtMidiSystem("Windows MIDI", "API_WINDOWS_MM", virtual=False, kernel_stamps=False),
    "rtmidi-jack": RtMidiSystem("JACK by RtMidi", "API_UNIX_JACK", virtual=True, kernel_stamps=False),
}


class RtMidiBackend(ThreadedBackend):
    """One input and one output port by python-rtmidi. It sends at once or not at all: punctual by spinning."""

    def __init__(
        self,
        system: str,
        input: str | None = None,  # noqa: A002 - the word of the command line
        output: str | None = None,
        client: str = "Descant",
    ) -> None:
        """Open the ports; nothing runs before ``start``.

        ``system`` is a key of ``SYSTEMS``. ``input`` and ``output`` name existing ports (see ``resolve``);
        without them the virtual ports "Descant in" and "Descant out" are made. Raises DescantError where the
        system is not there, UsageError for ports that are not there, or not named where they must be.
        """
        facts = SYSTEMS[system]
        super().__init__(facts.title, client)
        self._stamps = StampMap() if facts.kernel_stamps else None
        self._inbox: Inbox[tuple[int, list[int], float]] = Inbox()  # ns of arrival, bytes, s since the last
        self._ports = threading.Lock()  # held where the ports are looked at, or let go
        self._open = True
        self._looked = 0
        self._named = (input is not None, output is not None)
        rtmidi = load_rtmidi()
        self._rtmidi_error: type[Exception] = rtmidi.RtMidiError
        self._in, self._out = _clients(rtmidi, facts, client)
        try:
            self.input = _open(self._in, self.input, input, "input", facts)
            self.output = _open(self._out, self.output, output, "output", facts)
        except Exception as error:
            self._leave()
            if isinstance(error, rtmidi.RtMidiError):
                raise DescantError(f"{self.name} refused a port: {error}") from error
            raise
        self._in.ignore_types(sysex=False, timing=False, active_sense=True)
        self._in.set_callback(self._arrive)

    @property
    def timing(self) -> str:
        """A sentence: who sends at what precision."""
        return "Descant itself sends each message at its time"

    def wake(self) -> None:
        """Ask for a cycle at once."""
        self._inbox.wake()

    @property
    def lost(self) -> str | None:
        """Why there is nothing to hear any more, if so. Looks after named ports, once a second at most."""
        if self._lost is None and any(self._named):
            self._look()
        return self._lost

    def _arrive(self, event: tuple[list[int], float], _data: object) -> None:
        """In RtMidi's thread."""
        self._inbox.put((time.monotonic_ns(), *event))

    # -- our thread ----------------------------------------------------------------------------------------

    def _wait(self, seconds: float | None) -> None:
        self._inbox.wait(seconds)

    def _has_news(self) -> bool:
        return self._inbox.has_news()

    def _take(self) -> list[Timed]:
        return [self._stamped(*item) for item in self._inbox.take()]

    def _stamped(self, arrival: int, data: list[int], delta: float) -> Timed:
        if self._stamps is not None:
            arrival = self._stamps.stamp(arrival, round(delta * 1e9))
        return Timed(arrival, bytes(data))

    def _send(self, at: int, data: bytes) -> None:  # noqa: ARG002 - RtMidi knows no other time than now
        try:
            self._out.send_message(data)
        except (self._rtmidi_error, ValueError) as error:
            raise DescantError(f"{self.output} takes no messages any more: {error}") from error

    # -- ports ---------------------------------------------------------------------------------------------

    def _look(self) -> None:
        with self._ports:
            now = time.monotonic_ns()
            if not self._open or now - self._looked < _LOOKING:
                return
            self._looked = now
            for midi, port, named in zip(
                (self._in, self._out), (self.input, self.output), self._named, strict=True
            ):
                if named and port not in midi.get_ports():
                    self._lost = f"{port} is gone: plug it in again, then start Descant again"

    def _leave(self) -> None:
        with self._ports:
            if not self._open:
                return
            self._open = False
        # python-rtmidi closes while it holds the interpreter's lock, and waits in there for the callback's
        # thread, which may be waiting for that lock: no callback may be on its way.
        self._in.cancel_callback()
        time.sleep(_SETTLING)
        for midi in (self._in, self._out):
            midi.close_port()
            midi.delete()  # a virtual port goes only with its object


def _clients(rtmidi: Any, facts: RtMidiSystem, client: str) -> tuple[Any, Any]:
    api = getattr(rtmidi, facts.constant)
    if api not in rtmidi.get_compiled_api():
        raise DescantError(f"{facts.title} is not a MIDI system of this machine")
    try:
        with quiet_stderr():
            return rtmidi.MidiIn(api, name=client), rtmidi.MidiOut(api, name=client)
    except rtmidi.RtMidiError as error:
        raise DescantError(f"{facts.title} cannot be opened on this machine: {error}") from error


def _open(midi: Any, own: str, name: str | None, what: str, facts: RtMidiSystem) -> str:
    """Open the port called ``name``, or our own; returns the name of what was opened."""
    ports: list[str] = midi.get_ports()
    if name is not None:
        port = resolve(name, ports, f"{facts.title} {what} port")
        midi.open_port(ports.index(port), own)
        return port
    if facts.virtual:
        midi.open_virtual_port(own)
        return own
    there = f"there are {', '.join(map(repr, ports))}" if ports else "there is none yet"
    raise UsageError(
        f"{facts.title} has no virtual ports: name an existing one with --{what} ({there}); "
        "loopMIDI makes ports that lead to a DAW"
    )
