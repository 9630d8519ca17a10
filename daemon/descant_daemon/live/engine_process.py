"""The engine process: answers what is asked in shared memory, thinks ahead, and is warm when the tick comes.

Started by ``live/engine_link.py``; ends when its standard input does, so it never outlives io.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import time
from pathlib import Path
from typing import IO

from descant_daemon.engine.asking import rounds
from descant_daemon.engine.engine import Engine
from descant_daemon.live.desk import READY, SIZE, Desk
from descant_daemon.live.doorbell import Doorbell
from descant_daemon.live.shared import Shared
from descant_daemon.model.card import check_model_files
from descant_daemon.model.runtime import OnnxNetwork
from descant_routing.errors import DescantError

LEAD = 2_000_000  # ns before the tick at which to warm up: caches stay warm for some 3 ms


class EngineLoop:
    """Between the desk and the engine; ``turn`` is one waking."""

    def __init__(self, engine: Engine, desk: Desk, bell: Doorbell, answered: IO[bytes] | None) -> None:
        """``answered``: where to write a byte when there are answers; None when io looks by itself."""
        self._engine = engine
        self._desk = desk
        self._bell = bell
        self._answered = answered
        self._warm_at: int | None = None

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
        if self._warm_at is not None and time.monotonic_ns() >= self._warm_at:
            self._warm_at = None
            self._engine.warm()

    def _answer(self) -> bool:
        asks = self._desk.asks()
        for batch in rounds(asks):
            for answer in self._engine.answer_all(batch):
                self._desk.put_answer(answer)
            if self._answered is not None:
                self._answered.write(b".")
                self._answered.flush()
        ahead = max((ask.ahead for ask in asks), default=0)
        if ahead > LEAD:
            self._warm_at = time.monotonic_ns() + ahead - LEAD
        return bool(asks)

    def _timeout(self) -> float | None:
        return None if self._warm_at is None else max(0.0, (self._warm_at - time.monotonic_ns()) / 1e9)


def main() -> None:
    """``python -m descant_daemon.live.engine_process HANDLE STEM INSTANCES WAKES``."""
    handle, stem, instances, wakes = sys.argv[1:]
    answered = os.fdopen(os.dup(1), "wb") if wakes == "wakes" else None
    os.dup2(2, 1)  # nothing but bells may reach the pipe, whatever a library prints
    shared = Shared.attach(handle, SIZE)
    try:
        files = check_model_files(Path(stem))
        network = OnnxNetwork(*files)
    except DescantError as error:
        Desk(shared, 0).say(str(error).encode())
        return
    desk = Desk(shared, network.pitches.size)
    network.warm()
    engine = Engine(network, int(instances))
    gc.collect()
    gc.freeze()
    desk.say(READY)
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):  # io is gone: so are we
        EngineLoop(engine, desk, Doorbell(), answered).run()


if __name__ == "__main__":
    main()
