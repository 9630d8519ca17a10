"""The transport of one instance: the song begins, jumps and ends, and what is changed meanwhile.

Before it begins the engine can think about its first step (``arm``): what is changed then changes that question.
"""

from __future__ import annotations

import math

import numpy as np

from descant_daemon.effect.input.held_keys import HeldOnGrid
from descant_daemon.effect.playhead import Playhead
from descant_daemon.effect.step_acts import StepActs
from descant_daemon.effect.steps import Steps
from descant_daemon.settings.parameters import Parameters
from descant_daemon.time.clock import Clock, Happening, Kind


class PartTransport:
    """``Part`` tells it of parameters and programs, ``Conductor`` of the song."""

    def __init__(
        self, clock: Clock, playhead: Playhead, held: HeldOnGrid, acts: StepActs, steps: Steps
    ) -> None:
        """No song."""
        self._clock, self._playhead, self._held = clock, playhead, held
        self._acts, self._steps, self._requests = acts, steps, acts.requests
        self._armed: int | None = None  # the first step, when it has been asked for before the song began

    # -- the song --------------------------------------------------------------------------------------

    def arm(self, tick: int, now: int) -> None:
        """The next clock will be ``tick``: the engine can begin to think about the first step."""
        first = self._playhead.grid.first_from(tick)
        if self._armed == first:
            return
        self._armed = first
        self._settle_knobs(now)
        self._requests.restart()
        self._steps.go_to(first, now)
        self._ask(first, now)

    def happen(self, happening: Happening, *, runs: bool) -> None:
        """The song begins, continues, jumps (``runs``) or ends here."""
        now, requests = happening.time, self._requests
        self._acts.silence(now)
        armed, self._armed = self._armed, None
        self._settle_knobs(now)
        if not runs:
            requests.restart()
            self._acts.tell(now)
            self.choose_now(now)
            return
        requests.rounds = requests.rounds + 1 if happening.kind is Kind.RELOCATED else 0
        self._held.keys.recall(now)  # those that were pressed just before belong to the first step
        first, request = self._playhead.grid.first_from(happening.tick), requests.pending
        self._steps.go_to(first, now)
        given = self._held.given(first)
        asked = (
            request is not None
            and np.array_equal(request.given, given)
            and requests.would_ask_the_same(self._playhead.parameters, self._playhead.decide(first, given))
        )
        if armed != first or not asked:
            requests.restart()
            self._ask(first, now)

    def join(self, now: int) -> None:
        """The song runs already: it begins with the next step."""
        timeline, at = self._clock.timeline, self._playhead
        if self._clock.running and timeline is not None:
            first = at.grid.first_from(math.ceil(timeline.tick_at(now - at.offset)))
            self._steps.go_to(first, now)

    def engine_lost(self, now: int) -> None:
        """Its notes end, no answer is expected, and it will be asked anew from where the song is."""
        self._acts.silence(now)
        self._armed = None
        self._requests.restart()

    # -- what is changed ---------------------------------------------------------------------------------

    def change(self, parameters: Parameters, now: int) -> None:
        """From here on it plays so."""
        was_off_grid = self._playhead.off_grid
        self._steps.take_on(parameters, now)
        self._look_again(now)
        if was_off_grid and not self._playhead.off_grid and not self._clock.running:
            self._acts.end(now)  # no tick will end what a key began

    def choose_now(self, now: int) -> None:
        """Where no song runs, the program that was chosen begins at once."""
        if self._clock.running:
            return
        program = self._playhead.begin(None)
        if program is not None:
            self._acts.end(now)
            self._steps.become(program, now)
            if self._armed is not None:
                self._ask(self._armed, now)

    def _look_again(self, now: int) -> None:
        """What was asked before the song began may be another question by now."""
        if self._armed is None:
            return
        action = self._playhead.decide(self._armed, self._held.given(self._armed))
        if not self._requests.would_ask_the_same(self._playhead.parameters, action):
            self._ask(self._armed, now)

    def _settle_knobs(self, now: int) -> None:
        self._steps.take_on(self._playhead.with_knobs(settled=True), now)

    def _ask(self, step: int, now: int) -> None:
        self._acts.ask(step, self._acts.given(step), now)
