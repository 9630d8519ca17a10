"""One instance: what its player holds and what the clock says become notes on the grid.

For every step of the song three things happen. Half a step ahead the engine is asked what to play, given
what is held then. On the tick the prepared notes go out, unless the player's keys have changed: then the
engine is asked again, and its answer goes out at once. Until ``late`` after the tick a key still changes
the step it belongs to. An answer that does not come is not waited for: what sounds is held, and counted.

In ``instant`` the grid moves the song on but strikes nothing; a key is answered the moment it is pressed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from descant_daemon.effect.common import Common, Due, Track
from descant_daemon.effect.dialogue import Dialogue, Question
from descant_daemon.effect.feel import Feel
from descant_daemon.effect.grid import Grid
from descant_daemon.effect.hands import Hands
from descant_daemon.effect.lengths import Lengths
from descant_daemon.effect.swing import swing
from descant_daemon.effect.turn import Turn
from descant_daemon.effect.voice import Voice
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.settings.parameters import Parameters
from descant_daemon.time.clock import Happening


class Part:
    """Driven by ``Effect``, which sees to it that time only goes forward."""

    def __init__(self, common: Common, track: Track, instance: int) -> None:
        """Raises UsageError when MIDI clock's 24 ticks a beat do not divide into the model's steps."""
        self.parameters = track.parameters
        self.channels = track.channels
        self.step = -1
        """The last step whose tick has passed."""
        self._common = common
        self._out, self._counts, self._clock = common.outbox, common.counts, common.clock
        self._grid = Grid(common.clock, common.steps_per_beat, common.offset)
        self._voice = Voice(common.ledger, common.pitches, instance)
        dialogue = Dialogue(common.pitches, common.steps_per_beat, instance, common.styles)
        self._turn = Turn(dialogue, self._voice, common.outbox, common.counts)
        self._hands = Hands(common.pitches)
        self._lengths = Lengths()
        self._feel = Feel(common.steps_per_beat, instance)
        self._bend_grid()
        self._step_time = 0
        self._armed: int | None = None  # the first step, when it has been asked for before the song began

    # -- what Effect asks ----------------------------------------------------------------------------

    @property
    def sounding(self) -> frozenset[int]:
        """Our keys that sound."""
        return self._voice.sounding

    def sounds_on(self, channel: int) -> bool:
        """Whether a note of ours sounds there."""
        return self._voice.sounds_on(channel)

    @property
    def held(self) -> set[int]:
        """The player's keys."""
        return {key for _, key in self._hands.keys.held()}

    @property
    def bar_and_beat(self) -> tuple[int, int]:
        """Where the song is, both counted from 1."""
        return self._grid.bar_and_beat(max(self.step, 0), self.parameters.metre)

    def asks(self) -> Sequence[Ask]:
        """What the engine is to be asked; taken by the call."""
        return self._turn.asks()

    def take(self, answer: Answer, seen: int) -> None:
        """The engine has answered; an answer to anything but the last question comes too late."""
        question = self._turn.take(answer)
        if question is not None:
            self._play(question, max(self._step_time, seen))

    # -- time ----------------------------------------------------------------------------------------

    def next_due(self) -> Due | None:
        """The next thing to be done, and when."""
        due, gate = self._next_moment(), self._voice.next_deadline()
        if gate is not None and (due is None or gate < due.time):
            return Due(gate, self._turn.let_go)
        return due

    def _next_moment(self) -> Due | None:
        """The next moment of the next step."""
        if self._turn.answer_by is not None:
            return Due(self._turn.answer_by, self._give_up)
        question = self._turn.question
        if question is None or question.step <= self.step:
            moment = self._grid.before(self.step + 1)
            return None if moment is None else Due(moment, self._prepare)
        moment = self._grid.tick(self.step + 1)
        return None if moment is None else Due(moment, self._fire)

    def _prepare(self, now: int) -> None:
        """Half a step ahead."""
        self._hands.forget_before(self.step - 1)
        self._feel.prepare(self.parameters, self.step + 1)
        self._ask(self.step + 1, now, ahead=max(0, (self._grid.tick(self.step + 1) or now) - now))

    def _fire(self, now: int) -> None:
        """The tick."""
        self.step += 1
        self._step_time = now - self._clock.guard
        self._counts.steps += 1
        self._voice.new_step()
        question = self._turn.question
        assert question is not None  # next_due fires only what has been asked
        if self._instant:
            self._turn.hold(self._hands.now())
            return
        given = self._hands.given(self.step)
        if self._follows_keys and not np.array_equal(given, question.given):
            self._counts.asked_again += 1
            question = self._ask(self.step, now)
        question.given = given
        if question.answered is not None:
            self._play(question, self._step_time)
        else:
            self._turn.wait(now, now + self._grid.grace)

    def _give_up(self, now: int) -> None:
        """The answer did not come."""
        self._turn.fall_back()
        self._tell(now)

    def _ask(self, step: int, now: int, ahead: int = 0) -> Question:
        dialogue = self._turn.dialogue
        if self._instant:
            return dialogue.move_on(step, self._hands.now(), self._voice.hold(), self.parameters)
        given = self._hands.given(step)
        return self._turn.asked(dialogue.ask(step, given, self.parameters, ahead), now)

    def _play(self, question: Question, time: int) -> None:
        held = self._hands.keys.loudness()
        length = self._lengths.detached
        touch = self._feel.touch(self.parameters, question.step, held, length, self._grid.step_length)
        self._turn.play(question, touch._replace(since=time - self._step_time), time)
        self._tell(time)

    def _tell(self, now: int) -> None:
        self._turn.tell_staleness(self.parameters.channel - 1, self.parameters.late_cc, now)

    # -- keys ----------------------------------------------------------------------------------------

    def key_down(self, channel: int, key: int, velocity: int, now: int) -> None:
        """The player strikes a key."""
        self._hands.keys.press(channel, key, velocity, now)
        self._lengths.press(now)
        if key not in self._common.pitches:
            self._counts.outside += 1

    def key_heard(self, channel: int, key: int, now: int) -> None:
        """The clock knows of the key by now: which step is it in?"""
        if self._instant:
            self._answer_at_once(channel, key, now)
        elif self._clock.running:
            self._hands.strike(channel, key, self._step_of(now))
            self._reconsider(now)

    def key_up(self, channel: int, key: int, now: int) -> None:
        """The player lets a key go."""
        if self._hands.keys.lift(channel, key):
            self._keys_up([(channel, key)], now)

    def pedal(self, channel: int, value: int, now: int) -> None:
        """The sustain pedal moves."""
        self._keys_up(self._hands.keys.pedal(channel, value), now)

    def end_notes(self, channels: Iterable[int], now: int) -> None:
        """The player's keys on these channels end, and all of ours; the song goes on with the next step."""
        self._turn.silence(now)
        self._turn.dialogue.hushed()
        for channel in channels:
            self._keys_up(self._hands.keys.clear(channel, now), now)

    def forget_notes(self) -> None:
        """The ledger has closed our notes by itself."""
        self._voice.forget()

    def control(self, number: int, value: int, now: int) -> None:
        """A controller moves."""
        if number in self._common.cc:
            moved = self.parameters.with_cc(self._common.cc[number], value, self._common.styles or ("",))
            self.change(moved, now)

    def change(self, parameters: Parameters, now: int) -> None:
        """From here on we play so."""
        left = self._instant and parameters.mode != "instant"
        self.parameters = parameters
        self._bend_grid()
        if self._armed is not None and not self._turn.dialogue.would_ask_the_same(parameters):
            self._ask(self._armed, now)
        if left and not self._clock.running:
            self._hush(now)  # no tick will end what a key began

    def _bend_grid(self) -> None:
        parameters, grid = self.parameters, self._grid
        grid.swing = swing(parameters.swing, parameters.swing_unit, grid.ticks_per_step)

    def _keys_up(self, ended: Sequence[tuple[int, int]], now: int) -> None:
        if not ended:
            return
        if not self._hands.keys.held():
            self._lengths.all_up(now)
        if self._instant:
            self._hands.release(ended, self.step + 1)
            if not self._hands.keys.held():
                self._hush(now)
        elif self._clock.running:
            step = self._step_of(now)
            self._hands.release(ended, step)
            if step > self.step or step == self._hands.struck_step:
                self._reconsider(now)  # alone, it does not change a step that has sounded; a new key does
        if not self._hands.keys.held():
            self._clock.keys_idle(now)

    def _step_of(self, now: int) -> int:
        """The step that a key at ``now`` belongs to: the nearest, unless that one is past changing."""
        nearest, question = self._grid.nearest(now), self._turn.question
        if nearest is None:
            return self.step + 1
        open_until = self._step_time + self._grid.late_window(self.parameters.late)
        open_still = question is not None and question.step == self.step and now <= open_until
        return max(nearest, self.step if open_still else self.step + 1)

    def _reconsider(self, now: int) -> None:
        """The player's keys have changed: is what we asked for still the right question?"""
        question = self._turn.question
        if question is None:
            return
        given = self._hands.given(question.step)
        if np.array_equal(given, question.given):
            return
        passed = question.step == self.step
        if self._follows_keys:
            self._ask(question.step, now)
            if passed:
                self._counts.asked_again += 1
                self._turn.wait(now, now + self._grid.grace)
        elif passed:
            question.given = given  # as if the key had come in time: we leave it its pitch, and remember it
            if question.answered is not None:
                self._play(question, now)

    # -- instant -------------------------------------------------------------------------------------

    def _answer_at_once(self, channel: int, key: int, now: int) -> None:
        """Off the grid: the key is of the step that is being prepared; where no song runs, a step by itself."""
        if not self._clock.running:
            self.step += 1
        question = self._turn.question
        step = max(self.step, 0) if question is None else max(self.step, question.step)
        self._voice.new_step()
        self._hands.strike(channel, key, step)
        self._step_time = now
        question = self._turn.dialogue.ask(step, self._hands.now(struck=key), self.parameters, 0)
        self._turn.asked(question, now)
        self._turn.wait(now, now + self._grid.grace)

    def _hush(self, now: int) -> None:
        """The last key is up."""
        self._turn.silence(now)
        self._turn.hold(self._hands.now())

    # -- song ----------------------------------------------------------------------------------------

    def arm(self, tick: int, now: int) -> None:
        """The next clock will be ``tick``: the engine can begin to think about the first step."""
        first = self._grid.first_from(tick)
        if self._armed == first:
            return
        self._armed = first
        self._turn.dialogue.restart()
        self.step = first - 1
        self._hands.begin(first, now, self._grid.step_length / 2)
        self._ask(first, now)

    def happen(self, happening: Happening, *, runs: bool) -> None:
        """The song begins, continues, jumps (``runs``) or ends here."""
        self._turn.silence(happening.time)
        armed, self._armed = self._armed, None
        if not runs:
            self._turn.dialogue.restart()
            return
        # Keys pressed just before belong to the first step.
        self._hands.keys.recall(happening.time)
        first, question = self._grid.first_from(happening.tick), self._turn.question
        self._hands.begin(first, happening.time, self._grid.step_length / 2)
        self.step = first - 1
        asked = question is not None and np.array_equal(question.given, self._hands.given(first))
        if armed != first or not asked:
            self._turn.dialogue.restart()
            self._ask(first, happening.time)

    def engine_lost(self, now: int) -> None:
        """Its notes end, no answer is expected, and it will be asked anew from where we are."""
        self._turn.silence(now)
        self._armed = None
        self._turn.dialogue.restart()

    @property
    def _follows_keys(self) -> bool:
        return self.parameters.mode != "free"

    @property
    def _instant(self) -> bool:
        return self.parameters.mode == "instant"
