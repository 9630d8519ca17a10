"""The effect as a back-end drives it: its questions go to the engine process, control looks on."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from queue import SimpleQueue

from descant_daemon.effect.effect import Effect
from descant_daemon.live.control_link import ControlLink
from descant_daemon.live.engine_link import EngineLink, EngineLost
from descant_daemon.live.panel import Command
from descant_daemon.live.status import snapshot
from descant_routing.errors import UsageError
from descant_routing.timed import Timed

STATUS_EVERY = 50_000_000  # ns
MOST_COMMANDS = 4  # a cycle: a flood of them must not hold up the music


class LiveEffect:
    """``cycle`` and ``next_deadline`` are for the back-end's thread; the requests may come from any."""

    def __init__(self, effect: Effect, link: EngineLink, control: ControlLink | None = None) -> None:
        """``link`` must be ready."""
        self._effect = effect
        self._link = link
        self._control = control
        self._reached = 0  # where the last cycle ended, and the next begins
        self._shown = 0
        self._panic = threading.Event()
        self._close = threading.Event()
        self._taps: SimpleQueue[int] = SimpleQueue()
        self.closed = threading.Event()
        self.facts: dict[str, float] = {}
        """The back-end's, for the status; replaced now and then by another thread."""

    @property
    def reached(self) -> int:
        """How far the cycles have come, ns; it stands still when they do."""
        return self._reached

    def request_tap(self, now: int) -> None:
        """Somebody tapped the tempo at ``now``, on the back-end's axis."""
        self._taps.put(now)

    def request_panic(self) -> None:
        """At the next cycle, end every note."""
        self._panic.set()

    def request_close(self) -> None:
        """At the next cycle, end every note for good; ``closed`` is set when it has been returned."""
        self._close.set()

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        """Feed, advance, ask; see ``Driven``."""
        if self.closed.is_set():
            return ()
        effect, begin = self._effect, self._reached
        self._take_news(begin)
        for event in arrived:
            effect.advance(event.time)
            effect.feed(event)
        if self._close.is_set():
            effect.panic(begin)
            self.closed.set()
        else:
            effect.advance(until)
        self._reached = until
        for ask in effect.asks():
            self._link.ask(ask, until)
        if self._control is not None and until - self._shown >= STATUS_EVERY:
            self._shown = until
            self._control.show(snapshot(effect, engine=self._link.ready) | self.facts)
        return effect.messages()

    def next_deadline(self) -> int | None:
        """See ``Driven``."""
        return self._effect.next_deadline()

    def unplugged(self, port: str, now: int) -> None:
        """See ``Driven``."""
        self._effect.unplugged(port, now)

    def plugged(self, port: str, now: int) -> None:
        """See ``Driven``."""
        self._effect.plugged(port, now)

    def _take_news(self, begin: int) -> None:
        """From the other processes and threads."""
        effect = self._effect
        for item in self._link.answers():
            if isinstance(item, EngineLost):
                effect.engine_lost(begin)
            else:
                effect.take(item)
        if self._panic.is_set():
            self._panic.clear()
            effect.panic(begin)
        while not self._taps.empty():
            effect.tap(self._taps.get_nowait())
        if self._control is not None:
            for command in self._control.commands(MOST_COMMANDS):
                self._obey(command, begin)

    def _obey(self, command: Command, now: int) -> None:
        match command:
            case {"panic": True}:
                self._effect.panic(now)
            case {"tap": True}:
                self._effect.tap(now)
            case {"set": dict(values)}:
                with contextlib.suppress(UsageError):  # control has said so where somebody can read it
                    self._effect.change(values, now)
            case _:
                pass
