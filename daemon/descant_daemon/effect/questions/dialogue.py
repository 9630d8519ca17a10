"""The dialogue with the engine: what was asked, what is still worth an answer, what has really sounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from descant_daemon.effect.modes.scene import Say
from descant_daemon.effect.questions.manner import sampling
from descant_daemon.effect.questions.palette import blend
from descant_daemon.engine.asking import Answer, Ask, Sampling
from descant_daemon.engine.blend import Blend
from descant_daemon.engine.loudness import Velocities
from descant_daemon.note_state import PLAY, State
from descant_daemon.settings.chart import NO_CHORD, parse_chart
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Program
from descant_daemon.time.metre_map import Bars, MetreMap

SERIALS = 2**32 - 1  # they are 32 bits wide on their way
VARIATIONS = 128  # that the knob has; rounds begin beyond them


@dataclass
class Question:
    """The last thing asked: its step, what was given, what had been played before it, how to choose, in what style.

    ``settled``: it needs no answer, the engine was only told of the step.
    """

    serial: int
    step: int
    given: State
    played: State
    ours: State
    manner: Sampling
    blend: Blend
    bars: Bars
    say: Say = Say.AROUND
    settled: bool = False
    answered: State | None = None
    velocities: Velocities | None = None

    @property
    def notes(self) -> State:
        """Our notes, when answered: the player may have taken one of our pitches since."""
        assert self.answered is not None  # who asks has looked
        return self.answered * (1 - self.given[:, PLAY : PLAY + 1])


class Dialogue:
    """At most one question is open; an answer to any other is stale."""

    def __init__(self, program: Program, instance: int, serials: Iterator[int], metres: MetreMap) -> None:
        """Nothing asked, nothing played."""
        self._metres = metres
        self.question: Question | None = None
        self.rounds = 0
        """How often the song has come round; each round of an evolving take is another variation."""
        self._program = program
        self._instance = instance
        self._serials = serials
        self._asks: list[Ask] = []
        self._jump = True
        self._ours = self._played = self._silence()  # our part of the last step, and all of it

    def ask(self, step: int, given: State, parameters: Parameters, ahead: int, say: Say) -> Question:
        """A new question, about the step of the open one or a later one, ``ahead`` ns before its tick."""
        return self._put(
            step, given, given, self._manner(step, parameters, given, say), parameters, ahead, say
        )

    def move_on(self, step: int, given: State, held: State, parameters: Parameters, say: Say) -> Question:
        """The song moves on under what sounds: the engine hears of it, and chooses nothing."""
        manner = self._manner(step, parameters, given, say)._replace(voices=0)
        return self._put(step, given, np.maximum(given, held), manner, parameters, 0, say)

    def settle(self, question: Question, ours: State, velocities: Velocities | None) -> None:
        """These are our notes of the step, whatever the engine says."""
        question.answered, question.velocities, question.settled = ours, velocities, True

    def _put(
        self,
        step: int,
        given: State,
        heard: State,
        manner: Sampling,
        parameters: Parameters,
        ahead: int,
        say: Say,
    ) -> Question:
        serial, last = next(self._serials) & SERIALS, self.question
        again = last is not None and last.step == step
        played, ours = (last.played, last.ours) if last is not None and again else (self._played, self._ours)
        program = self._program
        bars = self._metres.bars(step, program.model.steps_per_beat, parameters.metre)
        mixed = blend(parameters, program.model.abilities.styles)
        self.question = Question(serial, step, given, played, ours, manner, mixed, bars, say)
        jump, self._jump = self._jump, False
        ask = Ask(
            serial,
            step,
            bars.length,
            heard,
            played,
            ours,
            jump,
            manner,
            self._instance,
            ahead,
            mixed,
            program.model.number,
            bars.first,
            bars.before,
        )
        self._asks.append(ask)
        return self.question

    def would_ask_the_same(self, parameters: Parameters, say: Say) -> bool:
        """Whether these parameters leave the open question as it is."""
        question, program = self.question, self._program
        return (
            question is not None
            and question.say is say
            and question.manner == self._manner(question.step, parameters, question.given, say)
            and question.blend == blend(parameters, program.model.abilities.styles)
            and question.bars
            == self._metres.bars(question.step, program.model.steps_per_beat, parameters.metre)
        )

    def become(self, program: Program) -> None:
        """The next question is about another program: another model, for which this is another place."""
        same = program.model.pitches == self._program.model.pitches
        self._program = program
        self.question, self._jump = None, True
        if not same:
            self._ours = self._played = self._silence()

    def take(self, answer: Answer) -> bool:
        """An answer has come; False when it is stale, or of another model's keys."""
        if self.question is None or answer.serial != self.question.serial:
            return False
        if answer.ours.shape != self.question.given.shape:
            return False
        if not self.question.settled:
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

    def _manner(self, step: int, parameters: Parameters, given: State, say: Say) -> Sampling:
        program, chord = self._program, NO_CHORD
        if parameters.chords:
            bars = self._metres.bars(step, program.model.steps_per_beat, parameters.metre)
            chord = parse_chart(parameters.chords).at(bars.number(step), bars.within(step), bars.length)
        manner = sampling(parameters, given, program.model.steps_per_beat, say, chord)
        if parameters.take == "evolving" and self.rounds:
            manner = manner._replace(variation=manner.variation + VARIATIONS * self.rounds)
        return manner

    def _silence(self) -> State:
        return np.zeros((self._program.model.pitches.size, 2), np.float32)
