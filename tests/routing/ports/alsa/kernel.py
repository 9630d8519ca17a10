"""A kernel with a sequencer: what a machine without /dev/snd does not have. ``library.py`` leads to it.

The real alsa-midi runs on it, with its events, its parser and its structures in C. The kernel's clock is
everybody's clock: it moves when somebody sleeps.
"""

from __future__ import annotations

import os
import select
from collections import deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ORIGIN = 7_000_000_123  # ns on our clock at which the queue's clock started from 0
OURS, KEYBOARD, SYNTH = 128, 20, 24
MS = 1_000_000
READS, WRITES = 0x21, 0x42  # what a port that sends, and one that takes, lets others do
OTHERS = {
    0: ("System", [(1, "Announce", READS)]),
    KEYBOARD: ("Keystation", [(0, "Keystation MIDI 1", READS)]),
    SYNTH: ("Prophet", [(0, "Prophet MIDI 1", WRITES)]),
}
"""Client: its name, and its ports."""


class Sent(NamedTuple):
    """What left: when, from which port of ours, the bytes, and the queue's time it was asked for."""

    time: int
    port: str
    data: bytes
    asked: int | None


class Exit(NamedTuple):
    """A port has gone, or with ``port`` None a client."""

    client: int
    port: int | None


class Subscription(NamedTuple):
    """Somebody has connected ``client`` to the port that is told so, or has taken that away."""

    client: int
    on: bool


@dataclass
class Kernel:
    """Set what is to go wrong; read ``sent``."""

    now: int = ORIGIN + 5 * MS
    room: int = 500  # events that the output pool still takes
    stopped: bool = False  # the queue's clock stands still
    timers: tuple[int, ...] = (0, 3)  # numbers of the global timers that can be opened; 3 is the HR timer
    runs: bool = True
    sent: list[Sent] = field(default_factory=list)
    queued: list[tuple[int, int, str, bytes]] = field(default_factory=list)  # time, tag, port, data
    arriving: deque[Any] = field(default_factory=deque)  # events, or error numbers
    # What arrives by itself: when, what, and unless it is "Descant in" where; or what is to be called.
    script: list[tuple[Any, ...]] = field(default_factory=list)
    others: dict[int, Any] = field(default_factory=lambda: dict(OTHERS))
    connected: list[tuple[str, int, int]] = field(default_factory=list)
    stamped: set[str] = field(default_factory=set)
    ports: dict[int, str] = field(default_factory=dict)  # ours
    closed_ports: list[tuple[int, str]] = field(default_factory=list)  # when, which of ours
    timer: tuple[int, int] | None = None  # number and frequency asked for
    refuses_connections: bool = False
    closed: bool = False

    def __post_init__(self) -> None:
        self.pipe = os.pipe()  # stands for the sequencer's descriptor
        self.buffer: list[Any] = []  # alsa-lib's own, before it is drained
        self._stopped_at = 0

    # -- the clock, for the modules under test ---------------------------------------------------------

    def monotonic_ns(self) -> int:
        self.now += 1000
        return self.now

    def sleep(self, seconds: float) -> None:
        self._run_to(self.now + round(seconds * 1e9))

    def select(
        self, readers: list[int], writers: list[int], errors: list[int], timeout: float | None = None
    ) -> tuple[list[int], list[int], list[int]]:
        ready = select.select(readers, [], [], 0)[0]
        while not ready and timeout != 0:
            until = None if timeout is None else self.now + round(timeout * 1e9)
            due = min((at for at, *_ in self.script), default=None)
            if until is None and due is None:
                return select.select(readers, [], [], 20)
            self._run_to(min(time for time in (until, due) if time is not None))
            ready = select.select(readers, [], [], 0)[0]
            if until is not None and self.now >= until:
                break
        return ready, [], []

    def _run_to(self, time: int) -> None:
        self.now = max(self.now, time)
        for item in sorted(self.script, key=lambda item: item[0]):
            at, event, *to = item
            if at <= self.now:
                self.script.remove(item)
                if callable(event):
                    event()
                else:
                    self.arrive(event, at, *to)
        self.deliver()

    # -- the queue -------------------------------------------------------------------------------------

    @property
    def queue_time(self) -> int:
        return (self._stopped_at if self.stopped else self.now) - ORIGIN

    def stop(self) -> None:
        self._stopped_at, self.stopped = self.now, True

    def deliver(self) -> None:
        due = [event for event in self.queued if event[0] <= self.queue_time]
        for at, _, port, data in sorted(due, key=lambda event: event[0]):
            self.sent.append(Sent(at + ORIGIN, port, data, at))
        self.queued = [event for event in self.queued if event not in due]
        self.room = 500 if due else self.room

    # -- what arrives ----------------------------------------------------------------------------------

    def arrive(self, event: Any, at: int | None = None, to: str = "Descant in") -> None:
        """``event``: bytes, an Exit, a Subscription, or a negative error number."""
        self.arriving.append((event, self.now if at is None else at, to))
        os.write(self.pipe[1], b".")

    # -- who comes and goes ----------------------------------------------------------------------------

    def unplug(self, client: int) -> None:
        """It exits: its ports are announced to have gone, and so is it."""
        _, ports = self.others.pop(client)
        for number, *_ in ports:
            self.arrive(Exit(client, number), to="watch")
        self.arrive(Exit(client, None), to="watch")
        self.connected = [each for each in self.connected if each[1] != client]

    def plug(self, client: int, like: int) -> None:
        """A device that ``OTHERS`` knows as ``like`` is there as ``client``."""
        self.others[client] = OTHERS[like]
