"""The engine process: answers what is asked in shared memory, thinks ahead, and is warm when the tick comes.

Started by ``live/engine/engine_link.py``; ends when its standard input does, so it never outlives io.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import time
from collections.abc import Sequence
from typing import IO

from descant_daemon.engine.asking import Answer, Ask, rounds
from descant_daemon.engine.engine import Engine
from descant_daemon.families import model_of
from descant_daemon.families.step_cost import step_cost
from descant_daemon.live.engine.cargo import unload
from descant_daemon.live.engine.desk import SIZE, Desk, ready
from descant_daemon.live.processes.doorbell import Doorbell
from descant_daemon.live.processes.rank import ENGINE, take_rank
from descant_daemon.live.processes.shared import Shared
from descant_daemon.live.terminal import say
from descant_daemon.model.model_files import check_model
from descant_routing.errors import DescantError

LEADS = (5_000_000, 2_200_000)  # ns before the tick at which to warm up: cold first, then quickly


class EngineLoop:
    """Between the desk and the engine; ``turn`` is one waking."""

    def __init__(self, engine: Engine, desk: Desk, bell: Doorbell, answered: IO[bytes] | None) -> None:
        """``answered``: where to write a byte when there are answers; None when io looks by itself."""
        self._engine = engine
        self._desk = desk
        self._bell = bell
        self._answered = answered
        self._last: list[Ask] = []
        self._warm_at: list[int] = []  # ns, the next one first
        self._said: set[str] = set()

    def run(self) -> None:
        """Until io is gone."""
        while self._bell.wait(self._timeout()):
            self.turn()

    def turn(self) -> None:
        """Answer everything that is asked, then use the time."""
        while self._answer():
            pass
        # One instance at a time: a key that is pressed meanwhile waits for no more than one of them.
        while self._engine.think_ahead():
            self._answer()
        if self._warm_at and time.monotonic_ns() >= self._warm_at[0]:
            self._warm_at.pop(0)
            self._engine.warm(self._desk.rehearse(self._last))

    def _answer(self) -> bool:
        asks = self._desk.asks()
        for batch in rounds(asks):
            for answer in self._answers(batch):
                self._desk.put_answer(answer)
            if self._answered is not None:
                self._answered.write(b".")
                self._answered.flush()
        if asks:
            self._last, now = asks, time.monotonic_ns()
            ahead = max(ask.ahead for ask in asks)
            self._warm_at = [now + ahead - lead for lead in LEADS if ahead > lead]
        return bool(asks)

    def _answers(self, batch: list[Ask]) -> Sequence[Answer]:
        """None where a question cannot be answered: its step is late, the song goes on."""
        try:
            return self._engine.answer_all(batch)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next question may be a better one
            said = f"the engine could not answer: {type(error).__name__}: {error}"
            if said not in self._said:
                self._said.add(said)
                say(f"descant: {said}")
            return ()

    def _timeout(self) -> float | None:
        return max(0.0, (self._warm_at[0] - time.monotonic_ns()) / 1e9) if self._warm_at else None


def main() -> None:
    """``python -m descant_daemon.live.engine.engine_process HANDLE INSTANCES WAKES CARGO SIZE``."""
    handle, instances, wakes, *cargo = sys.argv[1:]
    answered = os.fdopen(os.dup(1), "wb") if wakes == "wakes" else None
    os.dup2(2, 1)  # nothing but bells may reach the pipe, whatever a library prints
    desk = Desk(Shared.attach(handle, SIZE))
    try:
        models = [model_of(check_model(files)) for files in unload(*cargo)]
        take_rank(ENGINE)
        for model in models:
            model.warm()
        costs = [step_cost(model) for model in models]
    except DescantError as error:
        desk.say(str(error).encode())
        return
    engine = Engine(*models, instances=int(instances))
    gc.collect()
    gc.freeze()
    gc.disable()  # asks and answers leave no cycles behind
    desk.say(ready(costs))
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):  # io is gone: so is the engine
        EngineLoop(engine, desk, Doorbell(), answered).run()


if __name__ == "__main__":
    main()
