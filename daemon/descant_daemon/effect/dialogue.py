"""The dialogue with the engine: what was asked, what is still worth an answer, what has really sounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from descant_daemon.effect.manner import sampling
from descant_daemon.effect.palette import blend
from descant_daemon.engine.asking import Answer, Ask, Sampling
from descant_daemon.engine.blend import Blend
from descant_daemon.engine.loudness import Velocities
from descant_daemon.note_state import PLAY, PitchRange, State
from descant_daemon.settings.parameters import Parameters


@dataclass
class Question:
    """The last thing asked: its step, what was given, what had been played before it, how to choose, in what style."""

    serial: int
    step: int
    given: State
    played: State
    ours: State
    manner: Sampling
    blend: Blend
    steps_per_bar: int
    answered: State | None = None
    velocities: Velocities | None = None

    @property
    def notes(self) -> State:
        """Our notes, when answered: the player may have taken one of our pitches since."""
        assert self.answered is not None  # who asks has looked
        return self.answered * (1 - self.given[:, PLAY : PLAY + 1])


class Dialogue:
    """At most one question is open; an answer to any other is stale."""

    def __init__(
        self, pitches: PitchRange, steps_per_beat: int, instance: int, styles: Sequence[str]
    ) -> None:
        """Nothing asked, nothing played."""
        self.question: Question | None = None
        self._pitches = pitches
        self._steps_per_beat = steps_per_beat
        self._instance = instance
        self._styles = styles
        self._serial = 0
        self._asks: list[Ask] = []
        self._jump = True
        self._ours = self._played = self._silence()  # our part of the last step, and all of it

    def ask(self, step: int, given: State, parameters: Parameters, ahead: int) -> Question:
        """A new question, about the step of the open one or a later one, ``ahead`` ns before its tick."""
        return self._put(step, given, given, self._manner(parameters, given), parameters, ahead)

    def move_on(self, step: int, given: State, held: State, parameters: Parameters) -> Question:
        """The song moves on under what sounds: the engine hears of it, and chooses nothing."""
        manner = self._manner(parameters, given)._replace(voices=0)
        return self._put(step, given, np.maximum(given, held), manner, parameters, 0)

    def _put(
        self, step: int, given: State, heard: State, manner: Sampling, parameters: Parameters, ahead: int
    ) -> Question:
        self._serial += 1
        last = self.question
        again = last is not None and last.step == step
        played, ours = (last.played, last.ours) if last is not None and again else (self._played, self._ours)
        bar = parameters.metre.steps_per_bar(self._steps_per_beat)
        mixed = blend(parameters, self._styles)
        self.question = Question(self._serial, step, given, played, ours, manner, mixed, bar)
        jump, self._jump = self._jump, False
        ask = Ask(self._serial, step, bar, heard, played, ours, jump, manner, self._instance, ahead, mixed)
        self._asks.append(ask)
        return self.question

    def would_ask_the_same(self, parameters: Parameters) -> bool:
        """Whether these parameters leave the open question as it is."""
        question = self.question
        return (
            question is not None
            and question.manner == self._manner(parameters, question.given)
            and question.blend == blend(parameters, self._styles)
            and question.steps_per_bar == parameters.metre.steps_per_bar(self._steps_per_beat)
        )

    def take(self, answer: Answer) -> bool:
        """An answer has come; False when it is stale."""
        if self.question is None or answer.serial != self.question.serial:
            return False
        self.question.answered, self.question.velocities = answer.ours, answer.velocities
        return True

    def sounded(self, given: State, ours: State) -> None:
        """What the step came to; the next question says so."""
        self._ours = ours
        self._played = np.maximum(given, ours)

    def hushed(self) -> None:
        """Our notes have ended in the middle of the step; what was asked counted on them."""
        self.question = None
        self._played = self._played * (1 - self._ours[:, PLAY : PLAY + 1])
        self._ours = self._silence()

    def drop(self) -> None:
        """Whatever is answered now comes too late."""
        self.question = None

    def restart(self) -> None:
        """The next question is about another place in the song, and comes out of silence."""
        self.question, self._jump = None, True
        self._ours = self._played = self._silence()

    def asks(self) -> Sequence[Ask]:
        """What the engine is to be asked; taken by the call."""
        asks, self._asks = self._asks, []
        return asks

    def _manner(self, parameters: Parameters, given: State) -> Sampling:
        return sampling(parameters, given, self._pitches, self._steps_per_beat)

    def _silence(self) -> State:
        return np.zeros((self._pitches.size, 2), np.float32)
