"""A Mac's CoreMIDI, CoreFoundation and clock, for machines that are none: the documented functions, in C's terms.

Every function is called through a C pointer, with the types of Apple's headers as they are written down here a
second time: arguments in the wrong order, width or place arrive as rubbish.
"""

from __future__ import annotations

import ctypes
import itertools
import struct
import threading
from ctypes import (
    CFUNCTYPE,
    POINTER,
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
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_FOUND = -10842  # kMIDIObjectNotFound
NAME, MODE = 0x1111, 0x2222  # addresses of constants
READ_PROC = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p)
REFS = POINTER(c_uint32)


class Sent(NamedTuple):
    how: str
    where: str
    stamp: int
    data: bytes
    at: int
    """When it was said, by the clock that the test has given us."""


class Clock:
    """Moves when somebody sleeps, and by a microsecond when somebody looks."""

    def __init__(self) -> None:
        self.now = 3_600_000_000_000

    def monotonic_ns(self) -> int:
        self.now += 1000
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * 1e9)


class Library:
    """Attributes are functions, as a CDLL's are."""


class Mac:
    """Set what is to go wrong; read ``sent``. ``hear`` speaks to a destination or listening port of ours."""

    def __init__(self, numerator: int = 125, denominator: int = 3, aligned: bool = False) -> None:
        # Our own virtual ones are listed, too, as everybody's are.
        self.sources = {"Keystation": 11, "IAC Bus 1": 12}
        self.destinations = {"Prophet": 21, "IAC Bus 1": 22}
        self.fails: dict[str, int] = {}  # function → status
        self.sent: list[Sent] = []
        self.procs: dict[str, Any] = {}  # by the name of our destination or port
        self.connected: dict[str, set[int]] = {}  # our ports' names → sources
        self.closed: list[str] = []
        self.disposed = False
        self.run_loop_turns = 0
        self.now: Callable[[], int] = lambda: 0
        self._base, self._aligned = (numerator, denominator), aligned
        self._ids = itertools.count(100)
        self._made: dict[int, str] = {}
        self._text: dict[int, str] = {NAME: "display name"}
        self.midi, self.foundation, self.system = Library(), Library(), Library()
        self._define()

    def constant(self, library: object, name: str) -> c_void_p:
        assert (library is self.midi) == (name == "kMIDIPropertyDisplayName")
        return c_void_p(NAME if library is self.midi else MODE)

    def hear(self, *packets: tuple[int, bytes], by: str = "Descant in") -> None:
        """One packet list arrives, in a thread of CoreMIDI's."""
        body = struct.pack("<I", len(packets))
        for stamp, data in packets:
            body += struct.pack("<QH", stamp, len(data)) + data
            body += bytes(-len(body) % 4) if self._aligned else b""
        memory = ctypes.create_string_buffer(body, len(body))
        proc = READ_PROC(self.procs[by])
        thread = threading.Thread(target=proc, args=(ctypes.addressof(memory), None, None))
        thread.start()
        thread.join()

    # -- the functions -----------------------------------------------------------------------------------

    def _define(self) -> None:
        ref, text, status, proc = c_uint32, c_void_p, c_int32, c_void_p
        functions: tuple[tuple[Library, str, Any, Any], ...] = (
            (self.midi, "MIDIClientCreate", self._client, (status, text, c_void_p, c_void_p, REFS)),
            (self.midi, "MIDIClientDispose", self._dispose, (status, ref)),
            (self.midi, "MIDIGetNumberOfSources", lambda: len(self.sources), (c_ulong,)),
            (self.midi, "MIDIGetNumberOfDestinations", lambda: len(self.destinations), (c_ulong,)),
            (self.midi, "MIDIGetSource", self._source, (ref, c_ulong)),
            (self.midi, "MIDIGetDestination", self._sink, (ref, c_ulong)),
            (
                self.midi,
                "MIDIObjectGetStringProperty",
                self._property,
                (status, ref, text, POINTER(c_void_p)),
            ),
            (self.midi, "MIDISourceCreate", self._named("source"), (status, ref, text, REFS)),
            (self.midi, "MIDIOutputPortCreate", self._named("port"), (status, ref, text, REFS)),
            (
                self.midi,
                "MIDIDestinationCreate",
                self._destination,
                (status, ref, text, proc, c_void_p, REFS),
            ),
            (self.midi, "MIDIInputPortCreate", self._input, (status, ref, text, proc, c_void_p, REFS)),
            (self.midi, "MIDIPortConnectSource", self._connect, (status, ref, ref, c_void_p)),
            (self.midi, "MIDIPortDisconnectSource", self._disconnect, (status, ref, ref)),
            (self.midi, "MIDIPortDispose", self._close("port", "input"), (status, ref)),
            (self.midi, "MIDIEndpointDispose", self._close("source", "destination"), (status, ref)),
            (self.midi, "MIDIPacketListInit", self._init, (c_void_p, c_void_p)),
            (
                self.midi,
                "MIDIPacketListAdd",
                self._add,
                (c_void_p, c_void_p, c_ulong, c_void_p, c_uint64, c_ulong, c_void_p),
            ),
            (self.midi, "MIDISend", self._send, (status, ref, ref, c_void_p)),
            (self.midi, "MIDIReceived", self._received, (status, ref, c_void_p)),
            (
                self.foundation,
                "CFStringCreateWithCString",
                self._string,
                (text, c_void_p, c_char_p, c_uint32),
            ),
            (
                self.foundation,
                "CFStringGetCString",
                self._c_string,
                (c_ubyte, text, c_void_p, c_long, c_uint32),
            ),
            (self.foundation, "CFRelease", self._text.pop, (None, text)),
            (self.foundation, "CFRunLoopRunInMode", self._turn, (c_int32, text, c_double, c_ubyte)),
            (self.system, "mach_timebase_info", self._timebase, (c_int32, c_void_p)),
        )
        for library, name, function, types in functions:
            setattr(library, name, CFUNCTYPE(*types)(self._failing(name, function)))

    def _failing(self, name: str, function: Any) -> Any:
        def call(*arguments: Any) -> Any:
            if name in self.fails:
                return self.fails[name]
            result = function(*arguments)
            return None if name == "CFRelease" else result

        return call

    def _source(self, index: int) -> int:
        return list(self.sources.values())[index]

    def _sink(self, index: int) -> int:
        return list(self.destinations.values())[index]

    def _timebase(self, place: int) -> int:
        struct.pack_into("<II", (ctypes.c_char * 8).from_address(place), 0, *self._base)
        return 0

    def _string(self, allocator: int | None, text: bytes, encoding: int) -> int:
        assert (allocator, encoding) == (None, 0x08000100)
        address = next(self._ids) << 33  # a pointer that does not fit into 32 bits
        self._text[address] = text.decode()
        return address

    def _c_string(self, text: int, room: int, size: int, encoding: int) -> int:
        data = self._text[text].encode() + b"\0"
        assert encoding == 0x08000100
        if len(data) > size:
            return 0
        ctypes.memmove(room, data, len(data))
        return 1

    def _property(self, endpoint: int, key: int, out: Any) -> int:
        assert key == NAME
        known = {number: name for each in (self.sources, self.destinations) for name, number in each.items()}
        out[0] = self._string(None, known[endpoint].encode(), 0x08000100)
        return 0

    def _turn(self, mode: int, seconds: float, one: int) -> int:
        assert (mode, seconds) == (MODE, 0.0)
        self.run_loop_turns += 1
        return 2

    def _client(self, name: int, notify: int | None, data: int | None, out: Any) -> int:
        return self._make(f"client {self._text[name]}", out)

    def _dispose(self, client: int) -> int:
        assert self._made[client].startswith("client")
        self.disposed = True
        return 0

    def _named(self, kind: str) -> Any:
        def make(client: int, name: int, out: Any) -> int:
            assert self._made[client].startswith("client")
            self._make(f"{kind} {self._text[name]}", out)
            if kind == "source":
                self.sources[self._text[name]] = out[0]
            return 0

        return make

    def _destination(self, client: int, name: int, proc: int, data: int | None, out: Any) -> int:
        self.procs[self._text[name]] = proc
        self._make(f"destination {self._text[name]}", out)
        self.destinations[self._text[name]] = out[0]
        return 0

    def _input(self, client: int, name: int, proc: int, data: int | None, out: Any) -> int:
        self.procs[self._text[name]] = proc
        self.connected[self._text[name]] = set()
        return self._make(f"input {self._text[name]}", out)

    def _connect(self, port: int, source: int, data: int | None) -> int:
        kind, _, name = self._made[port].partition(" ")
        assert kind == "input"
        if source not in self.sources.values():
            return NOT_FOUND
        self.connected[name].add(source)
        return 0

    def _disconnect(self, port: int, source: int) -> int:
        kind, _, name = self._made[port].partition(" ")
        assert kind == "input"
        self.connected[name].discard(source)
        return 0 if source in self.sources.values() else NOT_FOUND

    def _close(self, *kinds: str) -> Any:
        def close(number: int) -> int:
            what = self._made.pop(number)
            assert what.startswith(kinds)
            self.closed.append(what)
            for each in (self.sources, self.destinations):
                if each.get(what.partition(" ")[2]) == number:
                    del each[what.partition(" ")[2]]
            return 0

        return close

    def _make(self, what: str, out: Any) -> int:
        number = next(self._ids)
        self._made[number] = what
        out[0] = number
        return 0

    def _init(self, packets: int) -> int:
        struct.pack_into("<I", (ctypes.c_char * 4).from_address(packets), 0, 0)
        return packets + 4

    def _add(self, packets: int, size: int, here: int, stamp: int, length: int, data: int) -> int:
        count = struct.unpack("<I", ctypes.string_at(packets, 4))[0]
        if here + 10 + length > packets + size:
            return 0
        content = struct.pack("<QH", stamp, length) + ctypes.string_at(data, length)
        ctypes.memmove(here, content, len(content))
        struct.pack_into("<I", (ctypes.c_char * 4).from_address(packets), 0, count + 1)
        return here

    def _send(self, port: int, destination: int, packets: int) -> int:
        assert self._made[port].startswith("port")
        where = {number: name for name, number in self.destinations.items()}.get(destination)
        return NOT_FOUND if where is None else self._spoken("send", where, packets)

    def _received(self, source: int, packets: int) -> int:
        return self._spoken("received", self._made[source], packets)

    def _spoken(self, how: str, where: str, packets: int) -> int:
        (count,) = struct.unpack("<I", ctypes.string_at(packets, 4))
        assert count == 1
        stamp, length = struct.unpack("<QH", ctypes.string_at(packets + 4, 10))
        self.sent.append(Sent(how, where, stamp, ctypes.string_at(packets + 14, length), self.now()))
        return 0
