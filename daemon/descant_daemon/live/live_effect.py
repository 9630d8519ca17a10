"""The effect as a back-end drives it: its questions go to the engine process, control and tape look on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import SimpleQueue

from descant_daemon.effect.effect import Effect
from descant_daemon.live.control.control_link import ControlLink
from descant_daemon.live.control.panel import Command
from descant_daemon.live.control.status import Snapshot, snapshot
from descant_daemon.live.engine.engine_link import EngineLost
from descant_daemon.live.engine.engine_pool import EnginePool
from descant_daemon.tape.cycle import LeavingOut, NewRig, News, play_cycle
from descant_daemon.tape.recorder import Recorder
from descant_daemon.tape.take_line import Item
from descant_routing.timed import Timed

STATUS_EVERY = 50_000_000  # ns
MOST_COMMANDS = 4  # a cycle: a flood of them must not hold up the music


class LiveEffect:
    """``cycle`` and ``next_deadline`` are for the back-end's thread; the requests may come from any."""

    def __init__(
        self,
        effect: Effect,
        link: EnginePool,
        control: ControlLink | None = None,
        recorder: Recorder | None = None,
        now: int = 0,
    ) -> None:
        """``link`` must be ready. ``now``, ns: where the first cycle begins."""
        self._effect = effect
        self._link = link
        self._control = control
        self._recorder = recorder
        self._reached = now  # where the last cycle ended, and the next begins
        self._shown = 0
        self._close = threading.Event()
        self._requests: SimpleQueue[tuple[str, int]] = SimpleQueue()  # what, and when if that matters
        self._rigs: SimpleQueue[NewRig] = SimpleQueue()
        self._programs: list[str] = []  # that play
        self._cables: list[Item] = []  # that were pulled or put back since the last cycle
        self.closed = threading.Event()
        self.faults: SimpleQueue[str] = SimpleQueue()
        """What came from outside and could not be taken, for another thread to say."""
        self.facts: Snapshot = {}
        """The back-end's, for the status; replaced now and then by another thread."""

    @property
    def reached(self) -> int:
        """How far the cycles have come, ns; it stands still when they do."""
        return self._reached

    def _told_by(self, effect: Effect) -> list[News]:
        """What the tape is to know of the effect: captures that were asked for, presets that have begun."""
        told: list[News] = [(wish,) for wish in effect.wishes]
        effect.wishes.clear()
        programs = [part.programs.current.name for part in effect.parts]
        if programs != self._programs:
            told += (
                [("mark", each) for each in programs if each not in self._programs] if self._programs else []
            )
            self._programs = programs
        return told

    def request_tap(self, now: int) -> None:
        """Somebody tapped the tempo at ``now``, on the back-end's axis."""
        self._requests.put(("tap", now))

    def request_start(self, at: int) -> None:
        """Our own clock is to start at ``at``."""
        self._requests.put(("start", at))

    def request_panic(self) -> None:
        """At the next cycle, end every note."""
        self._requests.put(("panic", 0))

    def request_capture(self) -> None:
        """That was good: the last bars are to be kept."""
        self._requests.put(("capture", 0))

    def request_rig(self, rig: NewRig) -> None:
        """At the next cycle, another rig; its models are loaded, its outputs open."""
        self._rigs.put(rig)

    def request_close(self) -> None:
        """At the next cycle, end every note for good; ``closed`` is set when it has been returned."""
        self._close.set()

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        """Feed, advance, ask; see ``Driven``."""
        if self.closed.is_set():
            return ()
        effect, close = self._effect, self._close.is_set()
        begin = min(
            self._reached, until
        )  # what the back-end said when it began may have been a little early or late
        faults: list[str] = []
        news = self._news(begin, faults)
        faults += play_cycle(effect, begin, until, news, arrived, close=close)
        self._reached = until
        for ask in effect.asks():
            asked = False
            with LeavingOut(faults):
                asked = self._link.ask(ask, until)
            if not asked:
                news.append(("unasked", ask.instance, ask.serial))
        news += self._told_by(effect)
        sent = effect.messages()
        if close:
            news.append(("close",))
        with LeavingOut(faults):
            if self._recorder is not None:
                self._recorder.cycle(begin, until, news, arrived, sent)
        with LeavingOut(faults):
            if self._control is not None and until - self._shown >= STATUS_EVERY:
                self._shown = until
                self._control.show(snapshot(effect, engine=self._link.ready) | self.facts)
        if close:
            self.closed.set()
        with LeavingOut(faults):
            self._link.ring()  # last: where the engine takes our processor, everything is done
        for fault in faults:
            self.faults.put(fault)
        return sent

    def settle(self) -> None:
        """See ``Driven``; a DAW that exports waits for every answer, so its file has every note."""
        faults: list[str] = []
        with LeavingOut(faults):
            self._link.settle()
        for fault in faults:
            self.faults.put(fault)

    def next_deadline(self) -> int | None:
        """See ``Driven``; none once everything has ended."""
        return None if self.closed.is_set() else self._effect.next_deadline()

    def unplugged(self, port: str, now: int) -> None:  # noqa: ARG002 - it is when the next cycle begins
        """See ``Driven``; the effect hears of it at the beginning of the next cycle."""
        self._cables.append(("unplugged", port))

    def plugged(self, port: str, now: int) -> None:  # noqa: ARG002
        """See ``unplugged``."""
        self._cables.append(("plugged", port))

    def _news(self, begin: int, faults: list[str]) -> list[News]:
        """From the other processes and threads."""
        news: list[News] = []
        with LeavingOut(faults):
            news += [("lost",) if isinstance(item, EngineLost) else item for item in self._link.answers()]
        news += self._cables
        self._cables = []
        while not self._requests.empty():
            what, at = self._requests.get_nowait()
            news.append((what, at - begin) if what in ("tap", "start") else (what,))
        while not self._rigs.empty():
            news.append(self._rigs.get_nowait())
        with LeavingOut(faults):
            for command in () if self._control is None else self._control.commands(MOST_COMMANDS):
                if (item := _item(command)) is not None:
                    news.append(item)
        return news


def _item(command: Command) -> Item | None:
    """What control wants, as news."""
    match command:
        case {"panic": True}:
            return ("panic",)
        case {"tap": True}:
            return "tap", 0
        case {"capture": True}:
            return ("capture",)
        case {"act": str(action)}:
            return "act", action
        case {"set": dict(values)}:
            return "set", values
        case _:
            return None
