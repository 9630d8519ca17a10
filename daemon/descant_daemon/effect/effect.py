"""The effect itself: what the player does and what the clock says become notes on the grid.

For every step of the song three things happen. Half a step ahead the engine is asked what to play, given
what is held then. On the tick the prepared notes go out, unless the player's keys have changed: then the
engine is asked again, and its answer goes out at once. Until ``late`` after the tick a key still changes
the step it belongs to. An answer that does not come is not waited for: what sounds is held, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from descant_daemon.effect.counts import Counts
from descant_daemon.effect.keys import Keys
from descant_daemon.effect.voice import Touch, Voice
from descant_daemon.engine.engine import Answer, Ask, Sampling
from descant_daemon.note_state import PLAY, NoteLog, PitchRange, State, nearest_step
from descant_daemon.settings.parameters import Parameters
from descant_daemon.time.clock import Clock, Happening, Kind
from descant_routing import message
from descant_routing.ledger import Ledger
from descant_routing.timed import Timed

TICKS_PER_BEAT = 24
GRACE = 30_000_000  # ns after its tick that an answer may still be played: later it would be heard as late
MILLISECOND = 1_000_000


@dataclass
class _Question:
    """The last thing asked of the engine: its step, what was given, and what had been played before it."""

    serial: int
    step: int
    given: State
    played: State
    ours: State
    answered: State | None = None


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
        """``cc``: controller → parameter. ``offset``: ns by which the whole grid is played later."""
        self.parameters = parameters
        self.counts = Counts()
        self._pitches = pitches
        self._steps_per_beat = steps_per_beat
        self._ticks_per_step = TICKS_PER_BEAT // steps_per_beat
        self._clock = clock
        self._ledger = ledger
        self._voice = Voice(ledger, pitches)
        self._cc = cc or {}
        self._offset = offset
        self._keys = Keys()
        self._log = NoteLog()
        self._step = -1  # the last step whose tick has passed
        self._step_time = 0
        self._struck_step = -1  # the step of the player's last key
        self._jump = True
        self._ours = self._silence()  # our part of the last step, and all of it
        self._played = self._silence()
        self._question: _Question | None = None
        self._answer_by: int | None = None  # set while a step whose tick has passed waits for its answer
        self._serial = 0
        self._asks: list[Ask] = []
        self._out: list[Timed] = []

    # -- in ------------------------------------------------------------------------------------------

    def feed(self, event: Timed) -> None:
        """A message from the player or the DAW. The dry path first, then everything of ours."""
        now, data = event
        if self.parameters.thru:
            self._send(now, self._ledger.pass_dry(data))
        if message.is_realtime(data) or message.is_song_position(data):
            self._happen(self._clock.feed(data, now))
        elif message.is_note_on(data):
            self._key_down(message.channel(data), data[1], data[2], now)
        elif message.is_note_off(data):
            if self._keys.lift(message.channel(data), data[1]):
                self._keys_up([(message.channel(data), data[1])], now)
        elif message.is_control_change(data):
            self._controller(message.channel(data), data[1], data[2], now)

    def take(self, answer: Answer) -> None:
        """The engine has answered; an answer to anything but the last question is stale."""
        question = self._question
        if question is None or answer.serial != question.serial:
            self.counts.stale += 1
            return
        question.answered = answer.ours
        if self._answer_by is not None:
            self._answer_by = None
            self._play(question, self._step_time)

    def engine_lost(self, now: int) -> None:
        """The engine is gone: close its notes, expect no answer, ask anew from where we are."""
        self.counts.engine_lost += 1
        self._close(now)

    def panic(self, now: int) -> None:
        """Silence: every note that we let out ends, ours and the player's; the song goes on."""
        self._send(now, self._ledger.panic())
        self._voice.forget()
        self._ours = self._silence()
        for channel in range(16):
            self._keys_up(self._keys.clear(channel), now)

    # -- time ----------------------------------------------------------------------------------------

    def advance(self, until: int) -> None:
        """Do everything that is due before ``until``."""
        self._happen(self._clock.advance(until))
        while (due := self._next_due()) is not None and due[0] < until:
            due[1](due[0])
        self._out += self._voice.due(until)

    def next_deadline(self) -> int | None:
        """When ``advance`` next has something to do."""
        due = self._next_due()
        times = (self._clock.next_deadline(), self._voice.next_deadline(), due[0] if due else None)
        return min((time for time in times if time is not None), default=None)

    # -- out -----------------------------------------------------------------------------------------

    def messages(self) -> Sequence[Timed]:
        """What is to be sent, in order of time; taken by the call."""
        out, self._out = self._out, []
        # Notes pair up in the order in which they were decided, so that order is kept.
        for index in range(1, len(out)):
            if out[index].time < out[index - 1].time:
                out[index] = Timed(out[index - 1].time, out[index].data)
        return out

    def asks(self) -> Sequence[Ask]:
        """What the engine is to be asked; taken by the call."""
        asks, self._asks = self._asks, []
        return asks

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        return self._clock

    @property
    def step(self) -> int:
        """The last step whose tick has passed."""
        return self._step

    @property
    def bar_and_beat(self) -> tuple[int, int]:
        """Where the song is, both counted from 1."""
        metre = self.parameters.metre
        bar, step = divmod(max(self._step, 0), metre.steps_per_bar(self._steps_per_beat))
        return bar + 1, step * metre.unit // (4 * self._steps_per_beat) + 1

    @property
    def sounding(self) -> frozenset[int]:
        """Our keys that sound."""
        return self._voice.sounding

    @property
    def held(self) -> list[int]:
        """The player's keys."""
        return sorted({key for _, key in self._keys.held()})

    # -- the three moments of a step -----------------------------------------------------------------

    def _next_due(self) -> tuple[int, Callable[[int], None]] | None:
        """The next moment of the next step, and what is to be done at it."""
        if self._answer_by is not None:
            return self._answer_by, self._give_up
        timeline, trusted = self._clock.timeline, self._clock.trusted_until
        if not self._clock.running or timeline is None:
            return None
        tick = (self._step + 1) * self._ticks_per_step
        if self._question is None or self._question.step <= self._step:
            moment = timeline.time_of(tick - self._ticks_per_step / 2) + self._offset
            return (moment, self._prepare) if trusted is None or moment <= trusted else None
        moment = timeline.time_of(tick) + self._offset + self._clock.guard
        return (moment, self._fire) if trusted is None or moment <= trusted else None

    def _prepare(self, _now: int) -> None:
        """Half a step ahead."""
        self._log.forget_before(self._step - 1)
        self._ask(self._step + 1, self._log.state(self._step + 1, self._pitches))

    def _fire(self, now: int) -> None:
        """The tick."""
        self._step += 1
        self._step_time = now - self._clock.guard
        self.counts.steps += 1
        self._voice.new_step()
        given = self._log.state(self._step, self._pitches)
        question = self._question
        assert question is not None  # _next_due fires only what has been asked
        if self._follows_keys and not np.array_equal(given, question.given):
            self.counts.asked_again += 1
            question = self._ask(self._step, given)
        question.given = given
        if question.answered is not None:
            self._play(question, self._step_time)
        else:
            self._answer_by = now + self._grace

    def _give_up(self, _now: int) -> None:
        """The answer did not come: hold what sounds, and count."""
        self.counts.late += 1
        self._answer_by = None
        if self._question is not None:
            self._record(self._question.given, self._voice.hold())
            self._serial += 1  # whatever comes now is stale
            self._question = None

    def _ask(self, step: int, given: State) -> _Question:
        self._serial += 1
        last = self._question
        again = last is not None and last.step == step
        played, ours = (last.played, last.ours) if last is not None and again else (self._played, self._ours)
        self._question = _Question(self._serial, step, given, played, ours)
        bar = self.parameters.metre.steps_per_bar(self._steps_per_beat)
        ask = Ask(self._serial, step, bar, given, played, ours, self._jump, self._sampling(given))
        self._jump = False
        self._asks.append(ask)
        return self._question

    def _play(self, question: _Question, time: int) -> None:
        assert question.answered is not None  # the callers have looked
        ours = question.answered * (1 - question.given[:, :1])  # the player may have taken one of our pitches
        sent = self._voice.play(ours, self._touch(), time)
        self.counts.notes += sum(message.is_note_on(timed.data) for timed in sent)
        self._out += sent
        self._record(question.given, ours)

    def _record(self, given: State, ours: State) -> None:
        self._ours = ours
        self._played = np.maximum(given, ours)

    # -- keys ----------------------------------------------------------------------------------------

    def _key_down(self, channel: int, key: int, velocity: int, now: int) -> None:
        self._keys.press(channel, key, velocity, now)
        if key not in self._pitches:
            self.counts.outside += 1
        self._happen(self._clock.key_pressed(now))
        if self._clock.running:
            self._struck_step = self._step_of(now)
            self._log.strike(channel, key, self._struck_step)
            self._reconsider(now)

    def _keys_up(self, ended: Sequence[tuple[int, int]], now: int) -> None:
        if not self._clock.running:
            return
        step = self._step_of(now)
        if self._struck_step != step:
            step = max(step, self._step + 1)  # only a new key changes a step that has sounded
        for channel, key in ended:
            self._log.release(channel, key, step)
        if ended:
            self._reconsider(now)
        if not self._keys.held():
            self._clock.keys_idle(now)

    def _step_of(self, now: int) -> int:
        """The step that a key at ``now`` belongs to: the nearest, unless that one is past changing."""
        timeline = self._clock.timeline
        if timeline is None:
            return self._step + 1
        step = nearest_step(timeline.tick_at(now - self._offset), self._ticks_per_step)
        open_still = self._follows_keys and now <= self._step_time + self._late_window
        return max(step, self._step if open_still else self._step + 1)

    def _reconsider(self, now: int) -> None:
        """The player's keys have changed: is what we asked for still the right question?"""
        question = self._question
        if question is None or not self._follows_keys:
            return
        given = self._log.state(question.step, self._pitches)
        if np.array_equal(given, question.given):
            return
        self._ask(question.step, given)
        if question.step == self._step:
            self.counts.asked_again += 1
            self._answer_by = now + self._grace

    def _controller(self, channel: int, number: int, value: int, now: int) -> None:
        if number == message.SUSTAIN:
            self._keys_up(self._keys.pedal(channel, value), now)
        elif number in (message.ALL_SOUND_OFF, message.ALL_NOTES_OFF):
            self._keys_up(self._keys.clear(channel), now)
            self._out += self._voice.close(now)
        elif number in self._cc:
            self.parameters = self.parameters.with_cc(self._cc[number], value)

    # -- song ----------------------------------------------------------------------------------------

    def _happen(self, happenings: Sequence[Happening]) -> None:
        for happening in happenings:
            self._close(happening.time)
            if happening.kind not in (Kind.STOPPED, Kind.LOST):
                self._go_to(happening)

    def _go_to(self, happening: Happening) -> None:
        """The song begins, continues or jumps: keys pressed just before belong to its first step."""
        first = -(-happening.tick // self._ticks_per_step)
        self._step = first - 1
        self._log = NoteLog()
        timeline = self._clock.timeline
        reach = 0.5 * self._ticks_per_step * timeline.per_tick if timeline else GRACE
        for (channel, key), pressed in self._keys.held().items():
            self._log.strike(channel, key, first if happening.time - pressed <= reach else first - 1)
        self._ask(first, self._log.state(first, self._pitches))

    def _close(self, now: int) -> None:
        """Our notes end; what was asked no longer matters."""
        self._out += self._voice.close(now)
        self._question, self._answer_by, self._jump = None, None, True
        self._record(self._silence(), self._silence())

    # -- facts ---------------------------------------------------------------------------------------

    @property
    def _follows_keys(self) -> bool:
        return self.parameters.mode == "harmonise"

    @property
    def _step_length(self) -> float:
        timeline = self._clock.timeline
        return self._ticks_per_step * timeline.per_tick if timeline else 4.0 * GRACE

    @property
    def _grace(self) -> int:
        return min(GRACE, int(self._step_length / 4))

    @property
    def _late_window(self) -> int:
        return min(int(self.parameters.late * MILLISECOND), int(self._step_length / 2))

    def _touch(self) -> Touch:
        parameters = self.parameters
        loudness = self._keys.loudness()
        follow = parameters.velocity_follow if loudness is not None else 0.0
        velocity = parameters.velocity + follow * ((loudness or 0) - parameters.velocity)
        gate = int(parameters.gate * self._step_length) if parameters.articulation == "gate" else None
        return Touch(parameters.channel - 1, min(127, max(1, round(velocity))), gate)

    def _sampling(self, given: State) -> Sampling:
        """``harmonise`` plays only around what is held: a rest of the player's is a rest of ours."""
        parameters = self.parameters
        held = np.flatnonzero(given[:, PLAY])
        low, high, voices = parameters.low, parameters.high, parameters.voices
        if len(held) and parameters.place == "below":
            high = min(high, self._pitches.low + int(held[-1]) - 1)
        elif len(held) and parameters.place == "above":
            low = max(low, self._pitches.low + int(held[0]) + 1)
        elif not len(held) and self._follows_keys:
            voices = 0
        return Sampling(
            parameters.temperature,
            parameters.density,
            low,
            high,
            voices,
            parameters.seed,
            parameters.variation,
        )

    def _silence(self) -> State:
        return np.zeros((self._pitches.size, 2), np.float32)

    def _send(self, now: int, sent: Sequence[bytes]) -> None:
        self._out += [Timed(now, data) for data in sent]
