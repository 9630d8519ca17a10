"""The memory between io and engine: asks one way, answers the other, and whether the engine is ready."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.live.engine.codec import LONGEST, decode_answer, decode_ask, encode_answer, encode_ask
from descant_daemon.live.processes.ring import BOARD_SLOTS, Board, Ring, ring_bytes
from descant_daemon.live.processes.shared import Shared

SLOTS = 256  # asks or answers under way; sixteen instances have 32 at most
REFUSAL = 2048  # bytes of the sentence with which an engine refuses its model
READY = b"ready"
"""What an engine that can be asked says first; then what a step costs with each of its models, in ns."""

_RING, _STATE = ring_bytes(SLOTS, LONGEST), ring_bytes(BOARD_SLOTS, REFUSAL)
SIZE = 2 * _RING + _STATE


def ready(costs: Sequence[int]) -> bytes:
    """That the engine can be asked."""
    return b" ".join([READY, *(str(cost).encode() for cost in costs)])


def costs_of(state: bytes | None) -> list[int] | None:
    """What a step costs with each model, ns; None while the engine cannot be asked."""
    said = (state or b"").split(b" ")
    return [int(cost) for cost in said[1:]] if said[0] == READY else None


class Desk:
    """Both sides have one over the same memory; each uses its own half of the methods."""

    def __init__(self, shared: Shared) -> None:
        """``SIZE`` bytes."""
        memory = memoryview(shared.memory)
        self._asks = Ring(memory[:_RING], SLOTS, LONGEST)
        self._answers = Ring(memory[_RING : 2 * _RING], SLOTS, LONGEST)
        self._state = Board(memory[2 * _RING :], REFUSAL)

    # -- io's half -----------------------------------------------------------------------------------

    def put_ask(self, ask: Ask) -> bool:
        """False when the engine is a whole ring behind."""
        return self._asks.write(encode_ask(ask))

    def answers(self) -> Iterator[Answer]:
        """What has been answered since."""
        return (decode_answer(frame) for frame in self._answers.read_all(SLOTS))

    def state(self) -> bytes | None:
        """None while the engine gets ready; then ``ready`` (see ``costs_of``), or why it cannot be."""
        return self._state.read()

    # -- the engine's half ---------------------------------------------------------------------------

    def say(self, state: bytes) -> None:
        """``ready``, or the sentence of a refusal."""
        self._state.write(state[:REFUSAL])

    def asks(self) -> list[Ask]:
        """What is asked."""
        return [decode_ask(frame) for frame in self._asks.read_all(SLOTS)]

    def rehearse(self, asks: list[Ask]) -> list[Ask]:
        """As if they had just come: what is about to be done is done once for practice."""
        return [decode_ask(encode_ask(ask)) for ask in asks]

    def put_answer(self, answer: Answer) -> None:
        """io reads its answers every cycle; one that finds no room is nobody's."""
        self._answers.write(encode_answer(answer._replace(ready=time.monotonic_ns())))
