"""The back-end without a MIDI system: time is a number that is run forward. For tests, demo and render."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from descant_routing.ports.api import ONE_CABLE, Cables, check_labels, own_name
from descant_routing.ports.cable import Sounding
from descant_routing.timed import Timed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from descant_routing.ports.api import Driven

_PATIENCE = 1000  # cycles at one instant, after which the effect is stuck rather than busy


class MemoryBackend:
    """Give it messages with their times, run it up to a time, read what was sent from ``sent``.

    ``Driven.cycle`` is called exactly at each arrival and each deadline; the cycle of the instant ``t`` ends
    before ``t + 1``, and what it returns is sent at ``t``. An exception in the effect reaches the caller.
    ``unplug`` and ``plug`` do what happens to cables.

    ``now`` is the time, in ns, at which the clock stands. Every cable asked for is there.
    """

    name = "memory"
    periodic = True

    def __init__(self, now: int = 0, cables: Cables = ONE_CABLE) -> None:
        check_labels(cables)
        self.sent: list[Timed] = []
        """Everything that has gone out, in order, each message with the time at which it did."""
        self.dropped = 0
        """How many messages were for an output that is not there."""
        self._cables = cables
        self._outputs = {label: Sounding() for label in cables.outputs}
        self._absent: dict[str, str] = {}
        self._now = now
        self._serial = 0
        self._waiting: list[tuple[int, int, bytes, str]] = []  # heap of (time, serial, data, port)
        self._driven: Driven | None = None
        self._woken = False
        self._lost: str | None = None

    @property
    def inputs(self) -> Mapping[str, str]:
        """``memory in``, or the label."""
        return {label: f"memory {own_name(label, is_input=True)}" for label in self._cables.inputs}

    @property
    def outputs(self) -> Mapping[str, str]:
        """``memory out``, or the label."""
        return {label: f"memory {own_name(label, is_input=False)}" for label in self._outputs}

    @property
    def absent(self) -> Mapping[str, str]:
        """What ``unplug`` has unplugged."""
        return self._absent

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
        """Put messages on the input cables, in any order; equal times keep theirs.

        What is still under way on a cable that is unplugged is lost. ValueError for the past, and for no input.
        """
        for time, data, port in events:
            if port not in self._cables.inputs:
                raise ValueError(f"a message cannot arrive by {port!r}: there is no such input")
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

    def unplug(self, label: str) -> None:
        """Whoever is at the other end of a cable goes; a cycle follows at once, of which that cable hears nothing."""
        self._absent[label] = f"{label or 'the cable'} is unplugged"
        if (sounding := self._outputs.get(label)) is not None:
            sounding.lose()
        if self._driven is not None:
            self._driven.unplugged(label, self._now)
            self._cycle(self._now)

    def plug(self, label: str) -> None:
        """He is back: he is sent the ends that he has missed, and a cycle follows at once."""
        del self._absent[label]
        if (sounding := self._outputs.get(label)) is not None:
            self.sent += [Timed(self._now, data, label) for data in sounding.owed()]
        if self._driven is not None:
            self._driven.plugged(label, self._now)
            self._cycle(self._now)

    def look(self) -> None:
        """Nothing comes or goes by itself."""

    def rewire(self, cables: Cables) -> None:
        """Have these cables; a cycle at once, by the old outputs, in which those that go are unplugged."""
        check_labels(cables)
        before, driven = self._cables, self._driven
        gone = [*_changed(before.inputs, cables.inputs), *_changed(before.outputs, cables.outputs)]
        self._cables = before._replace(inputs=cables.inputs)
        if driven is not None:
            for label in gone:
                driven.unplugged(label, self._now)
            self._cycle(self._now)
        for label in _changed(before.outputs, cables.outputs):
            self.sent += [Timed(self._now, data, label) for data in self._outputs[label].end()]
        self._cables = cables
        self._outputs = {label: self._outputs.get(label, Sounding()) for label in cables.outputs}
        self._absent = {label: why for label, why in self._absent.items() if label not in gone}
        if driven is not None:
            for label in gone:
                if label in cables.inputs or label in cables.outputs:
                    driven.plugged(label, self._now)

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
        return {"dropped": self.dropped}

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
            if port in self._cables.inputs and port not in self._absent:
                arrived.append(Timed(at, data, port))
        if self._driven is not None:
            for _, data, port in self._driven.cycle(arrived, time + 1):
                self._send(Timed(time, data, port))

    def _send(self, message: Timed) -> None:
        sounding = self._outputs.get(message.port)
        if sounding is None:
            self.dropped += 1
            return
        sounding.watch(message.data)
        if message.port not in self._absent:
            self.sent.append(message)


def _changed(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> list[str]:
    """The labels that go, or lead to somebody else."""
    return [label for label, name in before.items() if label not in after or after[label] != name]
