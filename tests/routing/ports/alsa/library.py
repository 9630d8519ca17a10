"""alsa-lib over the kernel of ``kernel.py``: the real library, but for the functions that call the kernel.

Behaviour: sound/core/seq of the kernel, and alsa-lib's documentation of the functions by name.
"""

from __future__ import annotations

import errno
import itertools
import os
from typing import Any

import alsa_midi
import alsa_midi.client
import alsa_midi.port
import alsa_midi.queue
from tests.routing.ports.alsa.kernel import ORIGIN, OURS, Exit, Kernel, Sent, Subscription

REAL, FFI = alsa_midi.alsa, alsa_midi.ffi
MODULES = (alsa_midi.client, alsa_midi.port, alsa_midi.queue)
"""Where the library keeps what it calls."""


class Library:
    """alsa-lib, its calls into the kernel replaced."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._keep: list[Any] = []
        self._numbers = itertools.count()

    def __getattr__(self, name: str) -> Any:
        return getattr(REAL, name)

    def snd_seq_open(self, handle: Any, name: bytes, streams: int, mode: int) -> int:
        assert (bytes(name), mode) == (b"default", REAL.SND_SEQ_NONBLOCK)
        handle[0] = FFI.cast("snd_seq_t *", 1)
        return 0

    def snd_seq_close(self, handle: Any) -> int:
        self._kernel.closed = True
        self._kernel.queued.clear()  # a client that leaves takes with it what it had queued
        return 0

    def snd_seq_set_client_name(self, handle: Any, name: bytes) -> int:
        return 0

    def snd_seq_client_id(self, handle: Any) -> int:
        return OURS

    def snd_seq_poll_descriptors_count(self, handle: Any, events: int) -> int:
        return 1

    def snd_seq_poll_descriptors(self, handle: Any, descriptors: Any, space: int, events: int) -> int:
        descriptors[0].fd, descriptors[0].events = self._kernel.pipe[0], events
        return 1

    def snd_seq_create_port(self, handle: Any, info: Any) -> int:
        number = next(self._numbers)
        name = FFI.string(REAL.snd_seq_port_info_get_name(info)).decode()
        self._kernel.ports[number] = name
        REAL.snd_seq_port_info_set_port(info, number)
        if REAL.snd_seq_port_info_get_timestamping(info):
            assert REAL.snd_seq_port_info_get_timestamp_real(info)
            assert REAL.snd_seq_port_info_get_timestamp_queue(info) == 5
            self._kernel.stamped.add(name)
        return 0

    def snd_seq_delete_simple_port(self, handle: Any, port: int) -> int:
        kernel = self._kernel
        name = kernel.ports.pop(port)
        kernel.closed_ports.append((kernel.now, name))
        kernel.queued = [event for event in kernel.queued if event[2] != name]
        kernel.connected = [each for each in kernel.connected if each[0] != name]
        return 0

    def snd_seq_connect_from(self, handle: Any, port: int, client: int, other: int) -> int:
        if self._kernel.refuses_connections:
            return -errno.EBUSY
        if client not in self._kernel.others:
            return -errno.ENOENT
        self._kernel.connected.append((self._kernel.ports[port], client, other))
        return 0

    snd_seq_connect_to = snd_seq_connect_from

    def snd_seq_query_next_client(self, handle: Any, info: Any) -> int:
        after = REAL.snd_seq_client_info_get_client(info)
        client = min((number for number in self._kernel.others if number > after), default=None)
        if client is None:
            return -errno.ENOENT
        REAL.snd_seq_client_info_set_client(info, client)
        REAL.snd_seq_client_info_set_name(info, self._kernel.others[client][0].encode())
        return 0

    def snd_seq_query_next_port(self, handle: Any, info: Any) -> int:
        after = (REAL.snd_seq_port_info_get_port(info) + 1) % 256 - 1  # a byte, and -1 asks for the first
        for number, name, caps in self._kernel.others[REAL.snd_seq_port_info_get_client(info)][1]:
            if number > after:
                REAL.snd_seq_port_info_set_port(info, number)
                REAL.snd_seq_port_info_set_name(info, name.encode())
                REAL.snd_seq_port_info_set_capability(info, caps)
                REAL.snd_seq_port_info_set_type(info, REAL.SND_SEQ_PORT_TYPE_MIDI_GENERIC)
                return 0
        return -errno.ENOENT

    # -- the queue -------------------------------------------------------------------------------------

    def snd_seq_alloc_named_queue(self, handle: Any, name: bytes) -> int:
        return 5

    def snd_seq_free_queue(self, handle: Any, queue: int) -> int:
        return 0

    def snd_seq_set_queue_timer(self, handle: Any, queue: int, timer: Any) -> int:
        identity = REAL.snd_seq_queue_timer_get_id(timer)
        assert REAL.snd_timer_id_get_class(identity) == REAL.SND_TIMER_CLASS_GLOBAL
        device = REAL.snd_timer_id_get_device(identity)
        if device not in self._kernel.timers:
            return -errno.ENODEV
        self._kernel.timer = (device, REAL.snd_seq_queue_timer_get_resolution(timer))
        return 0

    def snd_seq_control_queue(self, handle: Any, queue: int, kind: int, value: int, event: Any) -> int:
        assert kind == REAL.SND_SEQ_EVENT_START
        return 0

    def snd_seq_get_queue_status(self, handle: Any, queue: int, status: Any) -> int:
        self._kernel.deliver()
        return 0

    def snd_seq_queue_status_get_real_time(self, status: Any) -> Any:
        time = FFI.new("snd_seq_real_time_t *")
        time.tv_sec, time.tv_nsec = divmod(self._kernel.queue_time, 1_000_000_000)
        self._keep.append(time)
        return time

    def snd_seq_queue_status_get_queue(self, status: Any) -> int:
        return 5

    def snd_seq_queue_status_get_events(self, status: Any) -> int:
        return len(self._kernel.queued)

    def snd_seq_queue_status_get_tick_time(self, status: Any) -> int:
        return 0

    def snd_seq_queue_status_get_status(self, status: Any) -> int:
        return int(self._kernel.runs)

    def snd_seq_remove_events(self, handle: Any, condition: Any) -> int:
        bits = REAL.snd_seq_remove_events_get_condition(condition)
        assert bits & REAL.SND_SEQ_REMOVE_OUTPUT
        self._kernel.deliver()
        if bits & REAL.SND_SEQ_REMOVE_TAG_MATCH:
            tag = REAL.snd_seq_remove_events_get_tag(condition)
            self._kernel.queued = [event for event in self._kernel.queued if event[1] != tag]
        else:
            self._kernel.queued.clear()
        return 0

    # -- events out ------------------------------------------------------------------------------------

    def snd_seq_event_output(self, handle: Any, event: Any) -> int:
        self._kernel.buffer.append(self._read(event))
        if len(self._kernel.buffer) > 64 and self.snd_seq_drain_output(handle) < 0:
            self._kernel.buffer.pop()
            return -errno.EAGAIN
        return 28

    def snd_seq_event_output_pending(self, handle: Any) -> int:
        return 28 * len(self._kernel.buffer)

    def snd_seq_drain_output(self, handle: Any) -> int:
        kernel = self._kernel
        while kernel.buffer:
            if kernel.room == 0:
                return -errno.EAGAIN
            at, tag, port, data = kernel.buffer.pop(0)
            if at is None:
                kernel.sent.append(Sent(kernel.now, port, data, None))
            else:
                kernel.room -= 1
                kernel.queued.append((at, tag, port, data))
        kernel.deliver()
        return 0

    def _read(self, event: Any) -> tuple[int | None, int, str, bytes]:
        assert event.dest.client == REAL.SND_SEQ_ADDRESS_SUBSCRIBERS
        at = None
        if event.queue != REAL.SND_SEQ_QUEUE_DIRECT:
            assert event.queue == 5
            assert event.flags & (REAL.SND_SEQ_TIME_STAMP_MASK | REAL.SND_SEQ_TIME_MODE_MASK) == (
                REAL.SND_SEQ_TIME_STAMP_REAL | REAL.SND_SEQ_TIME_MODE_ABS
            )
            at = event.time.time.tv_sec * 1_000_000_000 + event.time.time.tv_nsec
        port = self._kernel.ports[event.source.port]
        if event.type == REAL.SND_SEQ_EVENT_SYSEX:
            assert event.flags & REAL.SND_SEQ_EVENT_LENGTH_MASK == REAL.SND_SEQ_EVENT_LENGTH_VARIABLE
            return at, event.tag, port, bytes(FFI.buffer(event.data.ext.ptr, event.data.ext.len))
        room = FFI.new("char[]", 12)
        count = REAL.snd_midi_event_decode(self._parser(), room, 12, event)
        assert count > 0, "an event that is no MIDI"
        return at, event.tag, port, bytes(FFI.buffer(room, count))

    # -- events in -------------------------------------------------------------------------------------

    def snd_seq_event_input(self, handle: Any, place: Any) -> int:
        kernel = self._kernel
        if not kernel.arriving:
            return -errno.EAGAIN
        os.read(kernel.pipe[0], 1)
        what, at, to = kernel.arriving.popleft()
        if isinstance(what, int):
            return what
        event = FFI.new("snd_seq_event_t *")
        self._keep.append(event)
        event.dest.client = OURS
        event.dest.port = next(number for number, name in kernel.ports.items() if name == to)
        if isinstance(what, Exit):
            event.data.addr.client, event.data.addr.port = what.client, what.port or 0
            gone = REAL.SND_SEQ_EVENT_CLIENT_EXIT if what.port is None else REAL.SND_SEQ_EVENT_PORT_EXIT
            event.type = gone
        elif isinstance(what, Subscription):
            ends = event.data.connect
            ends.sender.client, ends.dest.client, ends.dest.port = what.client, OURS, event.dest.port
            event.type = (
                REAL.SND_SEQ_EVENT_PORT_SUBSCRIBED if what.on else REAL.SND_SEQ_EVENT_PORT_UNSUBSCRIBED
            )
        elif what[0] == 0xF0 or what[0] < 0x80:
            data = FFI.from_buffer(what)
            self._keep.append(data)
            event.type, event.flags = REAL.SND_SEQ_EVENT_SYSEX, REAL.SND_SEQ_EVENT_LENGTH_VARIABLE
            event.data.ext.len, event.data.ext.ptr = len(what), data
        else:
            REAL.snd_midi_event_encode(self._parser(), what, len(what), event)
        if to in kernel.stamped:
            event.flags |= REAL.SND_SEQ_TIME_STAMP_REAL
            event.time.time.tv_sec, event.time.time.tv_nsec = divmod(at - ORIGIN, 1_000_000_000)
        place[0] = event
        return 28

    def snd_seq_free_event(self, event: Any) -> int:
        return 0

    def _parser(self) -> Any:
        parser = FFI.new("snd_midi_event_t **")
        assert REAL.snd_midi_event_new(1024, parser) == 0
        REAL.snd_midi_event_no_status(parser[0], 1)
        return FFI.gc(parser[0], REAL.snd_midi_event_free)
