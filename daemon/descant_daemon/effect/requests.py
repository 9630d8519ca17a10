"""The requests of one instance: what was asked of the engine, what came back, and what each step has come to.

``Requests`` alone owns a question from its asking to its answer. An answer to any but the open request is stale; one
that comes before its tick is kept for it; one that is waited for sounds at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from descant_daemon.effect.common import Common
from descant_daemon.effect.modes import StepAction
from descant_daemon.effect.sampling_params import sampling, style_blend
from descant_daemon.engine.asking import Answer, Ask, Sampling
from descant_daemon.engine.blend import Blend
from descant_daemon.engine.loudness import Velocities
from descant_daemon.note_state import PLAY, State
from descant_daemon.settings.chart import NO_CHORD, parse_chart
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import HALF, Program
from descant_daemon.time.metre_map import Bars

SERIALS = 2**32 - 1  # they are 32 bits wide on their way
VARIATIONS = 128  # that the knob has; rounds begin beyond them
IN_TIME = 10_000_000  # ns before its tick that a question must be asked for its answer to be expected on it


@dataclass
class PendingRequest:
    """What was asked of a step: what was given, what had been played before it, how to choose, in what style.

    ``asked_at``: ns. ``settled``: it needs no answer, the engine was only told of the step.
    """

    serial: int
    step: int
    given: State
    played: State
    ours: State
    sampling: Sampling
    blend: Blend
    bars: Bars
    action: StepAction
    asked_at: int
    settled: bool = False
    answered: State | None = None
    velocities: Velocities | None = None

    @property
    def notes(self) -> State:
        """Descant's notes, when answered: the player may have taken one of their pitches since."""
        assert self.answered is not None  # who asks has looked
        return self.answered * (1 - self.given[:, PLAY : PLAY + 1])


