"""The cables in use, as the thread that drives the effect sees them: exchanged, and told of, between two cycles."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic

from descant_routing.errors import DescantError
from descant_routing.ports.cable import C
from descant_routing.timed import Timed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from descant_routing.ports.api import Driven

_ANSWER = 2.0  # s that the driving thread has to let go of cables


class Exchange(Generic[C]):
    """Cables that come in one moment for others that leave.

    ``inputs`` and ``outputs``: all of them afterwards; ``leaving``: who is not among them any more.
    """

    def __init__(self, inputs: Mapping[str, C], outputs: Mapping[str, C], leaving: tuple[C, ...]) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.leaving = leaving
        self.taken = False
        self.refused = False
        self.done = threading.Event()


class Switchboard(Generic[C]):
    """``tell``, ``last_words``, ``turn`` and ``release`` are for the driving thread, ``say`` for any.

    ``inputs`` and ``outputs`` are replaced, never changed.

    ``title``: the MIDI system's. ``wake``: see ``Backend``.
    """

    def __init__(self, title: str, wake: Callable[[], None]) -> None:
        self.title = title
        self.inputs: Mapping[str, C] = {}
        """The inputs, by label."""
        self.outputs: Mapping[str, C] = {}
        """The outputs, by label."""
        self.leaving: tuple[C, ...] = ()
        """Cables of which the last messages may still be on their way; see ``release``."""
        self._wake = wake
        self._news: deque[tuple[C, bool] | Exchange[C]] = deque()
        self._turning: Exchange[C] | None = None
        self._releasing: Exchange[C] | None = None
        self._lock = threading.Lock()  # round what two threads decide, and for an instant only

    @property
    def every(self) -> list[C]:
        """All cables in use."""
        return [*self.inputs.values(), *self.outputs.values()]

    # -- any thread ----------------------------------------------------------------------------------------

    def say(self, cable: C, plugged: bool) -> None:
        """The effect is to know whether somebody is at the other end of ``cable``, should it not know yet."""
        self._news.append((cable, plugged))
        self._wake()

    def exchange(self, exchange: Exchange[C]) -> None:
        """Returns when ``leaving`` have been told and emptied. DescantError if no cycle comes to do it."""
        self._news.append(exchange)
        self._wake()
        if exchange.done.wait(_ANSWER):
            return
        with self._lock:
            exchange.refused = not exchange.taken
        if exchange.refused:
            raise DescantError(f"{self.title} has no cycles any more: the cables stay as they are")

    # -- the driving thread --------------------------------------------------------------------------------

    def tell(self, driven: Driven, now: int) -> list[Timed]:
        """Between two cycles: tell ``driven`` what has come and gone. Returns what is to be sent first."""
        first: list[Timed] = []
        while self._news:
            news = self._news.popleft()
            if isinstance(news, Exchange):
                self._begin(news, driven, now)
                continue
            cable, plugged = news
            side = self.inputs if cable.is_input else self.outputs
            if cable.told == plugged or side.get(cable.label) is not cable:
                continue
            cable.told = plugged
            if plugged:
                first += [Timed(now, data, cable.label) for data in cable.sounding.owed()]
                driven.plugged(cable.label, now)
            else:
                cable.sounding.lose()
                driven.unplugged(cable.label, now)
        return first

    def _begin(self, exchange: Exchange[C], driven: Driven, now: int) -> None:
        """The effect hears by the new inputs already, and speaks by the old outputs for one cycle more."""
        with self._lock:
            exchange.taken = not exchange.refused
        if exchange.refused:
            return
        self._turning = exchange
        self.inputs = exchange.inputs
        for cable in exchange.leaving:
            if cable.told:
                driven.unplugged(cable.label, now)

    @property
    def turning(self) -> bool:
        """After a cycle: whether it was the last one with the old outputs. Then send ``last_words``, and ``turn``."""
        return self._turning is not None

    def last_words(self, now: int) -> list[Timed]:
        """What ends the notes that the effect has left sounding on outputs that leave."""
        leaving = self._turning.leaving if self._turning else ()
        return [Timed(now, data, cable.label) for cable in leaving for data in cable.sounding.end()]

    def turn(self) -> None:
        """From now on the new outputs. ``leaving`` is what still has to be emptied; see ``release``."""
        exchange, self._turning = self._turning, None
        if exchange is None:
            return
        self.outputs, self.leaving = exchange.outputs, exchange.leaving
        self._releasing = exchange
        if not exchange.leaving:
            self.release()

    def release(self) -> None:
        """The last messages of ``leaving`` are out."""
        self.leaving = ()
        if self._releasing is not None:
            self._releasing.done.set()
