"""ALSA's sequencer: the kernel stamps what arrives, and sends at its time what is handed over ahead of it.

Written from the documentation of the kernel, of alsa-lib and of alsa-midi, and tested with a double of the
kernel under the real library; not yet run on a machine with a sequencer. ``alsa-rtmidi`` is what is tried after it.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections import deque
from typing import NamedTuple

from descant_routing import message
from descant_routing.errors import DescantError
from descant_routing.ports.ahead import Ahead
from descant_routing.ports.alsa.client import AlsaClient, Arrived, Gone, Subscribed
from descant_routing.ports.alsa.ends import AlsaCable, AlsaEnds
from descant_routing.ports.alsa.queue import QueueAxis, queue_timer
from descant_routing.ports.api import CLIENT, ONE_CABLE, Cables
from descant_routing.ports.threaded import ThreadedBackend
from descant_routing.ports.wiring import Wiring
from descant_routing.timed import Timed

_MEASURE = 100_000_000  # ns between two looks at the queue's clock
_TRUST = 50_000_000  # ns by which a stamp may lie before the arrival; beyond that it is wrong
_RETRY = 0.001  # s until the kernel is offered again what it had no room for
_PATIENCE = 2_000_000_000  # ns without any room, and the sequencer is stuck
_LAST = 20_000_000  # ns that the queue may be late with its last messages
_RECENT = 1_000_000_000  # ns in which a queue that stands still is noticed
_PART = 256  # bytes of system exclusive at a time: what a cheap interface still takes


class _Waiting(NamedTuple):
    """A message, or a part of one, that the kernel has not taken yet; ``at`` is its time if it is ahead of it."""

    cable: AlsaCable
    data: bytes
    at: int | None
    tag: int


class AlsaBackend(ThreadedBackend[AlsaCable]):
    """Ports of one sequencer client, and the thread that drives the effect.

    Making one opens the ports; nothing runs before ``start``.

    Cables with a name are connected to that port (see ``resolve``); to the others' ports, "Descant in" and
    "Descant out" or as they are labelled, other programs connect. Raises DescantError where there is no
    sequencer, UsageError for ports that are not there.
    """

    ahead = True

    def __init__(self, cables: Cables = ONE_CABLE) -> None:
        self._client = AlsaClient(CLIENT)
        self._axis = QueueAxis()
        self._measured = 0
        self._ahead = Ahead()
        self._backlog: deque[_Waiting] = deque()  # what the kernel had no room for
        self._stuck_since: int | None = None
        self._last = 0
        self._open = True
        self._wake_out, self._wake_in = (
            socket.socketpair()
        )  # a closed one refuses, a closed pipe's number lives on
        self._wake_in.setblocking(False)
        try:
            self._ears = [self._client.fileno(), self._wake_out.fileno()]
            self._client.watch()
            super().__init__("ALSA", Wiring(AlsaEnds(self._client), "ALSA", cables, self.wake))
            self._measure()
        except DescantError:
            self._leave()
            raise

    @property
    def timing(self) -> str:
        """A sentence: who sends at what precision, as the kernel tells it."""
        timer = queue_timer(self._client.queue)
        return f"the kernel sends at its time {timer or 'by a timer that it does not name'}"

    @property
    def overruns(self) -> int:
        """How often so much arrived at once that the kernel had to drop some."""
        return self._client.overruns

    def wake(self) -> None:
        """Ask for a cycle at once."""
        with contextlib.suppress(OSError):  # a full one wakes as well; a closed one has nobody to wake
            self._wake_in.send(b".")

    # -- the driving thread --------------------------------------------------------------------------------

    def _wait(self, seconds: float | None) -> None:
        if self._backlog:
            seconds = _RETRY if seconds is None else min(seconds, _RETRY)
        select.select(self._ears, [], [], seconds)

    def _has_news(self) -> bool:
        return bool(select.select(self._ears, [], [], 0)[0])

    def _take(self) -> list[Timed]:
        if select.select(self._ears[1:], [], [], 0)[0]:
            self._wake_out.recv(4096)
        try:
            if time.monotonic_ns() - self._measured > _MEASURE:
                self._measure()
            return self._arrivals()
        except DescantError as error:
            self._lost = self._lost or str(error)
            return []

    def _arrivals(self) -> list[Timed]:
        arrived: list[Timed] = []
        inputs = self._wiring.inputs.values()
        for told in self._client.read():
            if isinstance(told, Gone):
                self._miss(told)
                continue
            cable = next((each for each in inputs if each.port.port_id == told.port), None)
            if cable is None:
                continue
            if isinstance(told, Subscribed):
                self._count(cable, told.on)
                continue
            at = self._stamped(told)
            arrived += [Timed(at, data, cable.label) for data in cable.pieces.join(told.data)]
        return arrived

    def _stamped(self, arrived: Arrived) -> int:
        """A stamp on the back-end's axis: never later than now, never earlier than the one before."""
        now = time.monotonic_ns()
        at = now if arrived.stamp is None else min(self._axis.from_queue(arrived.stamp), now)
        self._last = max(self._last, at if now - at <= _TRUST else now)
        return self._last

    def _miss(self, gone: Gone) -> None:
        for cable in self._wiring.every:
            other = cable.other
            if other is not None and other.client == gone.client and gone.port in (None, other.port):
                cable.other = None
                self._wiring.missed(cable)

    def _count(self, cable: AlsaCable, on: bool) -> None:
        """Whoever has let go may have left notes behind: an input with nobody at it holds none."""
        cable.subscribers = max(0, cable.subscribers + (1 if on else -1))
        if cable.name is None and (on or not cable.subscribers):
            self._wiring.say(cable, plugged=on)

    def _send(self, at: int, data: bytes, cable: AlsaCable) -> None:
        now = time.monotonic_ns()
        if at > now:
            handed = self._ahead.put(at, data, cable.label)
            cable.last = max(cable.last, handed.time)
            self._put(cable, data, handed.time, handed.tag)
            return
        for handed in self._ahead.overtaken(data, now, cable.label):
            # It may have left this moment: an end too many is harmless, one too few is a stuck note.
            self._flush()
            self._client.withdraw(handed.tag)
            self._backlog = deque(waiting for waiting in self._backlog if waiting.tag != handed.tag)
            if message.is_note_off(handed.data):
                self._put(cable, handed.data)
        self._put(cable, data)

    def _put(self, cable: AlsaCable, data: bytes, at: int | None = None, tag: int = 0) -> None:
        for begin in range(0, len(data), _PART):
            self._backlog.append(_Waiting(cable, data[begin : begin + _PART], at, tag))

    def _flush(self) -> None:
        while self._backlog:
            cable, data, at, tag = self._backlog[0]
            if not self._client.write(cable.port, data, None if at is None else self._axis.to_queue(at), tag):
                break
            self._backlog.popleft()
        if self._client.drain() and not self._backlog:
            self._stuck_since = None
            return
        now = time.monotonic_ns()
        self._stuck_since = self._stuck_since or now
        if now - self._stuck_since > _PATIENCE:
            raise DescantError(f"ALSA has had no room for a message for {_PATIENCE // 10**9} s")

    def _emptied(self) -> bool:
        return not self._backlog

    def _measure(self) -> None:
        """Where the queue's clock stands: the quickest of three readings. DescantError if it stands still."""
        readings: list[tuple[int, int, int]] = []
        for _ in range(3):
            before = time.monotonic_ns()
            queue = self._client.queue_time()
            readings.append((before, queue, time.monotonic_ns()))
        self._measured = time.monotonic_ns()
        if not self._axis.measure(*min(readings, key=lambda reading: reading[2] - reading[0])):
            raise DescantError("ALSA's queue has stopped; start Descant again, or with --backend alsa-rtmidi")

    # -- leaving -------------------------------------------------------------------------------------------

    def _finish(self) -> None:
        """Closing drops what waits in the kernel: wait until it has left, and send what does not leave."""
        begin = time.monotonic_ns()
        until = max(self._ahead.last, begin) + _LAST
        while (self._backlog or self._client.held()) and time.monotonic_ns() < until:
            time.sleep(_RETRY)
            self._hand_over([])
        if self._backlog or self._client.held():
            self._client.withdraw()
            self._backlog.clear()
            recent = [handed for handed in self._ahead.recent if handed.time > begin - _RECENT]
            self._hand_over(
                [Timed(0, each.data, each.port) for each in recent if message.is_note_off(each.data)]
            )

    def _leave(self) -> None:
        if not self._open:
            return
        self._open = False
        self._client.close()
        self._wake_in.close()
        self._wake_out.close()
