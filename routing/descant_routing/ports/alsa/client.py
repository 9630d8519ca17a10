"""ALSA's sequencer by the library alsa-midi: ports, a queue, events in and out. No call in here waits.

Written from the documentation of the kernel, of alsa-lib and of alsa-midi 1.0.4.
"""

from __future__ import annotations

import contextlib
import errno
from typing import TYPE_CHECKING, Any, NamedTuple

from descant_routing import message
from descant_routing.errors import DescantError
from descant_routing.ports.alsa.queue import FREQUENCY, HR_TIMER
from descant_routing.ports.libraries import load_alsa, load_sequencer_client, quiet_stderr

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

_SECOND = 1_000_000_000
_TORN = (-errno.ENOENT, -errno.EINVAL, -errno.ENOMEM)  # one event could not be read; the next may well be


class AlsaPort(NamedTuple):
    """A port of the sequencer: its address, and its name as other programs show it."""

    client: int
    port: int
    name: str


class Arrived(NamedTuple):
    """Bytes of MIDI (of system exclusive perhaps only a part), with the queue's time in ns if stamped."""

    port: int
    """Descant's own."""
    stamp: int | None
    data: bytes


class Gone(NamedTuple):
    """A port has gone, or with ``port`` None a client with all its ports."""

    client: int
    port: int | None


class Subscribed(NamedTuple):
    """Somebody else has connected something to one of these ports, or (``on`` False) has let go of it."""

    port: int
    on: bool


