"""The steps of one instance: what its player holds and what the clock says become notes on the grid.

For every step of the song three things happen. Half a step ahead the engine is asked what to play, given
what is held then. On the tick the prepared notes go out, unless the player's keys have changed: then the
engine is asked again, and its answer goes out at once. Until ``late`` after the tick a key still changes
the step it belongs to. An answer that does not come is not waited for: what sounds is held, and counted.

In ``instant`` the grid moves the song on but strikes nothing; a key is answered the moment it is pressed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from descant_daemon.controls.surface import Surface
from descant_daemon.effect.cables.outbox import Outlet
from descant_daemon.effect.common import Common, Due
from descant_daemon.effect.grid import Grid
from descant_daemon.effect.lately import Lately, rest
from descant_daemon.effect.modes import say
from descant_daemon.effect.modes.scene import Say, Scene
from descant_daemon.effect.player.hands import Hands
from descant_daemon.effect.player.lengths import Lengths
from descant_daemon.effect.programs import Programs
from descant_daemon.effect.questions.dialogue import Dialogue, Question
from descant_daemon.effect.questions.turn import Turn
from descant_daemon.effect.telling import Doing, News, Telling
from descant_daemon.effect.touch.feel import Feel
from descant_daemon.effect.touch.swing import swing
from descant_daemon.effect.voice import Voice
from descant_daemon.engine.asking import Answer
from descant_daemon.note_state import ARTICULATE, State
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Instance, Program
from descant_daemon.time.clock import Happening, Kind
from descant_daemon.time.metre_map import Bars
from descant_routing.ledger import Ledger
from descant_routing.mpe import Zones


class Steps:
    """``Part`` tells it of keys and controllers, ``Effect`` of time and the song; time only goes forward."""

    def __init__(
        self, common: Common, track: Instance, instance: int, ledger: Ledger, outlet: Outlet
    ) -> None:
        """``track`` has been checked."""
        self.programs = Programs(track)
        program = self.programs.current
        self.parameters = program.parameters
        self.step = -1
        """The last step whose tick has passed."""
        self.surface = Surface(program.bindings, program.model.abilities)
        self.hands = Hands(program.model.pitches)
        self.lengths = Lengths()
        self.lately = Lately()
        self.voice = Voice(ledger, program.model.pitches, instance)
        self.turn = Turn(
            Dialogue(program, instance, common.serials, common.metres), self.voice, outlet, common.counts
        )
        self._telling = Telling()
        self.zones = Zones()
        """Of the input whose player is answered."""
        self._outlet = outlet
        self._instance = instance
        self._counts, self._clock, self._metres = common.counts, common.clock, common.metres
        self._offset = common.offset + track.offset
        self._take_up(program)
        self._step_time = 0
        self._held_until = -1  # the last step in which a key was held
        self._armed: int | None = None  # the first step, when it has been asked for before the song began
        self.hands.keys.latch = self.parameters.latch

    # -- time ----------------------------------------------------------------------------------------

    def next_due(self) -> Due | None:
        """The next thing to be done, and when."""
        due, gate = self._next_moment(), self.voice.next_deadline()
        if gate is not None and (due is None or gate < due.time):
            return Due(gate, self.turn.let_go)
        return due

    def take(self, answer: Answer, seen: int) -> None:
        """The engine has answered; an answer to anything but the last question comes too late."""
        question = self.turn.take(answer)
        if question is not None:
            self._play(question, max(self._step_time, seen))

    def _next_moment(self) -> Due | None:
        """The next moment of the next step."""
        if self.turn.answer_by is not None:
            return Due(self.turn.answer_by, self._give_up)
        question = self.turn.question
        if question is None or question.step <= self.step:
            moment = self.grid.before(self.step + 1)
            return None if moment is None else Due(moment, self._prepare)
        moment = self.grid.tick(self.step + 1)
        return None if moment is None else Due(moment, self._fire)

    def _prepare(self, now: int) -> None:
        """Half a step ahead."""
        program = self.programs.begin(self.step + 1, self._bars_of(self.step + 1))
        if program is not None:
            self._become(program, now)
        else:
            self._take_on(self.surface.step(self.parameters), now)
        self._keep_metre(self.step + 1, now)
        self.hands.forget_before(self.step - 1)
        self._feel.prepare(self.parameters, self.step + 1)
        self._ask(self.step + 1, now, ahead=max(0, (self.grid.tick(self.step + 1) or now) - now))

    def _fire(self, now: int) -> None:
        """The tick."""
        self.step += 1
        self._step_time = now - self._clock.guard
        self._counts.steps += 1
        self.voice.new_step()
        question = self.turn.question
        assert question is not None  # next_due fires only what has been asked
        if self.instant:
            self.turn.hold(self.hands.now())
            return
        given = self.hands.given(self.step)
        if not np.array_equal(given, question.given) and self._is_other(question, given):
            self._counts.asked_again += 1
            question = self._ask(self.step, now)
        question.given = given
        if given.any():
            self._held_until = self.step
        if question.answered is not None:
            self._play(question, self._step_time)
        else:
            self.turn.wait(now, now + self.grid.grace)

    def _give_up(self, now: int) -> None:
        """The answer did not come."""
        self.turn.fall_back()
        self.lately.keep(self.step, self.voice.hold(), None)
        self._tell(now)

    def _ask(self, step: int, now: int, ahead: int = 0) -> Question:
        dialogue, parameters = self.turn.dialogue, self.parameters
        if self.instant:
            return dialogue.move_on(step, self.hands.now(), self.voice.hold(), parameters, Say.AROUND)
        given = self.hands.given(step)
        what = self._say(step, given)
        self._let_loop(what, step)
        if what in (Say.AROUND, Say.FREELY):
            return self.turn.asked(dialogue.ask(step, given, parameters, ahead, what), now)
        frame = self.lately.at(step) or rest(self.hands.pitches)
        question = dialogue.move_on(step, given, frame.ours, parameters, what)
        dialogue.settle(question, *frame)
        return self.turn.asked(question, now)

    def _play(self, question: Question, time: int) -> None:
        held = self.hands.keys.loudness()
        length = self.lengths.detached
        touch = self._feel.touch(
            self.parameters, question.step, question.bars, held, length, self.grid.step_length
        )
        touch = touch._replace(channel=self.channel, since=time - self._step_time)
        self.turn.play(question, touch, time)
        self.lately.keep(question.step, question.notes, question.velocities)
        self._tell(time)

    def _tell(self, now: int) -> None:
        bar, beat = self.bars.bar_and_beat(max(self.step, 0))
        news = News(self.doing, bar, beat, self.turn.staleness)
        self._telling.tell(self.parameters, self.channel, news, self._outlet, now)

    @property
    def channel(self) -> int:
        """Where our notes leave, 0 to 15."""
        return self.zones.place(self.parameters.channel - 1)

    # -- what is done in a step ------------------------------------------------------------------------

    @property
    def instant(self) -> bool:
        """Whether keys are answered off the grid."""
        return self.parameters.mode == "instant"

    @property
    def doing(self) -> Doing:
        """What is done now."""
        if not (self._clock.running or self.instant):
            return Doing.IDLE
        question = self.turn.question
        plays = question is not None and question.say is not Say.LISTEN
        return Doing.PLAYING if plays or self.voice.sounding else Doing.LISTENING

    @property
    def coming(self) -> list[int]:
        """The keys that will be struck on the next tick, as far as it is known."""
        question = self.turn.question
        if question is None or question.step <= self.step or question.answered is None:
            return []
        low = self.hands.pitches.low
        return [low + int(row) for row in np.flatnonzero(question.notes[:, ARTICULATE])]

    @property
    def bars(self) -> Bars:
        """Those that the song is among."""
        return self._bars_of(max(self.step, 0))

    def _bars_of(self, step: int) -> Bars:
        return self._metres.bars(step, self.programs.current.model.steps_per_beat, self.parameters.metre)

    def _keep_metre(self, step: int, now: int) -> None:
        """Whoever tells the metre of a step is believed rather than the parameter."""
        metre = self._bars_of(step).metre
        if metre != self.parameters.metre:
            self._take_on(self.parameters.with_values({"metre": metre}), now)

    def _say(self, step: int, given: State) -> Say:
        rest = 0 if given.any() else max(0, step - self._held_until - 1)
        return say(Scene(step, rest, self.parameters, self._bars_of(step)))

    def _is_other(self, question: Question, given: State) -> bool:
        """Whether other keys make it another question."""
        what = self._say(question.step, given)
        return what is Say.AROUND or what is not question.say

    def _let_loop(self, what: Say, step: int) -> None:
        if what is not Say.LOOP:
            self.lately.melt()
        elif not self.lately.loops:
            self.lately.freeze(step, self.parameters.phrase * self._bars_of(step).length)

    # -- keys ----------------------------------------------------------------------------------------

    def strike(self, lane: int, key: int, now: int) -> None:
        """The clock knows of the key by now: which step is it in?"""
        if self.instant:
            self._answer_at_once(lane, key, now)
        elif self._clock.running:
            self.hands.strike(lane, key, self._step_of(now))
            if self.parameters.mode == "continue" and self.voice.sounding:
                self.hush(now)  # the player is back
            self._reconsider(now)

    def keys_up(self, ended: Sequence[tuple[int, int]], now: int) -> None:
        """These (lane, key) pairs have ended."""
        if not ended:
            return
        nothing_held = not self.hands.keys.held()
        if nothing_held:
            self.lengths.all_up(now)
        self._release(ended, now)
        if nothing_held:
            self._clock.keys_idle(now)

    def _release(self, ended: Sequence[tuple[int, int]], now: int) -> None:
        if self.instant:
            self.hands.release(ended, self.step + 1)
            if not self.hands.keys.held():
                self.end(now)
        elif self._clock.running:
            step = self._step_of(now)
            self.hands.release(ended, step)
            if step > self.step or step == self.hands.struck_step:
                self._reconsider(now)  # alone, it does not change a step that has sounded; a new key does

    def _step_of(self, now: int) -> int:
        """The step that a key at ``now`` belongs to: the nearest, unless that one is past changing."""
        nearest, question = self.grid.nearest(now), self.turn.question
        if nearest is None:
            return self.step + 1
        open_until = self._step_time + self.grid.late_window(self.parameters.late)
        open_still = question is not None and question.step == self.step and now <= open_until
        return max(nearest, self.step if open_still else self.step + 1)

    def _reconsider(self, now: int) -> None:
        """The player's keys have changed: is what we asked for still the right question?"""
        question = self.turn.question
        if question is None:
            return
        given = self.hands.given(question.step)
        if np.array_equal(given, question.given):
            return
        passed = question.step == self.step
        if self._is_other(question, given):
            question = self._ask(question.step, now)
            if passed:
                self._counts.asked_again += 1
                if question.settled:
                    self._play(question, now)
                else:
                    self.turn.wait(now, now + self.grid.grace)
        elif passed:
            question.given = given  # as if the key had come in time: we leave it its pitch, and remember it
            if question.answered is not None:
                self._play(question, now)

    def _answer_at_once(self, lane: int, key: int, now: int) -> None:
        """Off the grid: the key is of the step that is being prepared; where no song runs, a step by itself."""
        if not self._clock.running:
            self.step += 1
        question = self.turn.question
        step = max(self.step, 0) if question is None else max(self.step, question.step)
        self.voice.new_step()
        self.hands.strike(lane, key, step)
        self._step_time = now
        given = self.hands.now(struck=key)
        question = self.turn.dialogue.ask(step, given, self.parameters, 0, Say.AROUND)
        self.turn.asked(question, now)
        self.turn.wait(now, now + self.grid.grace)

    # -- silence ---------------------------------------------------------------------------------------

    def hush(self, now: int) -> None:
        """Our notes end in the middle of a step; the song goes on with the next."""
        self.turn.silence(now)
        self.turn.dialogue.hushed()

    def end(self, now: int) -> None:
        """Our notes end, and nothing will begin by itself."""
        self.turn.silence(now)
        self.turn.hold(self.hands.now())

    # -- programs and parameters -----------------------------------------------------------------------

    def change(self, parameters: Parameters, now: int) -> None:
        """From here on we play so."""
        left = self.instant and parameters.mode != "instant"
        self._take_on(parameters, now)
        self._look_again(now)
        if left and not self._clock.running:
            self.end(now)  # no tick will end what a key began

    def _take_on(self, parameters: Parameters, now: int) -> None:
        if parameters is not self.parameters:
            self.parameters = parameters
            self._bend_grid()
            self._set_latch(now)

    def choose_now(self, now: int) -> None:
        """Where no song runs, the program that was chosen begins at once."""
        if self._clock.running:
            return
        program = self.programs.begin(None, self.bars)
        if program is not None:
            self.end(now)
            self._become(program, now)
            if self._armed is not None:
                self._ask(self._armed, now)

    def retrack(self, track: Instance, now: int) -> None:
        """Other programs to choose from; one that has changed begins anew at the next boundary."""
        if not self.programs.replace(track):
            self.choose_now(now)

    def move_to(self, ledger: Ledger, outlet: Outlet, now: int) -> None:
        """Another output: what sounds ends on the old one."""
        self.hush(now)
        self.voice.move_to(ledger)
        self.turn.move_to(outlet)
        self._outlet = outlet

    def _become(self, program: Program, now: int) -> None:
        """From the next step on another program plays; what sounds until then ends as it began."""
        per_step = self.grid.ticks_per_step
        self.parameters = program.parameters
        self.hands.pitches = self.voice.pitches = program.model.pitches
        self.surface.rebind(program.bindings, program.model.abilities)
        self.voice.retire()
        self.turn.dialogue.become(program)
        self.lately = Lately()
        self._take_up(program)
        self.step = self.grid.first_from((self.step + 1) * per_step) - 1
        self._held_until = self.grid.first_from(self._held_until * per_step)
        self._set_latch(now)

    def _take_up(self, program: Program) -> None:
        self.grid = Grid(self._clock, program.model.steps_per_beat, self._offset)
        self._feel = Feel(self._instance)
        self._bend_grid()

    def _set_latch(self, now: int) -> None:
        keys = self.hands.keys
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
        what = self._say(self._armed, self.hands.given(self._armed))
        if not self.turn.dialogue.would_ask_the_same(self.parameters, what):
            self._ask(self._armed, now)

    # -- song ----------------------------------------------------------------------------------------

    def arm(self, tick: int, now: int) -> None:
        """The next clock will be ``tick``: the engine can begin to think about the first step."""
        first = self.grid.first_from(tick)
        if self._armed == first:
            return
        self._armed = first
        self._take_on(self.surface.settle(self.parameters), now)
        self.turn.dialogue.restart()
        self._go_to(first, now)
        self._ask(first, now)

    def happen(self, happening: Happening, *, runs: bool) -> None:
        """The song begins, continues, jumps (``runs``) or ends here."""
        self.turn.silence(happening.time)
        armed, self._armed = self._armed, None
        self._take_on(self.surface.settle(self.parameters), happening.time)
        dialogue = self.turn.dialogue
        if not runs:
            dialogue.restart()
            self._tell(happening.time)
            return
        dialogue.rounds = dialogue.rounds + 1 if happening.kind is Kind.RELOCATED else 0
        # Keys pressed just before belong to the first step.
        self.hands.keys.recall(happening.time)
        first, question = self.grid.first_from(happening.tick), self.turn.question
        self._go_to(first, happening.time)
        given = self.hands.given(first)
        asked = (
            question is not None
            and np.array_equal(question.given, given)
            and dialogue.would_ask_the_same(self.parameters, self._say(first, given))
        )
        if armed != first or not asked:
            dialogue.restart()
            self._ask(first, happening.time)

    def join(self, now: int) -> None:
        """The song runs already: we begin with the next step."""
        timeline = self._clock.timeline
        if self._clock.running and timeline is not None:
            self._go_to(self.grid.first_from(math.ceil(timeline.tick_at(now - self._offset))), now)

    def engine_lost(self, now: int) -> None:
        """Its notes end, no answer is expected, and it will be asked anew from where we are."""
        self.turn.silence(now)
        self._armed = None
        self.turn.dialogue.restart()

    def _go_to(self, first: int, now: int) -> None:
        self.step = first - 1
        self._held_until = first - 1
        self._keep_metre(first, now)
        self.hands.begin(first, now, self.grid.step_length / 2)
