"""The steps of one instance: what its player holds and what the clock says become notes on the grid.

A step is met in the moments of ``TABLE``. Ahead of its tick the engine is asked what to play, given what is held then.
On the tick the prepared notes go out, unless the player's keys have changed: then the engine is asked again, and its
answer goes out at once. Until ``late`` after the tick a key still changes the step it belongs to. An answer that does
not come is not waited for: what sounds is held, and counted.

Off the grid (``instant``) the grid moves the song on but strikes nothing; a key is answered the moment it is pressed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto

import numpy as np

from descant_daemon.effect.common import Common, Due
from descant_daemon.effect.input.held_keys import HeldOnGrid
from descant_daemon.effect.modes import StepAction
from descant_daemon.effect.performer import Performer
from descant_daemon.effect.playhead import Playhead
from descant_daemon.effect.step_acts import StepActs
from descant_daemon.note_state import State
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import HALF, Program


class StepMoment(Enum):
    """When a step is met."""

    AHEAD = auto()
    """Half a step before its tick; where a model needs a lead of whole steps, so many."""
    TICK = auto()
    """A guard after it, when whoever strikes on the beat has been heard."""
    KEYS_BEFORE = auto()
    """The player's keys change before the tick,"""
    KEYS_AFTER = auto()
    """or after it, and the key is of this step: until ``late``."""
    DEADLINE = auto()
    """The tick has passed, and the answer is waited for no longer."""


class RequestStanding(Enum):
    """How the request of the step stands; the first that is so."""

    OFF_GRID = auto()
    """Nothing is struck on the grid."""
    NONE = auto()
    """Nothing is asked; its notes have just been cut."""
    SAME = auto()
    """What is held is what was given."""
    CHANGED = auto()
    """Other keys are held, of which the mode asks nothing else, or of which a model with a lead cannot be asked now."""
    OTHER = auto()
    """Other keys are held, and they make it another question."""


class Act(Enum):
    """What is done; each is a method of ``StepActs``."""

    ASK = auto()
    """A new request; where nothing of ours is asked for, the engine is told of the step."""
    SOUND = auto()
    """The answer is played. Where it has not come, it is waited for until the deadline."""
    ASK_AND_SOUND = auto()
    """It is asked again, so late that it is counted."""
    CORRECT = auto()
    """As if the key had come in time: its pitch is left to it, and remembered."""
    HOLD = auto()
    """What sounds goes on."""
    GIVE_UP = auto()
    """What sounds goes on instead of the answer, and is counted."""


TABLE: Mapping[StepMoment, Mapping[RequestStanding, Act]] = {
    StepMoment.AHEAD: dict.fromkeys(RequestStanding, Act.ASK),
    StepMoment.TICK: {
        RequestStanding.OFF_GRID: Act.HOLD,
        RequestStanding.SAME: Act.SOUND,
        RequestStanding.CHANGED: Act.SOUND,
        RequestStanding.OTHER: Act.ASK_AND_SOUND,
    },
    StepMoment.KEYS_BEFORE: {RequestStanding.OTHER: Act.ASK},
    StepMoment.KEYS_AFTER: {RequestStanding.CHANGED: Act.CORRECT, RequestStanding.OTHER: Act.ASK_AND_SOUND},
    StepMoment.DEADLINE: dict.fromkeys(RequestStanding, Act.GIVE_UP),
}
"""In any other standing nothing is done. An answer is taken by ``Requests``; what is waited for sounds at once."""


