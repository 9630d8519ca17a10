"""A small network of our own for the pure tests: same contract, nothing learned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tests.engine.one_call_a_pitch import chosen_slowly

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.choice import Array, Chosen, Line
from descant_daemon.engine.state_cache import Hidden
from descant_daemon.engine.sweeper import Sweeper
from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange, State


class SmallNetwork(Sweeper):
    """Random but fixed weights; along pitch it is a plain recurrence, so order and state matter."""

    def __init__(
        self,
        seed: int = 0,
        pitches: PitchRange = PitchRange(40, 79),
        eagerness: float = -2.0,
        velocities: int = 0,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.pitches = pitches
        self.eagerness = eagerness
        self.time_start: Hidden = (np.zeros((pitches.size, 4), np.float32),)
        self.note_start: Hidden = (np.zeros(6, np.float32),)
        self._time_in = rng.normal(0, 0.8, (2 + 4 + 1, 4)).astype(np.float32)
        self._note_in = rng.normal(0, 0.6, (4 + 2 + 2 + 6, 6)).astype(np.float32)
        self._out = rng.normal(0, 1.0, (6, 2)).astype(np.float32)
        self._loud = rng.normal(0, 2.0, (6, velocities)).astype(np.float32)

    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        style = blend.one + blend.share * (blend.other - blend.one)
        beat = np.full((len(before), 1), step_in_bar / 16 + style, np.float32)
        new = np.tanh(np.concatenate([before, hidden[0], beat], 1) @ self._time_in)
        return new, (new,)

    def along_pitch(
        self, context: Array, given: State, first: int, lower: Array, hidden: Hidden
    ) -> tuple[Array, Hidden]:
        last, logits = hidden[0], np.zeros((len(lower), 2 + self._loud.shape[1]), np.float32)
        for offset, below in enumerate(lower):
            heard = np.concatenate([context[first + offset], below, given[first + offset], last])
            last = np.tanh(heard @ self._note_in)
            logits[offset, :2] = 3 * (last @ self._out) + np.array([self.eagerness, 0], np.float32)
            logits[offset, 2:] = last @ self._loud
        return logits, (last,)

    def choose(self, lines: Sequence[Line]) -> list[Chosen]:
        return [chosen_slowly(self, line) for line in lines]


@pytest.fixture
def small_network() -> SmallNetwork:
    return SmallNetwork()


@pytest.fixture
def make_network() -> type[SmallNetwork]:
    return SmallNetwork


def state_of(pitches: PitchRange, struck: tuple[int, ...] = (), held: tuple[int, ...] = ()) -> State:
    state = np.zeros((pitches.size, 2), np.float32)
    for key in (*struck, *held):
        state[key - pitches.low, PLAY] = 1
    for key in struck:
        state[key - pitches.low, ARTICULATE] = 1
    return state


@pytest.fixture
def make_state() -> object:
    return state_of
