"""The effect as a back-end drives it: its questions go to the engine process, control and tape look on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import SimpleQueue

from descant_daemon.effect.cycle import LeavingOut, play_cycle
from descant_daemon.effect.effect import Effect
from descant_daemon.effect.events import (
    Capture,
    Close,
    DoAction,
    Event,
    Mark,
    NewRig,
    Panic,
    Plugged,
    SetParameters,
    StartClock,
    Tap,
    Unasked,
    Unplugged,
)
from descant_daemon.live.control.control_link import ControlLink
from descant_daemon.live.control.panel import Command
from descant_daemon.live.control.status import Snapshot, snapshot
from descant_daemon.live.engine.engine_pool import EnginePool
from descant_daemon.tape.recorder import Recorder
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
        self._requests: SimpleQueue[Event] = SimpleQueue()
        self._programs: list[str] = []  # that play
        self._cables: list[Event] = []  # that were pulled or put back since the last cycle
        self.closed = threading.Event()
        self.faults: SimpleQueue[str] = SimpleQueue()
        """What came from outside and could not be taken, for another thread to say."""
        self.facts: Snapshot = {}
        """The back-end's, for the status; replaced now and then by another thread."""

    @property
    def reached(self) -> int:
        """How far the cycles have come, ns; it stands still when they do."""
        return self._reached

    def request_tap(self, now: int) -> None:
        """Somebody tapped the tempo at ``now``, on the back-end's axis."""
        self._requests.put(Tap(now))

    def request_start(self, at: int) -> None:
        """Descant's own clock is to start at ``at``."""
        self._requests.put(StartClock(at))

    def request_panic(self) -> None:
        """At the next cycle, end every note."""
        self._requests.put(Panic())

    def request_capture(self) -> None:
        """That was good: the last bars are to be kept."""
        self._requests.put(Capture())

    def request_rig(self, rig: NewRig) -> None:
        """At the next cycle, another rig; its models are loaded, its outputs open."""
        self._requests.put(rig)

    def request_close(self) -> None:
        """At the next cycle, end every note for good; ``closed`` is set when it has been returned."""
        self._close.set()

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        """Feed, advance, ask; see ``Driven``."""
        if self.closed.is_set():
            return ()
        effect, close = self._effect, self._close.is_set()
        begin = min(self._reached, until)  # a first cycle may end before the moment that the back-end told
        faults: list[str] = []
        events = self._events(begin, faults)
        faults += play_cycle(effect, begin, until, events, arrived, close=close)
        self._reached = until
        for ask in effect.asks():
            asked = False
            with LeavingOut(faults):
                asked = self._link.ask(ask, until)
            if not asked:
                events.append(Unasked(ask.instance, ask.serial))
        events += self._told_by(effect)
        sent = effect.messages()
        if close:
            events.append(Close())
        with LeavingOut(faults):
            if self._recorder is not None:
                self._recorder.cycle(begin, until, events, arrived, sent)
        with LeavingOut(faults):
            if self._control is not None and until - self._shown >= STATUS_EVERY:
                self._shown = until
                self._control.show(snapshot(effect, engine=self._link.ready) | self.facts)
        if close:
            self.closed.set()
        with LeavingOut(faults):
            self._link.ring()  # last: where the engine takes Descant's processor, everything is done
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
        self._cables.append(Unplugged(port))

    def plugged(self, port: str, now: int) -> None:  # noqa: ARG002
        """See ``unplugged``."""
        self._cables.append(Plugged(port))

    def _events(self, begin: int, faults: list[str]) -> list[Event]:
        """From the other processes and threads."""
        events: list[Event] = []
        with LeavingOut(faults):
            events += self._link.answers()
        events += self._cables
        self._cables = []
        while not self._requests.empty():
            events.append(self._requests.get_nowait())
        with LeavingOut(faults):
            for command in () if self._control is None else self._control.commands(MOST_COMMANDS):
                if (event := _event(command, begin)) is not None:
                    events.append(event)
        return events

    def _told_by(self, effect: Effect) -> list[Event]:
        """What the tape is to know of the effect: captures that were asked for, presets that have begun."""
        told: list[Event] = [*effect.wishes]
        effect.wishes.clear()
        programs = [part.programs.current.name for part in effect.parts]
        if programs != self._programs:
            if self._programs:
                told += [Mark(each) for each in programs if each not in self._programs]
            self._programs = programs
        return told


def _event(command: Command, now: int) -> Event | None:
    """What control wants; None for what is no command."""
    match command:
        case {"panic": True}:
            return Panic()
        case {"tap": True}:
            return Tap(now)
        case {"capture": True}:
            return Capture()
        case {"act": str(action)}:
            return DoAction(action)
        case {"set": dict(values)}:
            return SetParameters(values)
        case _:
            return None