class AlsaClient:
    """A client of the sequencer with a queue of its own.

    Events belong to one thread, ports may be another's: each call for a port is a call of the kernel's by itself.

    Making one connects, and starts the queue. Raises DescantError.
    """

    def __init__(self, name: str) -> None:
        self._alsa: Any = load_alsa()
        self._error: type[Exception] = self._alsa.ALSAError
        self.overruns = 0
        """How often so much arrived at once that the kernel had to drop some."""
        try:
            with quiet_stderr():
                self._client: Any = load_sequencer_client()(name)
        except self._error as error:
            raise DescantError(f"ALSA's sequencer cannot be opened: {error}") from error
        try:
            self._queue: Any = self._client.create_queue(name)
            self._choose_timer()
            self._queue.start()
            self._client.drain_output()
            running = self._queue.get_status().running
        except self._error as error:
            self._client.close()
            raise DescantError(f"ALSA gave no queue: {error}") from error
        if not running:
            self._client.close()
            raise DescantError("ALSA's queue does not start: the kernel has no timer for it")

    def fileno(self) -> int:
        """Readable when something has arrived. Raises DescantError where the library has changed."""
        descriptor = getattr(
            self._client, "_fd", -1
        )  # the library waits by itself, but only in whole seconds
        if descriptor < 0:
            raise DescantError("ALSA's queue cannot be used: this version of alsa-midi hides its descriptor")
        return int(descriptor)

    @property
    def queue(self) -> int:
        """The number of the client's queue, as the kernel counts."""
        return int(self._queue.queue_id)

    # -- ports ---------------------------------------------------------------------------------------------

    def ports(self, *, readable: bool) -> list[AlsaPort]:
        """The ports of others that send (``readable``), or those that take."""
        direction = {"input": True} if readable else {"output": True}
        with self._refusals("ALSA does not list its ports"):
            found = self._client.list_ports(
                type=self._alsa.PortType.ANY, include_no_export=False, sort=False, **direction
            )
        return [
            AlsaPort(
                info.client_id,
                info.port_id,
                f"{info.client_name}:{info.name} {info.client_id}:{info.port_id}",
            )
            for info in found
            if info.client_id != self._client.client_id
        ]

    def make_input(self, name: str, visible: bool) -> Any:
        """A new port that takes; arrivals are stamped with the queue's time. It closes when forgotten."""
        caps = self._alsa.PortCaps.WRITE
        caps |= self._alsa.PortCaps.SUBS_WRITE if visible else self._alsa.PortCaps.NO_EXPORT
        with self._refusals("ALSA refused a port"):
            return self._client.create_port(
                name,
                caps,
                midi_channels=16,
                timestamping=True,
                timestamp_real=True,
                timestamp_queue=self._queue,
            )

    def make_output(self, name: str, visible: bool) -> Any:
        """A new port that sends. It closes when forgotten."""
        caps = self._alsa.PortCaps.READ
        caps |= self._alsa.PortCaps.SUBS_READ if visible else self._alsa.PortCaps.NO_EXPORT
        with self._refusals("ALSA refused a port"):
            return self._client.create_port(name, caps, midi_channels=16)

    def connect(self, port: Any, other: AlsaPort, is_input: bool) -> None:
        """From ``other`` to the input ``port``, or to ``other`` from an output."""
        connect = port.connect_from if is_input else port.connect_to
        with self._refusals("ALSA refused a port"):
            connect((other.client, other.port))

    def remove(self, port: Any) -> None:
        """Close a port; what waits in the queue for it is lost."""
        with contextlib.suppress(self._error):
            port.close()

    def watch(self) -> None:
        """From now on ``read`` tells of ports that go."""
        system = self._alsa.SYSTEM_ANNOUNCE
        announce = AlsaPort(system.client_id, system.port_id, "System:Announce")
        self._watch = self.make_input("watch", visible=False)
        self.connect(self._watch, announce, is_input=True)

    # -- events --------------------------------------------------------------------------------------------

    def read(self) -> Iterator[Arrived | Gone | Subscribed]:
        """Everything that has arrived. Raises DescantError when the sequencer is gone."""
        while True:
            try:
                event = self._client.event_input(prefer_bytes=True)
            except self._error as error:
                number = getattr(error, "errnum", 0)
                if number == -errno.EAGAIN:
                    return
                if number == -errno.ENOSPC:
                    self.overruns += 1
                elif number not in _TORN:
                    raise DescantError(f"ALSA delivers no messages any more: {error}") from error
                continue
            if (told := self._told(event)) is not None:
                yield told

    def _told(self, event: Any) -> Arrived | Gone | Subscribed | None:
        alsa = self._alsa
        if isinstance(event, alsa.MidiBytesEvent):
            at = event.time
            stamp = None if at is None else at.seconds * _SECOND + at.nanoseconds
            return Arrived(event.dest.port_id, stamp, event.midi_bytes)
        if isinstance(event, alsa.PortExitEvent):
            return Gone(event.addr.client_id, event.addr.port_id)
        if isinstance(event, alsa.ClientExitEvent):
            return Gone(event.addr.client_id, None)
        if isinstance(event, (alsa.PortSubscribedEvent, alsa.PortUnsubscribedEvent)):
            return Subscribed(event.dest.port_id, isinstance(event, alsa.PortSubscribedEvent))
        return None

    def write(self, port: Any, data: bytes, at: int | None = None, tag: int = 0) -> bool:
        """Send a message or a part of system exclusive by ``port``, at the queue's time ``at`` in ns or at once.

        ``drain`` must follow. False when the kernel has no room for it. Raises DescantError.
        """
        alsa = self._alsa
        when: dict[str, Any] = {"tag": tag}
        if at is not None:
            when |= {"time": alsa.RealTime(*divmod(at, _SECOND)), "relative": False}
        is_part = data[0] < 0x80 or data[0] in (message.SYSEX, message.SYSEX_END)
        event = alsa.SysExEvent(data, **when) if is_part else alsa.MidiBytesEvent(data, **when)
        try:
            self._client.event_output(event, queue=self._queue if at is not None else None, port=port)
        except self._error as error:
            if getattr(error, "errnum", 0) == -errno.EAGAIN:
                return False
            raise DescantError(f"ALSA takes no messages any more: {error}") from error
        return True

    def drain(self) -> bool:
        """Hand to the kernel what was written; False when it has no room for all. Raises DescantError."""
        try:
            self._client.drain_output()
        except self._error as error:
            if getattr(error, "errnum", 0) == -errno.EAGAIN:
                return False
            raise DescantError(f"ALSA takes no messages any more: {error}") from error
        return True

    # -- the queue -----------------------------------------------------------------------------------------

    def queue_time(self) -> int:
        """What the queue's clock says, ns. Raises DescantError."""
        with self._refusals("ALSA's queue is gone"):
            time = self._queue.get_status().real_time
        return int(time.seconds * _SECOND + time.nanoseconds)

    def held(self) -> int:
        """How many events wait in the queue; 0 where it cannot say."""
        try:
            return int(self._queue.get_status().events)
        except self._error:
            return 0

    def withdraw(self, tag: int | None = None) -> None:
        """Take back what waits in the queue with that tag, or everything."""
        condition = self._alsa.RemoveCondition.OUTPUT
        with contextlib.suppress(self._error):  # then it leaves after all: a message too many hangs no note
            self._client.remove_events(condition, queue=self._queue, tag=tag)

    def close(self) -> None:
        """Leave the sequencer; what waits in the queue is lost. Safe to call twice."""
        self._client.close()

    @contextlib.contextmanager
    def _refusals(self, what: str) -> Generator[None]:
        """What the library raises in here is said as ``what``."""
        try:
            yield
        except (self._error, UnicodeDecodeError) as error:
            raise DescantError(f"{what}: {error}") from error

    def _choose_timer(self) -> None:
        """The HR timer; where the kernel refuses it outright, the system timer."""
        library = self._alsa.alsa
        for device, frequency in ((HR_TIMER, FREQUENCY), (library.SND_TIMER_GLOBAL_SYSTEM, 0)):
            timer = self._alsa.queue.TimerId(
                library.SND_TIMER_CLASS_GLOBAL, library.SND_TIMER_SCLASS_SEQUENCER, -1, device, 0
            )
            try:
                self._queue.set_timer(self._alsa.QueueTimer(timer, self.queue, resolution=frequency))
            except self._error as error:
                refusal = error
            else:
                return
        raise refusal