class Requests:
    """One is open, of the step that comes next; where a model needs a lead, those of the steps after it, too."""

    def __init__(
        self, program: Program, instance: int, common: Common, sound: Callable[[PendingRequest, int], None]
    ) -> None:
        """Nothing asked, nothing played. ``sound`` plays a request whose answer was waited for, at a time in ns."""
        self.pending: PendingRequest | None = None
        """The open one, of the step that is played or comes next."""
        self.last: PendingRequest | None = None
        """The open one that goes farthest ahead."""
        self._open: Sequence[PendingRequest] = ()  # in the order of their steps
        self.answer_by: int | None = None
        """ns; set while a step whose tick has passed waits for its answer."""
        self.rounds = 0
        """How often the song has come round; each round of an evolving take is another variation."""
        self._program = program
        self._instance = instance
        self._serials, self._metres, self._counts = common.serials, common.metres, common.counts
        self._sound = sound
        self._asks: list[Ask] = []
        self._jump = True
        self._expected = False  # the answer that is waited for was asked for in time
        self._ours = self._played = self._silence()  # Descant's part of the last step, and all of it

    # -- asked ---------------------------------------------------------------------------------------

    def ask(
        self,
        step: int,
        given: State,
        parameters: Parameters,
        action: StepAction,
        now: int,
        ahead: int,
        reached: int,
    ) -> PendingRequest:
        """A new question, about the step of an open one or a later one, ``ahead`` ns before its tick.

        ``reached``: the last step whose tick has passed.
        """
        return self._put(
            step,
            given,
            given,
            self._sampling(step, parameters, given, action),
            parameters,
            action,
            now,
            ahead,
            reached=reached,
        )

    def report(
        self,
        step: int,
        given: State,
        ours: State,
        parameters: Parameters,
        action: StepAction,
        now: int,
        reached: int,
    ) -> PendingRequest:
        """The song moves on under ``ours``: the engine hears of it, and chooses nothing."""
        silent = self._sampling(step, parameters, given, action)._replace(voices=0)
        return self._put(
            step, given, np.maximum(given, ours), silent, parameters, action, now, 0, reached=reached
        )

    def settle(self, request: PendingRequest, ours: State, velocities: Velocities | None) -> None:
        """These are Descant's notes of the step, whatever the engine says."""
        request.answered, request.velocities, request.settled = ours, velocities, True

    def would_ask_the_same(self, parameters: Parameters, action: StepAction) -> bool:
        """Whether these parameters leave the open question as it is."""
        request, program = self.pending, self._program
        return (
            request is not None
            and request.action is action
            and request.sampling == self._sampling(request.step, parameters, request.given, action)
            and request.blend == style_blend(parameters, program.model.abilities.styles)
            and request.bars
            == self._metres.bars(request.step, program.model.steps_per_beat, parameters.metre)
        )

    def wait(self, now: int, by: int) -> None:
        """The tick has come and the answer has not."""
        assert self.pending is not None  # whose answer it is
        self.answer_by, self._expected = by, now - self.pending.asked_at > IN_TIME

    def reach(self, step: int) -> None:
        """The tick of a step has come: those before it are past."""
        if self._slow:
            self._keep([each for each in self._open if each.step >= step])

    def taken(self) -> Sequence[Ask]:
        """What the engine is to be asked; taken by the call."""
        asks, self._asks = self._asks, []
        return asks

    # -- answered ------------------------------------------------------------------------------------

    def take(self, answer: Answer, now: int) -> None:
        """The engine has answered; an answer to anything but the last question, or of another model, is too late."""
        request = next((each for each in self._open if each.serial == answer.serial), None)
        if (
            request is None or answer.ours.shape != request.given.shape  # it is of another model's keys
        ):
            self._counts.overtaken += 1
            return
        if not request.settled:
            request.answered, request.velocities = answer.ours, answer.velocities
        if self.answer_by is not None and request is self._open[0]:
            self.answer_by = None
            self._counts.waited += self._expected
            self._sound(request, now)

    def sounded(self, given: State, ours: State) -> None:
        """What the step came to; the next question says so."""
        self._ours = ours
        self._played = np.maximum(given, ours)

    def give_up(self, held: State) -> None:
        """The answer did not come: what sounds is ``held``, and counted."""
        self._counts.fell_back()
        self.answer_by = None
        if self._open:
            self.sounded(self._open[0].given, held)
            self._keep(self._open[1:])

    def silenced(self) -> None:
        """Descant's notes have ended: no answer is waited for."""
        self.answer_by = None

    def hushed(self) -> None:
        """Descant's notes have ended in the middle of the step; what was asked counted on them."""
        self.answer_by = None
        self._keep(())
        self._played = self._played * (1 - self._ours[:, PLAY : PLAY + 1])
        self._ours = self._silence()

    # -- elsewhere -----------------------------------------------------------------------------------

    def become(self, program: Program) -> None:
        """The next question is about another program: another model, for which this is another place."""
        same = program.model.pitches == self._program.model.pitches
        self._program = program
        self._keep(())
        self._jump = True
        if not same:
            self._ours = self._played = self._silence()

    def restart(self) -> None:
        """The next question is about another place in the song, and comes out of silence."""
        self._keep(())
        self._jump = True
        self._ours = self._played = self._silence()

    # -- inside --------------------------------------------------------------------------------------

    def _put(
        self,
        step: int,
        given: State,
        heard: State,
        chosen: Sampling,
        parameters: Parameters,
        action: StepAction,
        now: int,
        ahead: int,
        *,
        reached: int,
    ) -> PendingRequest:
        serial, program = next(self._serials) & SERIALS, self._program
        played, ours = self._before(step, reached)
        bars = self._metres.bars(step, program.model.steps_per_beat, parameters.metre)
        mixed = style_blend(parameters, program.model.abilities.styles)
        request = PendingRequest(serial, step, given, played, ours, chosen, mixed, bars, action, now)
        if self._slow:
            waits = reached if self.answer_by is None else reached - 1
            kept = [each for each in self._open if waits < each.step != step]
            self._keep(sorted([*kept, request], key=lambda each: each.step))
        else:
            self._keep((request,))
        jump, self._jump = self._jump, False
        ask = Ask(
            serial,
            step,
            bars.length,
            heard,
            played,
            ours,
            jump,
            chosen,
            self._instance,
            ahead,
            mixed,
            program.model.number,
            bars.first,
            bars.before,
        )
        self._asks.append(ask)
        return request

    def _before(self, step: int, reached: int) -> tuple[State, State]:
        """All that is played in the step before, and Descant's part: as it came, or as it will if nothing changes."""
        for each in self._open:
            if each.step == step:
                return each.played, each.ours
            if self._slow and each.step == step - 1 > reached:
                ours = self._silence() if each.answered is None else each.notes
                return np.maximum(each.given, ours), ours
        return self._played, self._ours

    def _keep(self, requests: Sequence[PendingRequest]) -> None:
        self._open = requests
        self.pending = requests[0] if requests else None
        self.last = requests[-1] if requests else None

    @property
    def _slow(self) -> bool:
        return self._program.model.lead > HALF

    def _sampling(self, step: int, parameters: Parameters, given: State, action: StepAction) -> Sampling:
        program, chord = self._program, NO_CHORD
        if parameters.chords:
            bars = self._metres.bars(step, program.model.steps_per_beat, parameters.metre)
            chord = parse_chart(parameters.chords).at(bars.number(step), bars.within(step), bars.length)
        chosen = sampling(parameters, given, program.model.steps_per_beat, action, chord)
        if parameters.take == "evolving" and self.rounds:
            chosen = chosen._replace(variation=chosen.variation + VARIATIONS * self.rounds)
        return chosen

    def _silence(self) -> State:
        return np.zeros((self._program.model.pitches.size, 2), np.float32)
