"""RtMidi: ALSA and CoreMIDI with virtual ports, Windows by port name, and JACK for who wants it so."""

from __future__ import annotations

import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.libraries import load_rtmidi, quiet_stderr
from descant_routing.ports.resolve import resolve
from descant_routing.ports.sounding import Sounding
from descant_routing.ports.spin import SpinWindow
from descant_routing.ports.stamps import StampMap
from descant_routing.timed import Timed

if TYPE_CHECKING:
    from descant_routing.ports.backend import Driven

_CLOSING = 2.0  # s that closing may take
_SETTLING = 0.02  # s for a callback in flight to end, see _leave
_LOOKING = 1_000_000_000  # ns between two looks whether the ports are still there
_LONGEST = 60_000_000_000  # ns of sleep at a time
_AT_ONCE = 1024  # messages taken into one cycle


class RtMidiSystem(NamedTuple):
    """What RtMidi can do with one of the systems it speaks to."""

    title: str
    constant: str
    virtual: bool
    """Can have ports of its own; else existing ports must be named."""
    kernel_stamps: bool
    """Input stamps come from the source; else a message's time is that of the thread that saw it."""


SYSTEMS = {
    "alsa": RtMidiSystem("ALSA", "API_LINUX_ALSA", virtual=True, kernel_stamps=True),
    "coremidi": RtMidiSystem("CoreMIDI", "API_MACOSX_CORE", virtual=True, kernel_stamps=True),
    "winmm": RtMidiSystem("Windows MIDI", "API_WINDOWS_MM", virtual=False, kernel_stamps=False),
    "rtmidi-jack": RtMidiSystem("JACK by RtMidi", "API_UNIX_JACK", virtual=True, kernel_stamps=False),
}


class RtMidiBackend:
    """One input and one output port, and a thread that drives the effect. Times are ``time.monotonic_ns``."""

    periodic = False

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
        self.name = facts.title
        self.input = f"{client} in"
        """The input: our own port, or the one that was named."""
        self.output = f"{client} out"
        """The output: our own port, or the one that was named."""
        self.error: Exception | None = None
        """What the effect failed with, once it has."""
        self._stamps = StampMap() if facts.kernel_stamps else None
        self._spin = SpinWindow()
        self._sounding = Sounding()
        # (arrival ns, bytes, seconds since the message before); None wakes.
        self._queue: SimpleQueue[tuple[int, list[int], float] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._lost: str | None = None
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

    def now(self) -> int:
        """The monotonic clock."""
        return time.monotonic_ns()

    def start(self, driven: Driven) -> None:
        """Begin to drive ``driven``, in a thread of our own."""
        self._thread = threading.Thread(target=self._run, args=(driven,), name="descant io", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Ask for a cycle at once."""
        self._queue.put(None)

    def close(self) -> None:
        """Send what a last cycle of the effect returns, end what still sounds, close the ports.

        Takes 2 s at most: closing can hang in the system, and then the thread is left behind.
        """
        if self._closing:
            return
        self._closing = True
        if self._thread is None:
            self._leave()
            return
        self.wake()
        self._thread.join(_CLOSING)
        if self._thread.is_alive():
            self._lost = self._lost or f"{self.name} did not let go of its ports within {_CLOSING:g} s"

    @property
    def lost(self) -> str | None:
        """Why there is nothing to hear any more, if so. Looks after named ports, once a second at most."""
        if self._lost is None and any(self._named):
            self._look()
        return self._lost

    # -- RtMidi's thread -----------------------------------------------------------------------------------

    def _arrive(self, event: tuple[list[int], float], _data: object) -> None:
        self._queue.put((time.monotonic_ns(), *event))

    # -- our thread ----------------------------------------------------------------------------------------

    def _run(self, driven: Driven) -> None:
        self._take()  # what came before we were ready is past
        while not self._closing and self._lost is None:
            self._drive(driven)
        if self._lost is None:
            self._drive(driven, wait=False)
        self._end_all()
        self._leave()

    def _drive(self, driven: Driven, wait: bool = True) -> None:
        """One cycle: wait for a message or the effect's deadline, call the effect, send."""
        try:
            arrived = self._wait(driven.next_deadline()) if wait else self._take()
            answer = driven.cycle(arrived, time.monotonic_ns() + 1)
            messages = [data for _, data in answer]
        except Exception as error:  # noqa: BLE001 - whatever it is, the notes must end and it must be said
            self.error = error
            self._lost = f"the effect has failed, its notes were ended: {type(error).__name__}: {error}"
            return
        for data in messages:
            self._send(data)

    def _send(self, data: bytes) -> None:
        try:
            self._out.send_message(data)
        except (self._rtmidi_error, ValueError) as error:
            self._lost = self._lost or f"{self.output} takes no messages any more: {error}"
        else:
            self._sounding.watch(data)

    def _end_all(self) -> None:
        for data in self._sounding.end():
            self._send(data)

    def _wait(self, deadline: int | None) -> list[Timed]:
        """Sleep until something arrives, or until a little before ``deadline``, then spin."""
        queue = self._queue
        if deadline is None:
            return self._take(queue.get())
        now = time.monotonic_ns()
        sleep = min(deadline - self._spin.window - now, _LONGEST)
        if sleep > 0:
            try:
                return self._take(queue.get(timeout=sleep / 1e9))
            except Empty:
                self._spin.overslept(time.monotonic_ns() - now - sleep)
        if sleep < _LONGEST:
            while queue.empty() and time.monotonic_ns() < deadline:
                pass
        return self._take()

    def _take(self, first: tuple[int, list[int], float] | None = None) -> list[Timed]:
        """``first`` and everything else that has arrived, stamped."""
        arrived = [self._stamped(*first)] if first is not None else []
        for _ in range(_AT_ONCE):
            try:
                item = self._queue.get_nowait()
            except Empty:
                break
            if item is not None:
                arrived.append(self._stamped(*item))
        return arrived

    def _stamped(self, arrival: int, data: list[int], delta: float) -> Timed:
        if self._stamps is not None:
            arrival = self._stamps.stamp(arrival, round(delta * 1e9))
        return Timed(arrival, bytes(data))

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
