"""io's end of the engine: asks it, collects its answers, sees to it that there is one."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Sequence

from descant_daemon.effect.events import EngineLost
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.live.engine.cargo import Cargo
from descant_daemon.live.engine.desk import SIZE, Desk, costs_of
from descant_daemon.live.processes.shared import Shared
from descant_daemon.live.processes.worker import Worker
from descant_daemon.live.terminal import say
from descant_daemon.model.model_files import ModelBytes
from descant_routing.errors import DescantError

MODULE = "descant_daemon.live.engine.engine_process"
MOST_STARTS = 3  # before it has ever been ready; then something is wrong that no further start will mend
HUNG = 3_000_000_000  # ns without an answer, and the engine is taken for dead
LOOK = 0.005  # s between two looks whether it is ready
SETTLE = 0.0002  # s between two looks for an answer that is waited for


class EngineLink:
    """``ask``, ``ring`` and ``answers`` belong to the io thread and never block; no thread of ours runs between them.

    (One does where the back-end must be woken by an answer: RtMidi's.)
    """

    def __init__(
        self, models: Sequence[ModelBytes], instances: int = 1, wake: Callable[[], None] | None = None
    ) -> None:
        """``models`` may be named by number in an ask; an engine that is started again plays from the same bytes.

        ``wake`` is called, from a thread, when there are answers; None where io looks anyway.
        """
        self._wake = wake
        self._desk: Desk | None  # made before each start; None while there is no engine
        self._deaths = self._deaths_told = 0
        self._asked_at: int | None = None  # the first question since the last answer
        self._is_ready = False
        self.costs: list[int] = []
        """What a step costs with each model, ns, once it is ready; an engine that is started again changes nothing."""
        self._was_ready = False  # once; from then on a refusal is said and not raised
        self._refusal = ""  # that was said last
        self._put = False  # something that the engine has not been woken for
        self._open: dict[int, int] = {}  # the last question of each instance, by serial, while it is open
        self._early: list[Answer] = []  # read by ``settle``
        cargo = Cargo(models)
        arguments = [str(instances), "wakes" if wake else "looks", *cargo.arguments]
        output = subprocess.PIPE if wake else subprocess.DEVNULL
        self._worker = Worker(
            MODULE, arguments, SIZE, self._begin, self._died, output, inherited=[cargo.shared]
        )
        if wake is not None:
            threading.Thread(target=self._listen, name="engine-answers", daemon=True).start()

    @property
    def pid(self) -> int:
        """The engine's process id."""
        return self._worker.process.pid

    @property
    def ready(self) -> bool:
        """Whether it can be asked."""
        return self._is_ready

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Until the engine can be asked; DescantError when it refuses its model or does not come up."""
        until = time.monotonic() + timeout
        while not self.look():
            if time.monotonic() > until:
                raise DescantError(f"The engine did not get ready within {timeout:.0f} s.")
            if self._worker.starts > MOST_STARTS and not self._was_ready:
                raise DescantError(f"The engine died {MOST_STARTS} times before it was ready.")
            time.sleep(LOOK)

    def ask(self, ask: Ask, now: int = 0) -> bool:
        """Put a question, to be read at the next ``ring``; False when the engine is away or far behind (the step
        will be counted late).

        ``now``, ns, serves to notice an engine that hangs.
        """
        desk = self._desk
        if desk is None or not (self._is_ready or self._says_ready(desk)):
            return False
        if self._asked_at is None:
            self._asked_at = now
        elif now - self._asked_at > HUNG:  # whether there is room for one more question or not
            self._asked_at = None
            self._worker.kill()
        if not desk.put_ask(ask):
            return False
        self._put = True
        self._open[ask.instance] = ask.serial
        return True

    def ring(self) -> None:
        """Wake the engine where something was asked: of two questions that belong together it must see both."""
        if self._put:
            self._put = False
            self._worker.ring()

    def answers(self) -> list[Answer | EngineLost]:
        """What has come since the last call."""
        if self._deaths_told != self._deaths:
            self._deaths_told = self._deaths
            self._asked_at = None
            self._open.clear()
            self._early = []
            return [EngineLost()]
        self._collect()
        collected, self._early = self._early, []
        return [*collected]

    def settle(self) -> None:
        """Wait until the last question of each instance is answered, or the engine has died or hangs."""
        until = time.monotonic_ns() + HUNG
        while self._open and self._deaths_told == self._deaths and time.monotonic_ns() < until:
            if not self._collect():
                time.sleep(SETTLE)

    def _collect(self) -> bool:
        """Read what has come; whether anything has."""
        desk = self._desk
        come = [] if desk is None else [*desk.answers()]
        for answer in come:
            if self._open.get(answer.instance) == answer.serial:
                del self._open[answer.instance]
        if come:
            self._asked_at = None
            self._early += come
        return bool(come)

    def close(self) -> None:
        """End the engine process, within a second."""
        self._worker.close()

    # -- from the worker's thread --------------------------------------------------------------------

    def _begin(self, shared: Shared) -> None:
        self._is_ready = False
        self._desk = Desk(shared)

    def _died(self) -> None:
        state = None if self._desk is None else self._desk.state()
        self._desk, self._is_ready = None, False
        if self._was_ready and state is not None and costs_of(state) is None:
            self._tell(state.decode(errors="replace"))
        self._deaths += 1
        if self._wake is not None:
            self._wake()

    def look(self) -> bool:
        """Has it said that it is ready? Raises DescantError when it has refused its model and never was ready."""
        desk = self._desk
        state = None if desk is None else desk.state()
        if state is not None and costs_of(state) is None and not self._was_ready:
            raise DescantError(state.decode(errors="replace"))
        return desk is not None and self._says_ready(desk)

    def _says_ready(self, desk: Desk) -> bool:
        costs = costs_of(desk.state())
        self._is_ready = costs is not None
        self._was_ready |= self._is_ready
        self.costs = self.costs or costs or []
        return self._is_ready

    def _tell(self, refusal: str) -> None:
        """The show goes on without it, and another is tried; each reason is said once."""
        if refusal != self._refusal:
            self._refusal = refusal
            say(f"descant: the engine cannot be started again: {refusal}")

    def _listen(self) -> None:
        """Each byte from the engine says that there are answers."""
        while True:
            process = self._worker.process
            pipe = process.stdout
            assert pipe is not None  # a pipe was asked for
            while pipe.read1(64):  # type: ignore[attr-defined]
                assert self._wake is not None
                self._wake()
            process.wait()
            while self._worker.process is process:
                time.sleep(LOOK)
