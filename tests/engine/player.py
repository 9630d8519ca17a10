"""Somebody who asks the engine step after step, as the effect does."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.engine import Engine
from descant_daemon.note_state import State

SILENT = np.zeros((40, 2), np.float32)


class Player:
    """Asks step after step, as the effect does, and keeps what was answered."""

    def __init__(self, network, sampling: Sampling = Sampling()) -> None:  # type: ignore[no-untyped-def]
        self.engine = Engine(network)
        self.sampling = sampling
        self.serial = 0
        self.whole = self.ours = SILENT

    def play(
        self, steps: range, given: Mapping[int, State] | None = None, *, ahead: bool = True
    ) -> list[State]:
        notes = []
        for step in steps:
            now = (given or {}).get(step, SILENT)
            self.serial += 1
            jump = step == steps.start
            ask = Ask(self.serial, step, 16, now, self.whole, self.ours, jump, self.sampling)
            self.ours = self.engine.answer(ask).ours
            self.whole = np.maximum(now, self.ours)
            notes.append(self.ours)
            if ahead:
                self.engine.think_ahead()
        return notes


def same(one: list[State], other: list[State]) -> bool:
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
