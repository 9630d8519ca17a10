"""What is done in a step of one instance: the engine is asked, its answer sounds, what sounds is held, or ends."""

from __future__ import annotations

import numpy as np

from descant_daemon.effect.common import Common
from descant_daemon.effect.input.held_keys import HeldOnGrid
from descant_daemon.effect.modes import StepAction
from descant_daemon.effect.performer import Performer
from descant_daemon.effect.phrase_looper import rest
from descant_daemon.effect.playhead import Playhead
from descant_daemon.effect.requests import PendingRequest, Requests
from descant_daemon.effect.status_cc import PlayState, PlayStatus
from descant_daemon.note_state import ARTICULATE, State
from descant_daemon.settings.rig.values import Program


class StepActs:
    """An act is told of a step, what is held in it, ns now, and when what is played in it begins."""

    def __init__(
        self,
        common: Common,
        instance: int,
        program: Program,
        playhead: Playhead,
        held: HeldOnGrid,
        performer: Performer,
    ) -> None:
        """Nothing is asked."""
        self.requests = Requests(program, instance, common, self._answered)
        self._playhead, self._held = playhead, held
        self._performer, self._voice = performer, performer.voice
        self._counts, self._clock = common.counts, common.clock

    # -- the acts --------------------------------------------------------------------------------------

    def ask_ahead(self, step: int, given: State, now: int, time: int) -> None:
        """A question about a step that comes."""
        self.ask(step, given, now, max(0, time - now))

    def ask_and_sound(self, step: int, given: State, now: int, time: int) -> None:
        """Another question about a step that has come."""
        self._counts.asked_again += 1
        self.ask(step, given, now)
        self.sound(step, given, now, time)

    def sound(self, step: int, given: State, now: int, time: int) -> None:
        """The answer, as soon as it is there."""
        if not self.correct(step, given, now, time):
            self.requests.wait(now, now + self._playhead.grid.grace)

    def correct(self, _step: int, given: State, _now: int, time: int) -> bool:
        """Whether there is an answer to be played; it is, beside what is held by now."""
        request = self.requests.pending
        assert request is not None  # no act without one in the table
        request.given = given
        if request.answered is not None:
            self._play(request, time)
        return request.answered is not None

    def hold(self, _step: int, given: State, _now: int, _time: int) -> None:
        """What sounds goes on."""
        self.requests.sounded(given, self._voice.hold())

    def give_up(self, step: int, _given: State, now: int, _time: int) -> None:
        """What sounds goes on instead of the answer."""
        self.requests.give_up(self._performer.hold(step))
        self.tell(now)

    # -- what they consist of --------------------------------------------------------------------------

    def given(self, step: int) -> State:
        """What is held in ``step``."""
        return self._held.now() if self._playhead.off_grid else self._held.given(step)

    def ask(self, step: int, given: State, now: int, ahead: int = 0) -> None:
        """The engine, where it has to choose, ``ahead`` ns before the tick; else it is told of the step."""
        at, requests = self._playhead, self.requests
        parameters = at.parameters
        if at.off_grid:
            requests.report(step, given, self._voice.hold(), parameters, StepAction.AROUND, now, at.step)
            return
        action = at.decide(step, given)
        if action is StepAction.LOOP:
            frame = self._performer.loop(step, parameters.phrase * at.bars_of(step).length)
        else:
            self._performer.end_loop()
            if action.chooses:
                requests.ask(step, given, parameters, action, now, ahead, at.step)
                return
            frame = rest(self._held.pitches)
        requests.settle(requests.report(step, given, frame.ours, parameters, action, now, at.step), *frame)

    def answer_at_once(self, lane: int, key: int, now: int) -> None:
        """Off the grid: the key is of the step that is being prepared; where no song runs, a step by itself."""
        at, requests = self._playhead, self.requests
        if not self._clock.running:
            at.step += 1
        request = requests.pending
        step = max(at.step, 0) if request is None else max(at.step, request.step)
        self._voice.new_step()
        self._held.strike(lane, key, step)
        at.step_time = now
        given = self._held.now(struck=key)
        requests.ask(step, given, at.parameters, StepAction.AROUND, now, 0, at.step)
        requests.wait(now, now + at.grid.grace)

    def _answered(self, request: PendingRequest, now: int) -> None:
        """The answer that was waited for has come."""
        self._playhead.meet(now)
        self._play(request, max(self._playhead.step_time, now))

    def _play(self, request: PendingRequest, time: int) -> None:
        at = self._playhead
        loudness, since = self._held.keys.loudness(), time - at.step_time
        notes = self._performer.play(request, at.parameters, loudness, at.grid.step_length, time, since)
        self.requests.sounded(request.given, notes)
        self.tell(time)

    # -- how it stands ---------------------------------------------------------------------------------

    def tell(self, now: int) -> None:
        """By controllers, to whoever listens: what is done, and where."""
        status = PlayStatus(self.doing, *self._playhead.bar_and_beat, self._counts.staleness)
        self._performer.tell(self._playhead.parameters, status, now)

    @property
    def channel(self) -> int:
        """Where its notes leave, 0 to 15."""
        return self._performer.channel(self._playhead.parameters)

    @property
    def doing(self) -> PlayState:
        """What is done now."""
        if not (self._clock.running or self._playhead.off_grid):
            return PlayState.IDLE
        request = self.requests.pending
        plays = request is not None and request.action is not StepAction.LISTEN
        return PlayState.PLAYING if plays or self._voice.sounding else PlayState.LISTENING

    @property
    def coming(self) -> list[int]:
        """The keys that will be struck on the next tick, as far as it is known."""
        request = self.requests.pending
        if request is None or request.step <= self._playhead.step or request.answered is None:
            return []
        low = self._held.pitches.low
        return [low + int(row) for row in np.flatnonzero(request.notes[:, ARTICULATE])]

    # -- silence ---------------------------------------------------------------------------------------

    def hush(self, now: int) -> None:
        """Its notes end in the middle of a step; the song goes on with the next."""
        self.silence(now)
        self._playhead.meet(now)
        self.requests.hushed()

    def end(self, now: int) -> None:
        """Its notes end, and nothing will begin by itself."""
        self.silence(now)
        self.requests.sounded(self._held.now(), self._voice.hold())

    def silence(self, now: int) -> None:
        """Its notes end."""
        self._performer.silence(now)
        self.requests.silenced()
