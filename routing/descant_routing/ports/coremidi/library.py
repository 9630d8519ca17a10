"""CoreMIDI's functions in C, by ctypes: as Apple documents them, and no more of them than are called.

Written from the documentation of CoreMIDI (MIDIServices.h), CoreFoundation and mach_time.
"""

from __future__ import annotations

import ctypes
import platform
from ctypes import (
    CFUNCTYPE,
    POINTER,
    byref,
    c_char_p,
    c_double,
    c_int32,
    c_long,
    c_ubyte,
    c_uint32,
    c_uint64,
    c_ulong,
    c_void_p,
)
from typing import TYPE_CHECKING, Any

from descant_routing.errors import DescantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FRAMEWORKS = "/System/Library/Frameworks/{0}.framework/{0}"
_UTF8 = 0x08000100  # kCFStringEncodingUTF8
_NAME = 512  # bytes of a port's name
_PART = 1024  # bytes of a message in one packet; a packet list may have 65536
_LIST = _PART + 64  # bytes of the list around it
_ALIGNED = platform.machine() in ("arm64", "aarch64")  # MIDIPacketNext rounds up to 4 there

_ref, _out, _status = c_uint32, POINTER(c_uint32), c_int32
_text = c_void_p  # CFStringRef
READ_PROC = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p)
"""MIDIReadProc: packet list, and two values of the caller's."""

# function: (result, arguments)
_MIDI: dict[str, tuple[Any, list[Any]]] = {
    "MIDIClientCreate": (_status, [_text, c_void_p, c_void_p, _out]),
    "MIDIClientDispose": (_status, [_ref]),
    "MIDIGetNumberOfSources": (c_ulong, []),
    "MIDIGetNumberOfDestinations": (c_ulong, []),
    "MIDIGetSource": (_ref, [c_ulong]),
    "MIDIGetDestination": (_ref, [c_ulong]),
    "MIDIObjectGetStringProperty": (_status, [_ref, _text, POINTER(c_void_p)]),
    "MIDISourceCreate": (_status, [_ref, _text, _out]),
    "MIDIDestinationCreate": (_status, [_ref, _text, READ_PROC, c_void_p, _out]),
    "MIDIInputPortCreate": (_status, [_ref, _text, READ_PROC, c_void_p, _out]),
    "MIDIOutputPortCreate": (_status, [_ref, _text, _out]),
    "MIDIPortConnectSource": (_status, [_ref, _ref, c_void_p]),
    "MIDIPortDisconnectSource": (_status, [_ref, _ref]),
    "MIDIPortDispose": (_status, [_ref]),
    "MIDIEndpointDispose": (_status, [_ref]),
    "MIDIPacketListInit": (c_void_p, [c_void_p]),
    "MIDIPacketListAdd": (c_void_p, [c_void_p, c_ulong, c_void_p, c_uint64, c_ulong, c_char_p]),
    "MIDISend": (_status, [_ref, _ref, c_void_p]),
    "MIDIReceived": (_status, [_ref, c_void_p]),
}
_FOUNDATION: dict[str, tuple[Any, list[Any]]] = {
    "CFStringCreateWithCString": (_text, [c_void_p, c_char_p, c_uint32]),
    "CFStringGetCString": (c_ubyte, [_text, c_char_p, c_long, c_uint32]),
    "CFRelease": (None, [c_void_p]),
    "CFRunLoopRunInMode": (c_int32, [_text, c_double, c_ubyte]),
}
_SYSTEM: dict[str, tuple[Any, list[Any]]] = {"mach_timebase_info": (c_int32, [c_void_p])}


class CoreMidiError(Exception):
    """A function has failed; says which, and with what number of Apple's."""