class Steps:
    """``Part`` tells it of keys, ``PartTransport`` of the song, ``Effect`` of time, which only goes forward."""

    def __init__(
        self, common: Common, playhead: Playhead, held: HeldOnGrid, performer: Performer, acts: StepActs
    ) -> None:
        """No key is held."""
        self._playhead, self._acts, self._requests = playhead, acts, acts.requests
        self._performer, self._voice, self._held = performer, performer.voice, held
        self._counts, self._clock = common.counts, common.clock
        held.keys.latch = playhead.parameters.latch
        self._act: Mapping[Act, Callable[[int, State, int, int], object]] = {
            Act.ASK: acts.ask_ahead,
            Act.SOUND: acts.sound,
            Act.ASK_AND_SOUND: acts.ask_and_sound,
            Act.CORRECT: acts.correct,
            Act.HOLD: acts.hold,
            Act.GIVE_UP: acts.give_up,
        }

    # -- when ----------------------------------------------------------------------------------------

    def next_due(self) -> Due | None:
        """The next thing to be done, and when."""
        due, note = self._next_moment(), self._voice.next_deadline()
        if note is not None and (due is None or note < due.time):
            return Due(note, self._performer.move)
        return due

    def _next_moment(self) -> Due | None:
        """The next moment of the next step."""
        requests, following = self._requests, self._playhead.step + 1
        if requests.answer_by is not None:
            due: Due | None = Due(requests.answer_by, self._deadline)
        elif requests.last is not None and requests.last.step >= following:
            tick = self._playhead.grid.tick(following)
            due = None if tick is None else Due(tick, self._tick)
        else:
            return self._ask_at(following)
        if self._playhead.lead <= 1:
            return due
        step = self._to_ask
        if self._asks_further(step) and (ahead := self._ask_at(step)) is not None:
            return ahead if due is None or ahead.time < due.time else due
        return due

    def _ask_at(self, step: int) -> Due | None:
        at = self._playhead
        moment = at.grid.ahead(step, at.lead)
        if moment is None:
            return None
        # Where the song begins, the first steps of a model with a lead are asked for at once.
        return Due(moment if at.lead == HALF else max(moment, at.latest), self._prepare)

    @property
    def _to_ask(self) -> int:
        """The first step that has not been asked for."""
        last, step = self._requests.last, self._playhead.step
        return step + 1 if last is None or last.step < step else last.step + 1

    def _asks_further(self, step: int) -> bool:
        """Whether a step behind the next one is asked for now: it is of the same program, and no loop.

        It tells of what the next one comes to, so that has been asked for, or has come.
        """
        if self._playhead.begins(step):
            return False
        return self._playhead.decide(step, self._acts.given(step)) is not StepAction.LOOP

    def _prepare(self, now: int) -> None:
        at = self._playhead
        program = at.begin(self._to_ask)
        if program is not None:
            self.become(program, now)
        else:
            self.take_on(at.with_knobs(settled=False), now)
        step = self._to_ask  # a program may count otherwise
        self.take_on(at.in_metre(step), now)
        self._held.forget_before(at.step - 1)
        self._performer.prepare(at.parameters, step)
        tick = at.grid.tick(step) if at.lead == HALF else at.grid.expected(step)
        self._meet(StepMoment.AHEAD, step, now, tick or now)

    def _tick(self, now: int) -> None:
        at = self._playhead
        at.tick(now)
        self._counts.steps += 1
        self._requests.reach(at.step)
        self._voice.new_step()
        at.heard(self._meet(StepMoment.TICK, at.step, now, at.step_time))

    def _deadline(self, now: int) -> None:
        self._playhead.latest = now
        self._meet(StepMoment.DEADLINE, self._playhead.step, now, now)

    def _keys_changed(self, now: int) -> None:
        """Whether what was asked for is still the right question."""
        request = self._requests.pending
        if request is not None:
            before = request.step != self._playhead.step
            moment = StepMoment.KEYS_BEFORE if before else StepMoment.KEYS_AFTER
            self._meet(moment, request.step, now, now)

    def _meet(self, moment: StepMoment, step: int, now: int, time: int) -> State:
        """``time``: when what is played in ``step`` begins. Returned is what is held in it."""
        given = self._acts.given(step)
        act = TABLE[moment].get(self._standing(step, given))
        if act is not None:
            self._act[act](step, given, now, time)
        return given

    def _standing(self, step: int, given: State) -> RequestStanding:
        request, at = self._requests.pending, self._playhead
        if at.off_grid:
            return RequestStanding.OFF_GRID
        if request is None:
            return RequestStanding.NONE
        if np.array_equal(given, request.given):
            return RequestStanding.SAME
        action = at.decide(step, given)
        other = action is StepAction.AROUND or action is not request.action
        if at.lead > HALF and action.chooses:
            other = False
        return RequestStanding.OTHER if other else RequestStanding.CHANGED

    # -- keys ----------------------------------------------------------------------------------------

    def strike(self, lane: int, key: int, now: int) -> None:
        """The clock knows of the key by now: which step is it in?"""
        if self._playhead.off_grid:
            self._acts.answer_at_once(lane, key, now)
        elif self._clock.running:
            self._held.strike(lane, key, self._step_of(now))
            if self._playhead.mode.yields and self._voice.sounding:
                self._acts.hush(now)
            self._keys_changed(now)

    def keys_up(self, ended: Sequence[tuple[int, int]], now: int) -> None:
        """These (lane, key) pairs have ended."""
        if not ended:
            return
        nothing_held = not self._held.keys.held()
        if nothing_held:
            self._performer.articulation.all_up(now)
        self._release(ended, now)
        if nothing_held:
            self._clock.keys_idle(now)

    def _release(self, ended: Sequence[tuple[int, int]], now: int) -> None:
        at = self._playhead
        if at.off_grid:
            self._held.release(ended, at.step + 1)
            if not self._held.keys.held():
                self._acts.end(now)
        elif self._clock.running:
            step = self._step_of(now)
            self._held.release(ended, step)
            if step > at.step or step == self._held.struck_step:
                self._keys_changed(now)  # alone, it does not change a step that has sounded; a new key does

    def _step_of(self, now: int) -> int:
        """The step that a key at ``now`` belongs to: the nearest, unless that one is past changing."""
        at, request = self._playhead, self._requests.pending
        nearest = at.grid.nearest(now)
        if nearest is None:
            return at.step + 1
        open_until = at.step_time + at.grid.late_window(at.parameters.late)
        open_still = request is not None and request.step == at.step and now <= open_until
        return max(nearest, at.step if open_still else at.step + 1)

    # -- what they are played by -----------------------------------------------------------------------

    def take_on(self, parameters: Parameters, now: int) -> None:
        """From here on it plays so."""
        if self._playhead.take_on(parameters):
            self._set_latch(now)

    def become(self, program: Program, now: int) -> None:
        """From the next step on another program plays; what sounds until then ends as it began."""
        self._held.pitches = program.model.pitches
        self._performer.become(program)
        self._requests.become(program)
        self._playhead.become(program)
        self._set_latch(now)

    def go_to(self, first: int, now: int) -> None:
        """The song goes on with the step ``first``."""
        at = self._playhead
        at.go_to(first, now)
        self.take_on(at.in_metre(first), now)
        self._held.begin(first, now, at.grid.step_length / 2)

    def _set_latch(self, now: int) -> None:
        keys = self._held.keys
        keys.latch = self._playhead.parameters.latch
        if not keys.latch:
            self.keys_up(keys.unlatch(), now)
