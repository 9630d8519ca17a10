"""The engine: asked for a step, it answers with the notes to play; between steps it thinks ahead."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.engine.model_protocol import Mind, Model
from descant_daemon.engine.played_steps import Played
from descant_daemon.engine.state_cache import Room, SongMemory

PRIMED = 8  # steps that a model hears of before it takes over from another


class Engine:
    """Models, and the minds of the instances that play from each.

    Deterministic: the same asks give the same answers, on any machine that computes the same logits, and
    whoever else asks at the same time.
    """

    def __init__(self, *models: Model, instances: int = 1, memory: SongMemory | None = None) -> None:
        """``memory`` of the first instance with the first model; the others have their own."""
        self._models = models
        room = Room()
        self._minds = [[model.mind(at, SongMemory(room=room)) for at in range(instances)] for model in models]
        if memory is not None:
            self._minds[0][0] = models[0].mind(0, memory)
        self._plays: list[int | None] = [None] * instances  # which model an instance has last played from

    def answer(self, ask: Ask) -> Answer:
        """Choose Descant's notes of the step."""
        return self.answer_all([ask])[0]

    def answer_all(self, asks: Sequence[Ask]) -> list[Answer]:
        """Choose the notes of several instances, in one batch for each model; each may ask once."""
        if len(self._models) == 1:
            return self._choose(self._models[0], asks)
        answers: list[Answer] = []
        for model in sorted({ask.model for ask in asks}):
            answers += self._choose(self._models[model], [ask for ask in asks if ask.model == model])
        return answers

    def think_ahead(self) -> bool:
        """Work on the next step of one instance; False when all that can be done before it is asked for is done."""
        return any(mind.think_ahead() for minds in self._minds for mind in minds)

    def warm(self, asks: Sequence[Ask]) -> None:
        """Answer these once more, for nothing but the traces in the processor's caches.

        They go cold in a few milliseconds of sleep.
        """
        for number, model in enumerate(self._models):
            minds = self._minds[number]
            of_it = [ask for ask in asks if ask.model == number]
            lines = [line for ask in of_it if (line := minds[ask.instance].rehearse(ask)) is not None]
            if lines:
                model.choose(lines)

    def _choose(self, model: Model, asks: Sequence[Ask]) -> list[Answer]:
        lines = [self._mind(ask).line(ask, self._heard(ask)) for ask in asks]
        answers: list[Answer] = []
        for ask, (ours, velocities) in zip(asks, model.choose(lines), strict=True):
            self._mind(ask).played(ask, ours)
            self._plays[ask.instance] = ask.model
            answers.append(Answer(ask.serial, ask.step, ours, ask.instance, velocities=velocities))
        return answers

    def _mind(self, ask: Ask) -> Mind:
        return self._minds[ask.model][ask.instance]

    def _heard(self, ask: Ask) -> Sequence[Played]:
        """What the model that takes over is told of what the other has just played, if it knows those keys."""
        before = self._plays[ask.instance]
        if before in (None, ask.model) or self._models[before].pitches != self._models[ask.model].pitches:
            return ()
        lately = self._minds[before][ask.instance].lately(ask.step - 1, PRIMED - 1)
        return [*lately, Played(ask.played, ask.ours)]
