"""RtMidi's ports: an object of its own each, which is connected to one port at most."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.api import CLIENT, own_name
from descant_routing.ports.cable import Cable, Ends
from descant_routing.ports.libraries import quiet_stderr
from descant_routing.ports.resolve import without_places
from descant_routing.ports.rtmidi.stamps import StampMap

if TYPE_CHECKING:
    from descant_routing.ports.inbox import Inbox

_SETTLING = 0.02  # s for a callback in flight to end, see ``_quieten``


class RtMidiSystem(NamedTuple):
    """What RtMidi can do with one of the systems it speaks to."""

    title: str
    constant: str
    virtual: bool
    """Can have ports of its own; else existing ports must be named."""
    kernel_stamps: bool
    """Input stamps come from the source; else a message's time is that of the thread that saw it."""
    numbered: bool = False
    """A port's name ends with its place in the list."""


SYSTEMS = {
    "alsa-rtmidi": RtMidiSystem("ALSA by RtMidi", "API_LINUX_ALSA", virtual=True, kernel_stamps=True),
    "coremidi-rtmidi": RtMidiSystem(
        "CoreMIDI by RtMidi", "API_MACOSX_CORE", virtual=True, kernel_stamps=True
    ),
    "winmm": RtMidiSystem(
        "Windows MIDI", "API_WINDOWS_MM", virtual=False, kernel_stamps=False, numbered=True
    ),
    "rtmidi-jack": RtMidiSystem("JACK by RtMidi", "API_UNIX_JACK", virtual=True, kernel_stamps=False),
}


class RtMidiCable(Cable):
    """A cable and its object of RtMidi's."""

    midi: Any = None
    """MidiIn or MidiOut; None while it is not open."""

    def __init__(self, label: str, is_input: bool, name: str | None) -> None:
        super().__init__(label, is_input, name)
        self.stamps: StampMap | None = None
        self.hears = False


Arrival = tuple[RtMidiCable, int, list[int], float]
"""By which input, at what ns, the bytes, s since its last message."""


class RtMidiEnds(Ends[RtMidiCable]):
    """python-rtmidi holds the interpreter's lock in its calls: no two of them ever meet.

    Raises DescantError where the system is not there.
    """

    def __init__(self, rtmidi: Any, facts: RtMidiSystem, inbox: Inbox[Arrival]) -> None:
        self._rtmidi = rtmidi
        self._error: type[Exception] = rtmidi.RtMidiError
        self._facts = facts
        self._inbox = inbox
        self._spare: dict[bool, Any] = {}  # objects that have listed ports, and are nobody's yet
        self._open: dict[bool, list[Any]] = {True: [], False: []}
        self._api = getattr(rtmidi, facts.constant)
        if self._api not in rtmidi.get_compiled_api():
            raise DescantError(f"{facts.title} is not a MIDI system of this machine")

    def cable(self, label: str, is_input: bool, name: str | None) -> RtMidiCable:
        """See ``Ends``."""
        return RtMidiCable(label, is_input, name)

    def names(self, is_input: bool) -> list[str]:
        """See ``Ends``."""
        if not self._open[is_input] and is_input not in self._spare:
            self._spare[is_input] = self._made(is_input)
        midi = self._open[is_input][0] if self._open[is_input] else self._spare[is_input]
        try:
            return list(midi.get_ports())
        except self._error as error:
            raise DescantError(f"{self._facts.title} does not list its ports: {error}") from error

    def open(self, cable: RtMidiCable) -> None:
        """A virtual port, or an object that is not connected yet. UsageError where virtual ones cannot be."""
        cable.own = f"{CLIENT} {own_name(cable.label, cable.is_input)}"
        if cable.name is None and not self._facts.virtual:
            raise self._no_virtual_ports(cable)
        cable.midi = self._spare.pop(cable.is_input, None) or self._made(cable.is_input)
        self._open[cable.is_input].append(cable.midi)
        if cable.is_input:
            cable.stamps = StampMap() if self._facts.kernel_stamps else None
            cable.midi.ignore_types(sysex=False, timing=False, active_sense=True)
        if cable.name is None:
            try:
                cable.midi.open_virtual_port(cable.own)
            except self._error as error:
                raise DescantError(f"{self._facts.title} refused a port: {error}") from error
            self._hear(cable)

    def join(self, cable: RtMidiCable, other: str) -> None:
        """See ``Ends``."""
        try:
            cable.midi.open_port(cable.midi.get_ports().index(other), cable.own)
        except ValueError as error:
            raise DescantError(f"{other} is gone") from error
        except self._error as error:
            raise DescantError(f"{self._facts.title} refused a port: {error}") from error
        self._hear(cable)

    def part(self, cable: RtMidiCable) -> None:
        """See ``Ends``; the object stays for the next port."""
        if cable.midi.is_port_open():
            self._quieten(cable)
            cable.midi.close_port()

    def close(self, cable: RtMidiCable) -> None:
        """See ``Ends``; a virtual port goes only with its object."""
        midi, cable.midi = cable.midi, None
        if midi is None:
            return
        self._open[cable.is_input].remove(midi)
        self._quieten(cable, midi)
        midi.close_port()
        midi.delete()

    def leave(self) -> None:
        """What has only listed ports goes, too."""
        for midi in self._spare.values():
            midi.delete()
        self._spare.clear()

    def bare(self, name: str) -> str:
        """See ``Ends``."""
        return without_places(name) if self._facts.numbered else super().bare(name)

    def _made(self, is_input: bool) -> Any:
        kind = self._rtmidi.MidiIn if is_input else self._rtmidi.MidiOut
        try:
            with quiet_stderr():
                return kind(self._api, name=CLIENT)
        except self._error as error:
            raise DescantError(f"{self._facts.title} cannot be opened on this machine: {error}") from error

    def _hear(self, cable: RtMidiCable) -> None:
        if not cable.is_input:
            return

        def arrive(event: tuple[list[int], float], _data: object) -> None:
            self._inbox.put((cable, time.monotonic_ns(), *event))

        cable.midi.set_callback(arrive)
        cable.hears = True

    def _quieten(self, cable: RtMidiCable, midi: Any = None) -> None:
        """No callback may be on its way when a port closes.

        python-rtmidi closes while it holds the interpreter's lock, and waits in there for the callback's
        thread, which may be waiting for that lock.
        """
        if cable.hears:
            cable.hears = False
            (midi or cable.midi).cancel_callback()
            time.sleep(_SETTLING)

    def _no_virtual_ports(self, cable: RtMidiCable) -> UsageError:
        ports = self.names(cable.is_input)
        there = f"there are {', '.join(map(repr, ports))}" if ports else "there is none yet"
        option = "input" if cable.is_input else "output"
        return UsageError(
            f"{self._facts.title} has no virtual ports: name an existing one with --{option} ({there}); "
            "loopMIDI makes ports that lead to a DAW"
        )
