"""What the engine process does with its time."""

from __future__ import annotations

from typing import Any

import numpy as np

from descant_daemon.engine.asking import Answer, Ask, Sampling
from descant_daemon.live.engine.desk import SIZE, Desk
from descant_daemon.live.engine.engine_process import LEADS, EngineLoop
from descant_daemon.live.processes.shared import Shared

SILENT = np.zeros((4, 2), np.float32)


class SlowThinker:
    """An engine whose thinking ahead takes several turns; writes down what it does."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.to_think = 0
        self.interrupt: Any = None

    def answer_all(self, asks: list[Ask]) -> list[Answer]:
        self.done.append("answer " + " ".join(str(ask.instance) for ask in asks))
        self.to_think = 3
        return [Answer(ask.serial, ask.step, SILENT, ask.instance) for ask in asks]

    def think_ahead(self) -> bool:
        if not self.to_think:
            return False
        self.to_think -= 1
        self.done.append("think")
        if self.interrupt is not None:
            action, self.interrupt = self.interrupt, None
            action()
        return True

    def warm(self, asks: list[Ask]) -> None:
        self.done.append(f"warm {len(asks)}")


def ask(serial: int, step: int, instance: int = 0, ahead: int = 0) -> Ask:
    return Ask(serial, step, 16, SILENT, SILENT, SILENT, False, Sampling(), instance, ahead)


class Bench:
    def __init__(self) -> None:
        shared = Shared.create(SIZE)
        self.io, self.engine = Desk(shared), SlowThinker()
        self.loop = EngineLoop(self.engine, Desk(shared), None, None)  # type: ignore[arg-type]


def test_all_that_ask_at_once_are_one_batch_and_then_it_thinks() -> None:
    bench = Bench()
    for instance in range(3):
        bench.io.put_ask(ask(instance, 5, instance))
    bench.loop.turn()
    assert bench.engine.done == ["answer 0 1 2", "think", "think", "think"]
    assert [answer.serial for answer in bench.io.answers()] == [0, 1, 2]


def test_a_question_in_the_middle_of_thinking_does_not_wait_for_the_end_of_it() -> None:
    bench = Bench()
    bench.io.put_ask(ask(0, 5, 0))
    bench.engine.interrupt = lambda: bench.io.put_ask(ask(1, 5, 1))
    bench.loop.turn()
    assert bench.engine.done[:3] == ["answer 0", "think", "answer 1"]


def test_it_warms_up_before_the_tick_and_not_without_one(monkeypatch: Any) -> None:
    bench, now = Bench(), [10**12]
    monkeypatch.setattr("descant_daemon.live.engine.engine_process.time.monotonic_ns", lambda: now[0])
    bench.io.put_ask(ask(0, 5, 0, ahead=60_000_000))
    bench.loop.turn()
    begun = now[0]
    assert "warm 1" not in bench.engine.done
    for lead in LEADS:
        now[0] = begun + 60_000_000 - lead - 1
        bench.loop.turn()
        warmed = bench.engine.done.count("warm 1")
        now[0] += 1
        bench.loop.turn()
        assert bench.engine.done.count("warm 1") == warmed + 1
    bench.io.put_ask(ask(1, 5, 0))
    now[0] += 10**9
    bench.loop.turn()
    assert bench.engine.done.count("warm 1") == len(LEADS)
