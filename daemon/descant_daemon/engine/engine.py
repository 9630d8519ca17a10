"""The engine: asked for a step, it answers with the notes to play; between steps it thinks ahead."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.engine.memory import Room, SongMemory
from descant_daemon.engine.mind import Mind
from descant_daemon.engine.network import Network
from descant_daemon.engine.steps import Played

PRIMED = 8  # steps that a model hears of before it takes over from another


class Engine:
    """Networks, and the minds of the instances that play from each.

    Deterministic: the same asks give the same answers, on any machine that computes the same logits, and
    whoever else asks at the same time.
    """

    def __init__(self, *networks: Network, instances: int = 1, memory: SongMemory | None = None) -> None:
        """``memory`` of the first instance with the first network; the others have their own."""
        self._networks = networks
        room = Room()
        self._minds = [
            [Mind(network, at, SongMemory(room=room)) for at in range(instances)] for network in networks
        ]
        if memory is not None:
            self._minds[0][0] = Mind(networks[0], 0, memory)
        self._plays: list[int | None] = [None] * instances  # which network an instance has last played from

    def answer(self, ask: Ask) -> Answer:
        """Choose our notes of the step."""
        return self.answer_all([ask])[0]

    def answer_all(self, asks: Sequence[Ask]) -> list[Answer]:
        """Choose the notes of several instances, in one sweep for each network; each may ask once."""
        if len(self._networks) == 1:
            return self._sweep(self._networks[0], asks)
        answers: list[Answer] = []
        for model in sorted({ask.model for ask in asks}):
            answers += self._sweep(self._networks[model], [ask for ask in asks if ask.model == model])
        return answers

    def think_ahead(self) -> bool:
        """Run the time axis of the next step for one instance; False when all have."""
        return any(mind.think_ahead() for minds in self._minds for mind in minds)

    def warm(self, asks: Sequence[Ask]) -> None:
        """Answer these once more, for nothing but the traces in the processor's caches.

        They go cold in a few milliseconds of sleep.
        """
        for model, network in enumerate(self._networks):
            minds = self._minds[model]
            of_it = [ask for ask in asks if ask.model == model]
            lines = [line for ask in of_it if (line := minds[ask.instance].rehearse(ask)) is not None]
            if lines:
                network.choose(lines)

    def _sweep(self, network: Network, asks: Sequence[Ask]) -> list[Answer]:
        lines = [self._mind(ask).line(ask, self._heard(ask)) for ask in asks]
        answers: list[Answer] = []
        for ask, (ours, velocities) in zip(asks, network.choose(lines), strict=True):
            self._mind(ask).played(ask, ours)
            self._plays[ask.instance] = ask.model
            answers.append(Answer(ask.serial, ask.step, ours, ask.instance, velocities=velocities))
        return answers

    def _mind(self, ask: Ask) -> Mind:
        return self._minds[ask.model][ask.instance]

    def _heard(self, ask: Ask) -> Sequence[Played]:
        """What the network that takes over is told of what the other has just played, if it knows those keys."""
        before = self._plays[ask.instance]
        if before in (None, ask.model) or self._networks[before].pitches != self._networks[ask.model].pitches:
            return ()
        lately = self._minds[before][ask.instance].lately(ask.step - 1, PRIMED - 1)
        return [*lately, Played(ask.played, ask.ours)]