class CoreMidi:
    """The functions as methods: text is ``str``, references are ``int``, times are ns, failures raise.

    The three libraries, see ``load_coremidi``, and how to read a constant of one of them.
    """

    def __init__(
        self,
        midi: Any,
        foundation: Any,
        system: Any,
        constant: Callable[[Any, str], c_void_p] = c_void_p.in_dll,
    ) -> None:
        for library, table in ((midi, _MIDI), (foundation, _FOUNDATION), (system, _SYSTEM)):
            for name, (result, arguments) in table.items():
                function = getattr(library, name)
                function.restype, function.argtypes = result, arguments
        self._midi, self._foundation = midi, foundation
        self._display_name = constant(midi, "kMIDIPropertyDisplayName")
        self._default_mode = constant(foundation, "kCFRunLoopDefaultMode")
        base = (c_uint32 * 2)()
        system.mach_timebase_info(base)
        self._numerator, self._denominator = int(base[0]), int(base[1])
        self._callbacks: list[Any] = []  # which C keeps, and Python must not forget

    def stamp(self, time: int) -> int:
        """A time of ``time.monotonic_ns`` in ticks of the host's clock, which is the same clock."""
        return time * self._denominator // self._numerator

    def time(self, stamp: int) -> int:
        """Ticks of the host's clock as ``time.monotonic_ns``."""
        return stamp * self._numerator // self._denominator

    def client(self, name: str) -> int:
        """A client of the MIDI server."""
        return self._made("MIDIClientCreate", self._string(name), None, None)

    def endpoints(self, *, sources: bool) -> dict[str, int]:
        """The sources, or the destinations, by the name that musicians see."""
        # What has come or gone reaches a process by its run loop, which nobody else runs here.
        self._foundation.CFRunLoopRunInMode(self._default_mode, 0.0, 0)
        kind = "Source" if sources else "Destination"
        count = getattr(self._midi, f"MIDIGetNumberOf{kind}s")()
        found = [getattr(self._midi, f"MIDIGet{kind}")(index) for index in range(count)]
        return {self._name(endpoint): endpoint for endpoint in reversed(found)}  # of namesakes the first

    def source(self, client: int, name: str) -> int:
        """A virtual source: what it is given, others hear."""
        return self._made("MIDISourceCreate", client, self._string(name))

    def destination(self, client: int, name: str, arrive: Callable[[int], None]) -> int:
        """A virtual destination; ``arrive`` gets the address of every packet list, in CoreMIDI's thread."""
        return self._made("MIDIDestinationCreate", client, self._string(name), self._proc(arrive), None)

    def input(self, client: int, name: str, arrive: Callable[[int], None]) -> int:
        """A port that hears the sources it is connected to; ``arrive`` as for ``destination``."""
        return self._made("MIDIInputPortCreate", client, self._string(name), self._proc(arrive), None)

    def connect(self, port: int, source: int) -> None:
        """An input port is to hear ``source``."""
        self._check("MIDIPortConnectSource", self._midi.MIDIPortConnectSource(port, source, None))

    def disconnect(self, port: int, source: int) -> None:
        """No more; the source may be gone already."""
        self._midi.MIDIPortDisconnectSource(port, source)

    def dispose_port(self, port: int) -> None:
        """An input or output port closes."""
        self._midi.MIDIPortDispose(port)

    def dispose_endpoint(self, endpoint: int) -> None:
        """A virtual source or destination closes."""
        self._midi.MIDIEndpointDispose(endpoint)

    def output(self, client: int, name: str) -> int:
        """A port from which to send to destinations."""
        return self._made("MIDIOutputPortCreate", client, self._string(name))

    def send(self, port: int, destination: int, stamp: int, data: bytes) -> None:
        """Send to a destination, which gets it at ``stamp``; 0 is now."""
        for packets in self._packets(stamp, data):
            self._check("MIDISend", self._midi.MIDISend(port, destination, packets))

    def received(self, source: int, stamp: int, data: bytes) -> None:
        """A virtual source speaks, now; listeners are told ``stamp``, which must not be 0."""
        for packets in self._packets(stamp, data):
            self._check("MIDIReceived", self._midi.MIDIReceived(source, packets))

    def dispose(self, client: int) -> None:
        """Leave the MIDI server, with all ports of the client."""
        self._midi.MIDIClientDispose(client)

    def _made(self, function: str, *arguments: Any) -> int:
        made = c_uint32()
        self._check(function, getattr(self._midi, function)(*arguments, byref(made)))
        return made.value

    def _check(self, function: str, status: int) -> None:
        if status:
            raise CoreMidiError(f"{function} says {status}")

    def _proc(self, arrive: Callable[[int], None]) -> Any:
        def proc(packets: int, _ours: object, _source: object) -> None:
            arrive(packets)

        callback = READ_PROC(proc)
        self._callbacks.append(callback)
        return callback

    def _string(self, text: str) -> int:
        """A CFString; so few are made, and once, that none is given back."""
        return int(self._foundation.CFStringCreateWithCString(None, text.encode(), _UTF8))

    def _name(self, endpoint: int) -> str:
        text, room = c_void_p(), ctypes.create_string_buffer(_NAME)
        if self._midi.MIDIObjectGetStringProperty(endpoint, self._display_name, byref(text)):
            return f"port {endpoint}"
        fits = self._foundation.CFStringGetCString(text, room, _NAME, _UTF8)
        self._foundation.CFRelease(text)
        return room.value.decode(errors="replace") if fits else f"port {endpoint}"

    def _packets(self, stamp: int, data: bytes) -> Iterator[Any]:
        for begin in range(0, len(data), _PART):
            part, room = data[begin : begin + _PART], ctypes.create_string_buffer(_LIST)
            first = self._midi.MIDIPacketListInit(room)
            if not self._midi.MIDIPacketListAdd(room, _LIST, first, stamp, len(part), part):
                raise CoreMidiError("MIDIPacketListAdd has no room")
            yield room


def packets(address: int, aligned: bool = _ALIGNED) -> list[tuple[int, bytes]]:
    """The packets of a MIDIPacketList in memory: each one's stamp in host ticks, and its bytes.

    A list is a 32-bit count; a packet is a 64-bit stamp, a 16-bit length and so many bytes, ``aligned`` to 4
    on ARM only.
    """
    count = c_uint32.from_address(address).value
    here = address + 4
    found: list[tuple[int, bytes]] = []
    for _ in range(count):
        stamp = int.from_bytes(ctypes.string_at(here, 8), "little")
        length = int.from_bytes(ctypes.string_at(here + 8, 2), "little")
        found.append((stamp, ctypes.string_at(here + 10, length)))
        here += 10 + length
        if aligned:
            here = (here + 3) & ~3
    return found


def load_coremidi() -> CoreMidi:
    """CoreMIDI on this Mac. Raises DescantError anywhere else."""
    try:
        midi, foundation = (ctypes.CDLL(_FRAMEWORKS.format(name)) for name in ("CoreMIDI", "CoreFoundation"))
        return CoreMidi(midi, foundation, ctypes.CDLL("/usr/lib/libSystem.dylib"))
    except (OSError, AttributeError, ValueError) as error:
        raise DescantError(f"CoreMIDI cannot be used on this machine: {error}") from error
