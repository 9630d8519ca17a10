"""The thread that drives the effect where the system does not call it: it waits, asks, hands over, ends."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from descant_routing.errors import DescantError
from descant_routing.ports.cable import C
from descant_routing.ports.inbox import InOrder
from descant_routing.ports.priority import ask_for_realtime
from descant_routing.ports.punctuality import Punctuality, SpinWindow
from descant_routing.ports.wiring import Wired
from descant_routing.timed import Timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from descant_routing.ports.api import Driven
    from descant_routing.ports.wiring import Wiring

_CLOSING = 2.0  # s that closing may take
_LONGEST = 60_000_000_000  # ns of sleep at a time
_AHEAD = 4_500_000  # ns: the most by which a thread is woken early to hand over ahead of time
_WORK = 500_000  # ns that the effect may take to say what is due


class ThreadedBackend(Wired[C], ABC):
    """What RtMidi, ALSA's queue and CoreMIDI have in common. Times are ``time.monotonic_ns``.

    A subclass says how to wait, read and send; those methods are called from the one thread.

    ``wiring`` is open.
    """

    polls = False
    """Whether nobody tells what goes, so that ``look`` has to."""

    periodic = False
    ahead = False
    """Whether the system takes a message ahead of its time and sends it at its time by itself."""

    def __init__(self, name: str, wiring: Wiring[C]) -> None:
        self.name = name
        self.error: Exception | None = None
        """What the effect failed with, once it has."""
        self.punctuality = Punctuality()
        """How late messages that were due at a deadline were handed to the system."""
        self.priority = "not started"
        """A sentence: what priority the thread has got."""
        self.dropped = 0
        """How many messages were for an output that is not there."""
        self._wiring = wiring
        self._order = InOrder()
        self._send_ahead(self.ahead)
        self._thread: threading.Thread | None = None
        self._closing = False
        self._lost: str | None = None

    def now(self) -> int:
        """The monotonic clock."""
        return time.monotonic_ns()

    def start(self, driven: Driven) -> None:
        """Begin to drive ``driven``, in a thread of its own."""
        self._wiring.start()
        self._thread = threading.Thread(target=self._run, args=(driven,), name="descant io", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """See who has gone, and take up again who is back."""
        self._wiring.look(self.polls)

    @abstractmethod
    def wake(self) -> None:
        """Ask for a cycle at once; from any thread."""

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

    def facts(self) -> dict[str, float]:
        """How late it sends what is due at a deadline, ms."""
        late = self.punctuality
        return {
            "deadlines": late.count,
            "lateness_p50_ms": late.p50 / 1e6,
            "lateness_p99_ms": late.p99 / 1e6,
            "lateness_worst_ms": late.worst / 1e6,
            "dropped": self.dropped,
        }

    @property
    def lost(self) -> str | None:
        """Why there is nothing to hear any more, if so."""
        return self._lost

    # -- what a system is asked ----------------------------------------------------------------------------

    @abstractmethod
    def _wait(self, seconds: float | None) -> None:
        """Sleep until something arrives or ``wake`` is called, or for ``seconds``; None: for ever."""

    @abstractmethod
    def _has_news(self) -> bool:
        """Whether something has arrived, or somebody has called ``wake``."""

    @abstractmethod
    def _take(self) -> list[Timed]:
        """What has arrived by each input, stamped."""

    @abstractmethod
    def _send(self, at: int, data: bytes, cable: C) -> None:
        """``data`` is to leave by ``cable`` at the time ``at``, or now if that is past.

        A named other end that does not take it is ``missed``; DescantError when nothing leaves any more.
        """

    def _flush(self) -> None:
        """A cycle has sent all that it sends. DescantError when nothing leaves any more."""

    def _emptied(self) -> bool:
        """Whether everything that was sent has been handed over and sent."""
        return True

    def _finish(self) -> None:
        """Whatever was handed over ahead of time must have left, or be sent now. Then the ports go."""

    @abstractmethod
    def _leave(self) -> None:
        """Close the ports. Safe to call twice."""

    # -- the driving thread --------------------------------------------------------------------------------

    def _send_ahead(self, ahead: bool) -> None:
        """Whether messages are handed over before they are due, or at their time after a spin."""
        self.ahead = ahead
        self._sleep = SpinWindow(_AHEAD) if ahead else SpinWindow()

    def _run(self, driven: Driven) -> None:
        self.priority = ask_for_realtime()
        self._take()  # what came before it was ready is past
        self._drive(driven, wait=False)  # a call of ``wake`` may have been among it
        while not self._closing and self._lost is None:
            self._drive(driven)
        if self._lost is None:
            self._drive(driven, wait=False)
        self._end_all()
        self._finish()
        self._leave()

    def _drive(self, driven: Driven, wait: bool = True) -> None:
        """One cycle: wait for a message or the effect's deadline, call the effect, hand over what it says."""
        try:
            deadline = driven.next_deadline()
            if wait:
                self._sleep_until(deadline)
            first = self._wiring.tell(driven, time.monotonic_ns())
            arrived = self._order.merge(self._take())
            until = self._horizon(deadline)
            answer = driven.cycle(arrived, until)
        except Exception as error:  # noqa: BLE001 - whatever it is, the notes must end and it must be said
            self.error = error
            self._lost = f"the effect has failed, its notes were ended: {type(error).__name__}: {error}"
            return
        self._hand_over([*first, *answer] if first else answer)
        if answer and deadline is not None and deadline < until:
            now = time.monotonic_ns()
            for at, *_ in answer:
                self.punctuality.note(now - max(at, deadline))
        if self._wiring.turning:
            self._hand_over(self._wiring.last_words(time.monotonic_ns()))
            self._wiring.turn()
        if self._wiring.leaving and self._emptied():
            self._wiring.release()

    def _horizon(self, deadline: int | None) -> int:
        """Up to where the effect is asked: now, or where messages can be handed over ahead, its deadline.

        No further than the deadline: what has not arrived yet can still change what comes after it.
        """
        now = time.monotonic_ns()
        if self.ahead and deadline is not None and now < deadline <= now + self._sleep.window + _WORK:
            return deadline + 1
        return now + 1

    def _hand_over(self, messages: Sequence[Timed]) -> None:
        outputs = self._wiring.outputs
        try:
            for at, data, label in messages:
                cable = outputs.get(label)
                if cable is None:
                    self.dropped += 1
                    continue
                if cable.waits is None:
                    self._send(at, data, cable)
                cable.sounding.watch(data)
            self._flush()
        except DescantError as error:
            self._lost = self._lost or str(error)

    def _end_all(self) -> None:
        now = time.monotonic_ns()
        for label, cable in self._wiring.outputs.items():
            self._hand_over([Timed(now, data, label) for data in cable.sounding.end()])

    def _sleep_until(self, deadline: int | None) -> None:
        """Until something arrives, or a little before ``deadline``; then spin, or hand over ahead."""
        if self._has_news():
            return
        if deadline is None:
            self._wait(None)
            return
        now = time.monotonic_ns()
        early = self._sleep.window + (_WORK if self.ahead else 0)
        sleep = min(deadline - early - now, _LONGEST)
        if sleep > 0:
            self._wait(sleep / 1e9)
            if self._has_news():
                return
            self._sleep.overslept(time.monotonic_ns() - now - sleep)
        if sleep < _LONGEST and not self.ahead:
            while not self._has_news() and time.monotonic_ns() < deadline:
                pass
