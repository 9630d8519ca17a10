"""The effect itself: what the player does and what the clock says become notes on the grid.

For every step of the song three things happen. Half a step ahead the engine is asked what to play, given
what is held then. On the tick the prepared notes go out, unless the player's keys have changed: then the
engine is asked again, and its answer goes out at once. Until ``late`` after the tick a key still changes
the step it belongs to. An answer that does not come is not waited for: what sounds is held, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from descant_daemon.effect.counts import Counts
from descant_daemon.effect.dialogue import Dialogue, Question
from descant_daemon.effect.dry import DryPath
from descant_daemon.effect.grid import Grid
from descant_daemon.effect.hands import Hands
from descant_daemon.effect.manner import touch
from descant_daemon.effect.outbox import Outbox
from descant_daemon.effect.voice import Voice
from descant_daemon.engine.engine import Answer, Ask
from descant_daemon.note_state import PitchRange
from descant_daemon.settings.parameters import Parameters
from descant_daemon.time.clock import Clock, Happening, Kind
from descant_routing import message
from descant_routing.ledger import Ledger
from descant_routing.timed import Timed


class Effect:
    """One instance. Times are integer ns on one monotonic axis; call ``feed``, then ``advance``."""

    def __init__(
        self,
        pitches: PitchRange,
        steps_per_beat: int,
        parameters: Parameters,
        clock: Clock,
        ledger: Ledger,
        cc: dict[int, str] | None = None,
        offset: int = 0,
    ) -> None:
        """``cc``: controller → parameter. ``offset``: ns by which the whole grid is played later.

        Raises UsageError when MIDI clock's 24 ticks a beat do not divide into the model's steps.
        """
        self.clock = clock
        self.parameters = parameters
        self.counts = Counts()
        self._pitches = pitches
        self._grid = Grid(clock, steps_per_beat, offset)
        self._ledger = ledger
        self._dry = DryPath(ledger)
        self._voice = Voice(ledger, pitches)
        self._dialogue = Dialogue(pitches, steps_per_beat)
        self._cc = cc or {}
        self._hands = Hands(pitches)
        self._seen = 0  # the latest time that we were told of
        self._step = -1  # the last step whose tick has passed
        self._step_time = 0
        self._answer_by: int | None = None  # set while a step whose tick has passed waits for its answer
        self._out = Outbox()

    # -- in ------------------------------------------------------------------------------------------

    def feed(self, event: Timed) -> None:
        """A message from the player or the DAW. The dry path first, then everything of ours."""
        now, data = event
        self._seen = max(self._seen, now)
        if not message.is_complete(data):
            self._ledger.pass_dry(data)  # which counts it, and sends nothing
            return
        self._out.send(now, self._dry.feed(data, self.parameters.thru))
        if message.is_realtime(data) or message.is_song_position(data):
            self._happen(self.clock.feed(data, now))
            if data[0] == message.SYSTEM_RESET:
                self._end_notes(range(16), now)
        elif message.is_note_on(data):
            self._key_down(message.channel(data), data[1], data[2], now)
        elif message.is_note_off(data):
            if self._hands.keys.lift(message.channel(data), data[1]):
                self._keys_up([(message.channel(data), data[1])], now)
        elif message.is_control_change(data):
            self._controller(message.channel(data), data[1], data[2], now)

    def take(self, answer: Answer) -> None:
        """The engine has answered; an answer to anything but the last question is stale."""
        if not self._dialogue.take(answer):
            self.counts.stale += 1
        elif self._answer_by is not None and self._dialogue.question is not None:
            self._answer_by = None
            self._play(self._dialogue.question, max(self._step_time, self._seen))

    def engine_lost(self, now: int) -> None:
        """The engine is gone: close its notes, expect no answer, ask anew from where we are."""
        self.counts.engine_lost += 1
        self._close(now)

    def panic(self, now: int) -> None:
        """Silence: every note that we let out ends, ours and the player's; the song goes on."""
        self._out.send(now, self._ledger.panic())
        self._voice.forget()
        self._end_notes(range(16), now)

    # -- time ----------------------------------------------------------------------------------------

    def advance(self, until: int) -> None:
        """Do everything that is due before ``until``."""
        self._seen = max(self._seen, until)
        self._happen(self.clock.advance(until))
        while (due := self._next_due()) is not None and due[0] < until:
            due[1](due[0])
        self._out.put(self._voice.due(until))
        if not self.parameters.thru:
            self._out.send(until, self._dry.close())

    def next_deadline(self) -> int | None:
        """When ``advance`` next has something to do."""
        due = self._next_due()
        times = (self.clock.next_deadline(), self._voice.next_deadline(), due[0] if due else None)
        return min((time for time in times if time is not None), default=None)

    # -- out -----------------------------------------------------------------------------------------

    def messages(self) -> Sequence[Timed]:
        """What is to be sent, in order of time; taken by the call."""
        return self._out.take()

    def asks(self) -> Sequence[Ask]:
        """What the engine is to be asked; taken by the call."""
        return self._dialogue.asks()

    @property
    def step(self) -> int:
        """The last step whose tick has passed."""
        return self._step

    @property
    def bar_and_beat(self) -> tuple[int, int]:
        """Where the song is, both counted from 1."""
        return self._grid.bar_and_beat(max(self._step, 0), self.parameters.metre)

    @property
    def sounding(self) -> frozenset[int]:
        """Our keys that sound."""
        return self._voice.sounding

    @property
    def held(self) -> list[int]:
        """The player's keys."""
        return sorted({key for _, key in self._hands.keys.held()})

    # -- the three moments of a step -----------------------------------------------------------------

    def _next_due(self) -> tuple[int, Callable[[int], None]] | None:
        """The next moment of the next step, and what is to be done at it."""
        if self._answer_by is not None:
            return self._answer_by, self._give_up
        question = self._dialogue.question
        if question is None or question.step <= self._step:
            moment = self._grid.before(self._step + 1)
            return None if moment is None else (moment, self._prepare)
        moment = self._grid.tick(self._step + 1)
        return None if moment is None else (moment, self._fire)

    def _prepare(self, _now: int) -> None:
        """Half a step ahead."""
        self._hands.forget_before(self._step - 1)
        self._ask(self._step + 1)

    def _fire(self, now: int) -> None:
        """The tick."""
        self._step += 1
        self._step_time = now - self.clock.guard
        self.counts.steps += 1
        self._voice.new_step()
        given = self._hands.given(self._step)
        question = self._dialogue.question
        assert question is not None  # _next_due fires only what has been asked
        if self._follows_keys and not np.array_equal(given, question.given):
            self.counts.asked_again += 1
            question = self._ask(self._step)
        question.given = given
        if question.answered is not None:
            self._play(question, self._step_time)
        else:
            self._answer_by = now + self._grid.grace

    def _give_up(self, _now: int) -> None:
        """The answer did not come: hold what sounds, and count."""
        self.counts.late += 1
        self._answer_by = None
        if self._dialogue.question is not None:
            self._dialogue.sounded(self._dialogue.question.given, self._voice.hold())
            self._dialogue.drop()

    def _ask(self, step: int) -> Question:
        return self._dialogue.ask(step, self._hands.given(step), self.parameters)

    def _play(self, question: Question, time: int) -> None:
        manner = touch(self.parameters, self._hands.keys.loudness(), self._grid.step_length)
        sent = self._voice.play(question.notes, manner, time)
        self.counts.notes += sum(message.is_note_on(timed.data) for timed in sent)
        self._out.put(sent)
        self._dialogue.sounded(question.given, question.notes)

    # -- keys ----------------------------------------------------------------------------------------

    def _key_down(self, channel: int, key: int, velocity: int, now: int) -> None:
        self._hands.keys.press(channel, key, velocity, now)
        if key not in self._pitches:
            self.counts.outside += 1
        self._happen(self.clock.key_pressed(now))
        if self.clock.running:
            self._hands.strike(channel, key, self._step_of(now))
            self._reconsider(now)

    def _keys_up(self, ended: Sequence[tuple[int, int]], now: int) -> None:
        if not ended or not self.clock.running:
            return
        step = self._step_of(now)
        self._hands.release(ended, step)
        if step > self._step or step == self._hands.struck_step:
            self._reconsider(now)  # alone, it does not change a step that has sounded; a new key does
        if not self._hands.keys.held():
            self.clock.keys_idle(now)

    def _step_of(self, now: int) -> int:
        """The step that a key at ``now`` belongs to: the nearest, unless that one is past changing."""
        nearest, question = self._grid.nearest(now), self._dialogue.question
        if nearest is None:
            return self._step + 1
        open_until = self._step_time + self._grid.late_window(self.parameters.late)
        open_still = question is not None and question.step == self._step and now <= open_until
        return max(nearest, self._step if open_still else self._step + 1)

    def _reconsider(self, now: int) -> None:
        """The player's keys have changed: is what we asked for still the right question?"""
        question = self._dialogue.question
        if question is None:
            return
        given = self._hands.given(question.step)
        if np.array_equal(given, question.given):
            return
        passed = question.step == self._step
        if self._follows_keys:
            self._ask(question.step)
            if passed:
                self.counts.asked_again += 1
                self._answer_by = now + self._grid.grace
        elif passed:
            question.given = given  # as if the key had come in time: we leave it its pitch, and remember it
            if question.answered is not None:
                self._play(question, now)

    def _controller(self, channel: int, number: int, value: int, now: int) -> None:
        if number == message.SUSTAIN:
            self._keys_up(self._hands.keys.pedal(channel, value), now)
        elif number == message.RESET_CONTROLLERS:
            self._keys_up(self._hands.keys.pedal(channel, 0), now)
        elif number in message.NOTE_ENDING_CONTROLLERS:
            self._end_notes([channel], now)
        elif number in self._cc:
            self.parameters = self.parameters.with_cc(self._cc[number], value)

    def _end_notes(self, channels: Sequence[int], now: int) -> None:
        """The player's keys on these channels end, and all of ours; the song goes on with the next step."""
        self._out.put(self._voice.close(now))
        self._answer_by = None
        self._dialogue.hushed()
        for channel in channels:
            self._keys_up(self._hands.keys.clear(channel), now)

    # -- song ----------------------------------------------------------------------------------------

    def _happen(self, happenings: Sequence[Happening]) -> None:
        for happening in happenings:
            self._close(happening.time)
            if happening.kind not in (Kind.STOPPED, Kind.LOST):
                self._go_to(happening)

    def _go_to(self, happening: Happening) -> None:
        """The song begins, continues or jumps: keys pressed just before belong to its first step."""
        first = self._grid.first_from(happening.tick)
        self._step = first - 1
        self._hands.begin(first, happening.time, self._grid.step_length / 2)
        self._ask(first)

    def _close(self, now: int) -> None:
        """Our notes end; what was asked no longer matters."""
        self._out.put(self._voice.close(now))
        self._answer_by = None
        self._dialogue.restart()

    @property
    def _follows_keys(self) -> bool:
        return self.parameters.mode == "harmonise"
