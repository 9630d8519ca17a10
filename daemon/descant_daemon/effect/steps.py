"""The steps of one instance: what its player holds and what the clock says become notes on the grid.

A step is met in the moments of ``TABLE``. Ahead of its tick the engine is asked what to play, given what is held then.
On the tick the prepared notes go out, unless the player's keys have changed: then the engine is asked again, and its
answer goes out at once. Until ``late`` after the tick a key still changes the step it belongs to. An answer that does
not come is not waited for: what sounds is held, and counted.

Off the grid (``instant``) the grid moves the song on but strikes nothing; a key is answered the moment it is pressed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto

import numpy as np

from descant_daemon.controls.surface import Surface
from descant_daemon.effect.cables.outbox import Outlet
from descant_daemon.effect.common import Common, Due
from descant_daemon.effect.grid import Grid, swing
from descant_daemon.effect.input.held_keys import HeldOnGrid
from descant_daemon.effect.input.program_changes import Programs
from descant_daemon.effect.modes import StepAction, StepContext, mode_of
from descant_daemon.effect.performer import Performer
from descant_daemon.effect.phrase_looper import rest
from descant_daemon.effect.requests import PendingRequest, Requests
from descant_daemon.effect.status_cc import PlayState, PlayStatus
from descant_daemon.note_state import ARTICULATE, State
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import HALF, Program
from descant_daemon.time.clock import Happening, Kind
from descant_daemon.time.metre_map import Bars
from descant_routing.ledger import Ledger


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
    """Nothing is asked; our notes have just been cut."""
    SAME = auto()
    """What is held is what was given."""
    CHANGED = auto()
    """Other keys are held, of which the mode asks nothing else, or of which a model with a lead cannot be asked now."""
    OTHER = auto()
    """Other keys are held, and they make it another question."""


class Act(Enum):
    """What is done; each is a method of ``Steps``."""

    ASK = auto()
    """A new request; where nothing of ours is asked for, the engine is told of the step."""
    SOUND = auto()
    """The answer is played. Where it has not come, it is waited for until the deadline."""
    ASK_AND_SOUND = auto()
    """It is asked again, so late that it is counted."""
    CORRECT = auto()
    """As if the key had come in time: we leave it its pitch, and remember it."""
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
    """``Part`` tells it of keys and parameters, ``Effect`` of time and the song; time only goes forward."""

    def __init__(
        self,
        common: Common,
        instance: int,
        offset: int,
        held: HeldOnGrid,
        surface: Surface,
        programs: Programs,
        performer: Performer,
    ) -> None:
        """``offset``: ns by which the instance plays later, beside what all do."""
        program = programs.current
        self._play_by(program.parameters)
        self.step = -1
        """The last step whose tick has passed."""
        self.requests = Requests(program, instance, common, self._answered)
        self._performer, self._voice = performer, performer.voice
        self._held, self._surface, self._programs = held, surface, programs
        self._counts, self._clock, self._metres = common.counts, common.clock, common.metres
        self._offset = common.offset + offset
        self._take_up(program)
        self._step_time = 0
        self._latest = 0  # ns, when a step was last met
        self._held_until = -1  # the last step in which a key was held
        self._armed: int | None = None  # the first step, when it has been asked for before the song began
        held.keys.latch = self.parameters.latch
        self._acts: Mapping[Act, Callable[[int, State, int, int], object]] = {
            Act.ASK: self._ask_ahead,
            Act.SOUND: self._sound,
            Act.ASK_AND_SOUND: self._ask_and_sound,
            Act.CORRECT: self._correct,
            Act.HOLD: self._hold,
            Act.GIVE_UP: self._give_up,
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
        requests, following = self.requests, self.step + 1
        if requests.answer_by is not None:
            due: Due | None = Due(requests.answer_by, self._deadline)
        elif requests.last is not None and requests.last.step >= following:
            tick = self.grid.tick(following)
            due = None if tick is None else Due(tick, self._tick)
        else:
            return self._ask_at(following)
        if self._lead <= 1:
            return due
        step = self._to_ask
        if self._asks_further(step) and (ahead := self._ask_at(step)) is not None:
            return ahead if due is None or ahead.time < due.time else due
        return due

    def _ask_at(self, step: int) -> Due | None:
        moment = self.grid.ahead(step, self._lead)
        if moment is None:
            return None
        # Where the song begins, the first steps of a model with a lead are asked for at once.
        return Due(moment if self._lead == HALF else max(moment, self._latest), self._prepare)

    @property
    def _to_ask(self) -> int:
        """The first step that has not been asked for."""
        last = self.requests.last
        return self.step + 1 if last is None or last.step < self.step else last.step + 1

    def _asks_further(self, step: int) -> bool:
        """Whether a step behind the next one is asked for now: it is of the same program, and no loop.

        It tells of what the next one comes to, so that has been asked for, or has come.
        """
        if self._programs.begins(step, self._bars_of(step)):
            return False
        return self._decide(step, self._given(step)) is not StepAction.LOOP

    def _prepare(self, now: int) -> None:
        program = self._programs.begin(self._to_ask, self._bars_of(self._to_ask))
        if program is not None:
            self._become(program, now)
        else:
            self._take_on(self._surface.step(self.parameters), now)
        step = self._to_ask  # a program may count otherwise
        self._keep_metre(step, now)
        self._held.forget_before(self.step - 1)
        self._performer.prepare(self.parameters, step)
        tick = self.grid.tick(step) if self._lead == HALF else self.grid.expected(step)
        self._meet(StepMoment.AHEAD, step, self._given(step), now, tick or now)

    def _tick(self, now: int) -> None:
        self.step += 1
        self._step_time, self._latest = now - self._clock.guard, now
        self._counts.steps += 1
        self.requests.reach(self.step)
        self._voice.new_step()
        given = self._given(self.step)
        self._meet(StepMoment.TICK, self.step, given, now, self._step_time)
        if not self.off_grid and given.any():
            self._held_until = self.step

    def _deadline(self, now: int) -> None:
        self._latest = now
        self._meet(StepMoment.DEADLINE, self.step, self._given(self.step), now, now)

    def _keys_changed(self, now: int) -> None:
        """Is what we asked for still the right question?"""
        request = self.requests.pending
        if request is not None:
            moment = StepMoment.KEYS_AFTER if request.step == self.step else StepMoment.KEYS_BEFORE
            self._meet(moment, request.step, self._given(request.step), now, now)

    def _meet(self, moment: StepMoment, step: int, given: State, now: int, time: int) -> None:
        """``given``: what is held in ``step``; ``time``: when what is played in it begins."""
        act = TABLE[moment].get(self._standing(step, given))
        if act is not None:
            self._acts[act](step, given, now, time)

    def _standing(self, step: int, given: State) -> RequestStanding:
        request = self.requests.pending
        if self.off_grid:
            return RequestStanding.OFF_GRID
        if request is None:
            return RequestStanding.NONE
        if np.array_equal(given, request.given):
            return RequestStanding.SAME
        action = self._decide(step, given)
        other = action is StepAction.AROUND or action is not request.action
        if self._lead > HALF and action.chooses:
            other = False
        return RequestStanding.OTHER if other else RequestStanding.CHANGED

    # -- the acts: of a step, what is held in it, ns now, and when what is played in it begins -------------

    def _ask_ahead(self, step: int, given: State, now: int, time: int) -> None:
        self._ask(step, given, now, max(0, time - now))

    def _ask_and_sound(self, step: int, given: State, now: int, time: int) -> None:
        self._counts.asked_again += 1
        self._ask(step, given, now)
        self._sound(step, given, now, time)

    def _sound(self, step: int, given: State, now: int, time: int) -> None:
        if not self._correct(step, given, now, time):
            self.requests.wait(now, now + self.grid.grace)

    def _correct(self, _step: int, given: State, _now: int, time: int) -> bool:
        """Whether there is an answer to be played."""
        request = self.requests.pending
        assert request is not None  # no act without one in the table
        request.given = given
        if request.answered is not None:
            self._play(request, time)
        return request.answered is not None

    def _hold(self, _step: int, given: State, _now: int, _time: int) -> None:
        self.requests.sounded(given, self._voice.hold())

    def _give_up(self, step: int, _given: State, now: int, _time: int) -> None:
        self.requests.give_up(self._performer.hold(step))
        self._tell(now)

    # -- what is done in a step ------------------------------------------------------------------------

    def _given(self, step: int) -> State:
        return self._held.now() if self.off_grid else self._held.given(step)

    def _ask(self, step: int, given: State, now: int, ahead: int = 0) -> None:
        requests, parameters = self.requests, self.parameters
        if self.off_grid:
            requests.report(step, given, self._voice.hold(), parameters, StepAction.AROUND, now, self.step)
            return
        action = self._decide(step, given)
        if action is StepAction.LOOP:
            frame = self._performer.loop(step, parameters.phrase * self._bars_of(step).length)
        else:
            self._performer.end_loop()
            if action.chooses:
                requests.ask(step, given, parameters, action, now, ahead, self.step)
                return
            frame = rest(self._held.pitches)
        requests.settle(requests.report(step, given, frame.ours, parameters, action, now, self.step), *frame)

    def _answered(self, request: PendingRequest, now: int) -> None:
        """The answer that was waited for has come."""
        self._latest = max(self._latest, now)
        self._play(request, max(self._step_time, now))

    def _play(self, request: PendingRequest, time: int) -> None:
        loudness, since = self._held.keys.loudness(), time - self._step_time
        notes = self._performer.play(request, self.parameters, loudness, self.grid.step_length, time, since)
        self.requests.sounded(request.given, notes)
        self._tell(time)

    def _tell(self, now: int) -> None:
        bar, beat = self.bars.bar_and_beat(max(self.step, 0))
        status = PlayStatus(self.doing, bar, beat, self._counts.staleness)
        self._performer.tell(self.parameters, status, now)

    def _decide(self, step: int, given: State) -> StepAction:
        rested = 0 if given.any() else max(0, step - self._held_until - 1)
        return self._mode.decide(StepContext(step, rested, self.parameters, self._bars_of(step)))

    # -- how it stands -------------------------------------------------------------------------------

    @property
    def channel(self) -> int:
        """Where our notes leave, 0 to 15."""
        return self._performer.channel(self.parameters)

    @property
    def off_grid(self) -> bool:
        """Whether keys are answered off the grid."""
        return self._mode.off_grid

    @property
    def doing(self) -> PlayState:
        """What is done now."""
        if not (self._clock.running or self.off_grid):
            return PlayState.IDLE
        request = self.requests.pending
        plays = request is not None and request.action is not StepAction.LISTEN
        return PlayState.PLAYING if plays or self._voice.sounding else PlayState.LISTENING

    @property
    def coming(self) -> list[int]:
        """The keys that will be struck on the next tick, as far as it is known."""
        request = self.requests.pending
        if request is None or request.step <= self.step or request.answered is None:
            return []
        low = self._held.pitches.low
        return [low + int(row) for row in np.flatnonzero(request.notes[:, ARTICULATE])]

    @property
    def bars(self) -> Bars:
        """Those that the song is among."""
        return self._bars_of(max(self.step, 0))

    @property
    def bar_and_beat(self) -> tuple[int, int]:
        """Where the song is, both counted from 1."""
        return self.bars.bar_and_beat(max(self.step, 0))

    def _bars_of(self, step: int) -> Bars:
        return self._metres.bars(step, self._programs.current.model.steps_per_beat, self.parameters.metre)

    def _keep_metre(self, step: int, now: int) -> None:
        """Whoever tells the metre of a step is believed rather than the parameter."""
        metre = self._bars_of(step).metre
        if metre != self.parameters.metre:
            self._take_on(self.parameters.with_values({"metre": metre}), now)

    # -- keys ----------------------------------------------------------------------------------------

    def strike(self, lane: int, key: int, now: int) -> None:
        """The clock knows of the key by now: which step is it in?"""
        if self.off_grid:
            self._answer_at_once(lane, key, now)
        elif self._clock.running:
            self._held.strike(lane, key, self._step_of(now))
            if self._mode.yields and self._voice.sounding:
                self.hush(now)
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
        if self.off_grid:
            self._held.release(ended, self.step + 1)
            if not self._held.keys.held():
                self.end(now)
        elif self._clock.running:
            step = self._step_of(now)
            self._held.release(ended, step)
            if step > self.step or step == self._held.struck_step:
                self._keys_changed(now)  # alone, it does not change a step that has sounded; a new key does

    def _step_of(self, now: int) -> int:
        """The step that a key at ``now`` belongs to: the nearest, unless that one is past changing."""
        nearest, request = self.grid.nearest(now), self.requests.pending
        if nearest is None:
            return self.step + 1
        open_until = self._step_time + self.grid.late_window(self.parameters.late)
        open_still = request is not None and request.step == self.step and now <= open_until
        return max(nearest, self.step if open_still else self.step + 1)

    def _answer_at_once(self, lane: int, key: int, now: int) -> None:
        """Off the grid: the key is of the step that is being prepared; where no song runs, a step by itself."""
        if not self._clock.running:
            self.step += 1
        request = self.requests.pending
        step = max(self.step, 0) if request is None else max(self.step, request.step)
        self._voice.new_step()
        self._held.strike(lane, key, step)
        self._step_time = now
        given = self._held.now(struck=key)
        self.requests.ask(step, given, self.parameters, StepAction.AROUND, now, 0, self.step)
        self.requests.wait(now, now + self.grid.grace)

    # -- silence ---------------------------------------------------------------------------------------

    def hush(self, now: int) -> None:
        """Our notes end in the middle of a step; the song goes on with the next."""
        self._silence(now)
        self._latest = max(self._latest, now)
        self.requests.hushed()

    def end(self, now: int) -> None:
        """Our notes end, and nothing will begin by itself."""
        self._silence(now)
        self.requests.sounded(self._held.now(), self._voice.hold())

    def _silence(self, now: int) -> None:
        self._performer.silence(now)
        self.requests.silenced()

    # -- programs and parameters -----------------------------------------------------------------------

    def change(self, parameters: Parameters, now: int) -> None:
        """From here on we play so."""
        was_off_grid = self.off_grid
        self._take_on(parameters, now)
        self._look_again(now)
        if was_off_grid and not self.off_grid and not self._clock.running:
            self.end(now)  # no tick will end what a key began

    def _take_on(self, parameters: Parameters, now: int) -> None:
        if parameters is not self.parameters:
            self._play_by(parameters)
            self._bend_grid()
            self._set_latch(now)

    def _play_by(self, parameters: Parameters) -> None:
        self.parameters, self._mode = parameters, mode_of(parameters)

    def choose_now(self, now: int) -> None:
        """Where no song runs, the program that was chosen begins at once."""
        if self._clock.running:
            return
        program = self._programs.begin(None, self.bars)
        if program is not None:
            self.end(now)
            self._become(program, now)
            if self._armed is not None:
                self._ask(self._armed, self._given(self._armed), now)

    def move_to(self, ledger: Ledger, outlet: Outlet, now: int) -> None:
        """Another output: what sounds ends on the old one."""
        self.hush(now)
        self._performer.move_to(ledger, outlet)

    def _become(self, program: Program, now: int) -> None:
        """From the next step on another program plays; what sounds until then ends as it began."""
        per_step = self.grid.ticks_per_step
        self._play_by(program.parameters)
        self._held.pitches = program.model.pitches
        self._surface.rebind(program.bindings, program.model.abilities)
        self._performer.become(program)
        self.requests.become(program)
        self._take_up(program)
        self.step = self.grid.first_from((self.step + 1) * per_step) - 1
        self._held_until = self.grid.first_from(self._held_until * per_step)
        self._set_latch(now)

    def _take_up(self, program: Program) -> None:
        self._lead = program.model.lead
        self.grid = Grid(self._clock, program.model.steps_per_beat, self._offset)
        self._bend_grid()

    def _set_latch(self, now: int) -> None:
        keys = self._held.keys
        keys.latch = self.parameters.latch
        if not keys.latch:
            self.keys_up(keys.unlatch(), now)

    def _bend_grid(self) -> None:
        parameters, grid = self.parameters, self.grid
        grid.swing = swing(parameters.swing, parameters.swing_unit, grid.ticks_per_step)

    def _look_again(self, now: int) -> None:
        """What was asked before the song began may be another question by now."""
        if self._armed is None:
            return
        action = self._decide(self._armed, self._held.given(self._armed))
        if not self.requests.would_ask_the_same(self.parameters, action):
            self._ask(self._armed, self._given(self._armed), now)

    # -- song ----------------------------------------------------------------------------------------

    def arm(self, tick: int, now: int) -> None:
        """The next clock will be ``tick``: the engine can begin to think about the first step."""
        first = self.grid.first_from(tick)
        if self._armed == first:
            return
        self._armed = first
        self._take_on(self._surface.settle(self.parameters), now)
        self.requests.restart()
        self._go_to(first, now)
        self._ask(first, self._given(first), now)

    def happen(self, happening: Happening, *, runs: bool) -> None:
        """The song begins, continues, jumps (``runs``) or ends here."""
        now, requests = happening.time, self.requests
        self._silence(now)
        armed, self._armed = self._armed, None
        self._take_on(self._surface.settle(self.parameters), now)
        if not runs:
            requests.restart()
            self._tell(now)
            self.choose_now(now)
            return
        requests.rounds = requests.rounds + 1 if happening.kind is Kind.RELOCATED else 0
        # HeldKeys pressed just before belong to the first step.
        self._held.keys.recall(now)
        first, request = self.grid.first_from(happening.tick), requests.pending
        self._go_to(first, now)
        given = self._held.given(first)
        asked = (
            request is not None
            and np.array_equal(request.given, given)
            and requests.would_ask_the_same(self.parameters, self._decide(first, given))
        )
        if armed != first or not asked:
            requests.restart()
            self._ask(first, self._given(first), now)

    def join(self, now: int) -> None:
        """The song runs already: we begin with the next step."""
        timeline = self._clock.timeline
        if self._clock.running and timeline is not None:
            self._go_to(self.grid.first_from(math.ceil(timeline.tick_at(now - self._offset))), now)

    def engine_lost(self, now: int) -> None:
        """Its notes end, no answer is expected, and it will be asked anew from where we are."""
        self._silence(now)
        self._armed = None
        self.requests.restart()

    def _go_to(self, first: int, now: int) -> None:
        self.step = first - 1
        self._latest = now
        self._held_until = first - 1
        self._keep_metre(first, now)
        self._held.begin(first, now, self.grid.step_length / 2)
