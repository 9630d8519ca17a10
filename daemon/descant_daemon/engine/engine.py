"""The engine: asked for a step, it answers with the notes to play; between steps it thinks ahead."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.engine.memory import SongMemory
from descant_daemon.engine.mind import Mind
from descant_daemon.engine.network import Network


class Engine:
    """One network, and the minds of the instances that play from it.

    Deterministic: the same asks give the same answers, on any machine that computes the same logits, and
    whoever else asks at the same time.
    """

    def __init__(self, network: Network, instances: int = 1, memory: SongMemory | None = None) -> None:
        """``memory`` of the first instance; the others have their own."""
        self._network = network
        self._minds = [Mind(network, at, SongMemory()) for at in range(instances)]
        if memory is not None:
            self._minds[0] = Mind(network, 0, memory)

    def answer(self, ask: Ask) -> Answer:
        """Choose our notes of the step."""
        return self.answer_all([ask])[0]

    def answer_all(self, asks: Sequence[Ask]) -> list[Answer]:
        """Choose the notes of several instances in one sweep; each may ask once."""
        lines = [self._minds[ask.instance].line(ask) for ask in asks]
        answers: list[Answer] = []
        for ask, (ours, velocities) in zip(asks, self._network.choose(lines), strict=True):
            self._minds[ask.instance].played(ask, ours)
            answers.append(Answer(ask.serial, ask.step, ours, ask.instance, velocities=velocities))
        return answers

    def think_ahead(self) -> bool:
        """Run the time axis of the next step for one instance; False when all have."""
        return any(mind.think_ahead() for mind in self._minds)

    def warm(self, asks: Sequence[Ask]) -> None:
        """Answer these once more, for nothing but the traces in the processor's caches.

        They go cold in a few milliseconds of sleep.
        """
        lines = [line for ask in asks if (line := self._minds[ask.instance].rehearse(ask)) is not None]
        if lines:
            self._network.choose(lines)
