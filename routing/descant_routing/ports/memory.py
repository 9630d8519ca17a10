"""The back-end without a MIDI system: time is a number that is run forward. For tests, demo and render."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from descant_routing.timed import Timed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from descant_routing.ports.backend import Driven

_PATIENCE = 1000  # cycles at one instant, after which the effect is stuck rather than busy


class MemoryBackend:
    """Give it messages with their times, run it up to a time, read what was sent from ``sent``.

    ``Driven.cycle`` is called exactly at each arrival and each deadline; the cycle of the instant ``t`` ends
    before ``t + 1``, and what it returns is sent at ``t``. An exception in the effect reaches the caller.
    """

    name = "memory"
    input = "memory in"
    output = "memory out"
    periodic = True

    def __init__(self, now: int = 0) -> None:
        """``now`` is the time, in ns, at which the clock stands."""
        self.sent: list[Timed] = []
        """Everything that has gone out, in order, each message with the time at which it did."""
        self._now = now
        self._serial = 0
        self._waiting: list[tuple[int, int, bytes, str]] = []  # heap of (time, serial, data, port)
        self._driven: Driven | None = None
        self._woken = False
        self._lost: str | None = None

    def now(self) -> int:
        """Where the virtual clock stands."""
        return self._now

    def start(self, driven: Driven) -> None:
        """From here on ``run_until`` drives ``driven``."""
        self._driven = driven

    def wake(self) -> None:
        """The next ``run_until`` begins with a cycle at the present time. May be called from any thread."""
        self._woken = True

    def inject(self, events: Iterable[Timed]) -> None:
        """Put messages on the input cable, in any order; equal times keep theirs. ValueError for the past."""
        for time, data, port in events:
            if time < self._now:
                raise ValueError(f"a message at {time} ns cannot arrive: it is already {self._now} ns")
            heapq.heappush(self._waiting, (time, self._serial, data, port))
            self._serial += 1

    def run_until(self, time: int) -> None:
        """Let the clock run up to and including ``time`` ns. ValueError if that is in the past."""
        if time < self._now:
            raise ValueError(f"the clock cannot run back to {time} ns: it is already {self._now} ns")
        if self._woken:
            self._cycle(self._now)
        cycles = 0
        while (due := self._next_due()) is not None and due <= time:
            cycles = cycles + 1 if due <= self._now else 0
            if cycles > _PATIENCE:
                raise RuntimeError(f"the effect keeps asking for a cycle at {due} ns, which it has had")
            self._cycle(max(due, self._now))
        self._now = time

    def lose(self, sentence: str) -> None:
        """The cable is pulled: nothing arrives or leaves any more, and ``lost`` says ``sentence``."""
        self._lost = sentence
        self._driven = None

    def close(self) -> None:
        """One last cycle at the present time, then silence."""
        if self._driven is not None:
            self._cycle(self._now)
        self._driven = None

    def facts(self) -> dict[str, float]:
        """Nothing is ever late here."""
        return {}

    @property
    def lost(self) -> str | None:
        """What ``lose`` said, else None."""
        return self._lost

    def _next_due(self) -> int | None:
        if self._driven is None:
            return None
        deadline = self._driven.next_deadline()
        arrival = self._waiting[0][0] if self._waiting else None
        return min((time for time in (deadline, arrival) if time is not None), default=None)

    def _cycle(self, time: int) -> None:
        self._now = time
        self._woken = False
        arrived: list[Timed] = []
        while self._waiting and self._waiting[0][0] <= time:
            at, _, data, port = heapq.heappop(self._waiting)
            arrived.append(Timed(at, data, port))
        if self._driven is not None:
            sent = self._driven.cycle(arrived, time + 1)
            self.sent += [Timed(time, data, port) for _, data, port in sent]
