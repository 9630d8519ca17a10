"""Stands in for the engine process when a take is replayed: answers what was answered, when it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from descant_daemon.engine.asking import Answer, Ask, rounds
from descant_daemon.engine.engine import Engine


class Understudy:
    """Questions that piled up were put together by the engine process: the take says which it answered."""

    def __init__(self, make_engine: Callable[[], Engine]) -> None:
        """``make_engine``: a fresh one, as after a death."""
        self._make_engine = make_engine
        self._engine = make_engine()
        self._asked: list[Ask] = []

    def ask(self, asks: Iterable[Ask]) -> None:
        """They were put to the engine,"""
        self._asked += asks

    def unask(self, instance: int, serial: int) -> None:
        """or could not be."""
        self._asked = [ask for ask in self._asked if (ask.instance, ask.serial) != (instance, serial)]

    def die(self) -> None:
        """The engine died; another one knows nothing."""
        self._engine = self._make_engine()
        self._asked.clear()

    def answer(self, instance: int, serial: int) -> Answer | None:
        """What the engine said to this question; None if it was never put."""
        asked: list[Ask] = []
        others: list[Ask] = []
        for ask in self._asked:
            (asked if ask.instance == instance and ask.serial <= serial else others).append(ask)
        if not asked or asked[-1].serial != serial:
            return None
        self._asked = others
        answer = self._engine.answer(rounds(asked)[-1][0])
        while self._engine.think_ahead():
            pass
        return answer
