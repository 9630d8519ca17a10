"""One instance's mind, whatever the model: its place in the song, what it thinks comes next, and what it remembers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.heard import bridged, open_pitches
from descant_daemon.engine.played_steps import Played
from descant_daemon.engine.shape import Shaper
from descant_daemon.engine.state_cache import Hidden, Moment, SongMemory
from descant_daemon.note_state import PitchRange, State

# Silence feeds on itself: a network that hears none of its own notes expects none. After a beat of it the
# odds double with every step until something sounds (after Johnson's adaptive conservativity).
PATIENCE, MOST_DOUBLINGS = 4, 16
# A player who is left alone is joined likewise after a bar, and at once where the song begins.
L = TypeVar("L")


@dataclass(frozen=True)
class StepOutlook:
    """A step whose outlook is known; it can be asked for again when the player's keys change.

    ``blend``: of styles, that the outlook was computed with. ``reached``: by a jump, not from the step before.
    ``outlook``: what the model says of the step before anything is chosen; ``after``: its state then.
    """

    step: int
    step_in_bar: int
    moment: Moment
    blend: Blend
    reached: bool
    outlook: Any
    after: Hidden


class Bounds(NamedTuple):
    """What a step's notes are held to. ``odds``: the odds of each note are multiplied by it.

    ``allowed [P]``: pitches that may be chosen; ``bias [P, 2]``: log-odds that playing and striking are shifted by.
    """

    allowed: NDArray[np.bool_]
    odds: float
    bias: NDArray[np.float64] | None = None


class SongMind(ABC, Generic[L]):
    """A ``Mind`` (see ``model_protocol.py``): ``line`` says what is to be sampled, ``played`` is told what was."""

    def __init__(self, pitches: PitchRange, start: Hidden, instance: int, memory: SongMemory) -> None:
        """``start``: the model's state before the first step."""
        self._pitches = pitches
        self._start = start
        self._instance = instance
        self._memory = memory
        self._here: StepOutlook | None = None
        self._ahead: StepOutlook | None = None
        self._last: Played | None = None
        self._steps_per_bar, self._bar_from = 16, 0
        self._sampling, self._blend = Sampling(), FIRST_STYLE
        self._keys = np.arange(pitches.low, pitches.high + 1)
        self._shaper = Shaper(memory, instance, self._keys)

    # -- what a kind of mind brings ------------------------------------------------------------------

    @abstractmethod
    def _look(self, step: int, moment: Moment, step_in_bar: int, blend: Blend) -> tuple[Any, Hidden]:
        """What the model says of ``step``, which is to come, and its state then."""

    @abstractmethod
    def _after(self, here: StepOutlook, played: Played) -> Hidden:
        """The model's state when ``played`` has sounded in the step that is here."""

    @abstractmethod
    def _line(self, ask: Ask, here: StepOutlook) -> L:
        """What is to be chosen."""

    # -- a mind --------------------------------------------------------------------------------------

    def line(self, ask: Ask, heard: Sequence[Played] = ()) -> L:
        """Arrive at the step that is asked for; where Descant has never been, ``heard`` is what led there."""
        self._steps_per_bar, self._bar_from, self._sampling = ask.steps_per_bar, ask.bar_from, ask.sampling
        here = self._arrive(ask, heard)
        self._blend = ask.blend  # which counts from the next step on: nothing is computed twice
        again, self._here = here is self._here, here
        if not again:
            self._last = None
        self._ahead = None
        return self._line(self._bridged(ask), here)

    def rehearse(self, ask: Ask) -> L | None:
        """The line of a step that has been asked for, once more, to no effect; None when Descant is elsewhere."""
        if self._here is None or self._here.step != ask.step:
            return None
        return self._line(self._bridged(ask), self._here)

    def played(self, ask: Ask, ours: State) -> None:
        """These are the notes of the step; kept at once, so that nothing depends on when there is time to think."""
        blend = FIRST_STYLE if self._here is None else self._here.blend
        self._last = Played(np.maximum(ask.given, ours), ours, blend)
        self._memory.played(ask.step, self._last)

    def think_ahead(self) -> bool:
        """Look at the next step, as it will be if nothing else happens in this one.

        False when that is known already.
        """
        if self._here is None or self._last is None or self._ahead is not None:
            return False
        moment = self._here.moment.then(self._after(self._here, self._last), self._last)
        self._ahead = self._place(self._here.step + 1, moment, self._blend)
        return True

    def lately(self, step: int, most: int) -> list[Played]:
        """What sounded in the ``most`` steps before ``step``, as far as they were played in one go."""
        kept = self._memory.before(step, most, self._pitches.size).astype(np.float32)
        return [Played(whole, ours) for whole, ours in kept]

    # -- for its kinds -------------------------------------------------------------------------------

    def _bounds(self, ask: Ask, moment: Moment) -> Bounds:
        """Range, scale and form, and how many notes are wanted."""
        sampling = ask.sampling
        allowed = open_pitches(sampling.low, sampling.high, sampling.place, ask.given, self._keys)
        if sampling.plan.neutral:
            return Bounds(allowed, self._odds(ask, moment, MOST_DOUBLINGS))
        shape = self._shaper.shape(ask, moment, allowed)
        return Bounds(
            shape.allowed, self._odds(ask, moment, round(shape.restless * MOST_DOUBLINGS)), shape.bias
        )

    @staticmethod
    def _odds(ask: Ask, moment: Moment, most: int) -> float:
        odds = ask.sampling.density / (2 - ask.sampling.density)
        waited = moment.alone - ask.steps_per_bar if ask.given.any() else moment.silent - PATIENCE
        return odds * 2.0 ** min(max(waited, 0), most)

    # -- inside --------------------------------------------------------------------------------------

    def _arrive(self, ask: Ask, heard: Sequence[Played]) -> StepOutlook:
        here, ahead = self._here, self._ahead
        if here is None or ask.jump or ask.step not in (here.step, here.step + 1):
            return self._return_to(ask.step, ask.blend, heard)
        if ask.step == here.step:
            turned = here.reached and here.blend != ask.blend  # the knob was moved before the song began
            return self._return_to(ask.step, ask.blend, heard) if turned else here
        told = (
            ahead is not None and same(ahead.moment.before, ask.played) and same(ahead.moment.ours, ask.ours)
        )
        if ahead is None or not told or ahead.step_in_bar != ask.step_in_bar:
            # What really sounded differs from what was said: an answer came too late to be played, or a key did. Or a
            # bar begins of which Descant did not know.
            played = Played(ask.played, ask.ours, here.blend)
            self._memory.played(here.step, played)
            ahead = self._place(ask.step, here.moment.then(self._after(here, played), played), self._blend)
        if ask.step_in_bar == 0:
            self._memory.enter_bar(ask.step, ask.bar, ahead.moment)
        return ahead

    def _return_to(self, step: int, blend: Blend, heard: Sequence[Played]) -> StepOutlook:
        pitches = self._pitches.size
        found = self._memory.recall(step, pitches)
        if found is None:
            silence = np.zeros((pitches, 2), np.float32)
            moment = Moment(self._start, silence, silence, alone=self._steps_per_bar)
            moment = self._walk(step - len(heard), moment, [played._replace(blend=blend) for played in heard])
            self._memory.begin(step, moment)
        else:
            moment = self._walk(*found)
        return self._place(step, moment, blend, reached=True)

    def _walk(self, at: int, moment: Moment, walked: Sequence[Played]) -> Moment:
        """From ``moment``, on the verge of step ``at``, through what was played."""
        for step, played in enumerate(walked, at):
            moment = moment.then(self._after(self._place(step, moment, played.blend), played), played)
        return moment

    def _place(self, step: int, moment: Moment, blend: Blend, *, reached: bool = False) -> StepOutlook:
        step_in_bar = (step - self._bar_from) % self._steps_per_bar  # as bars are counted now
        return StepOutlook(
            step, step_in_bar, moment, blend, reached, *self._look(step, moment, step_in_bar, blend)
        )

    def _bridged(self, ask: Ask) -> Ask:
        """What is played to is also what was let go a moment ago."""
        if bridge := ask.sampling.plan.bridge:
            last = self._memory.before(ask.step, bridge, self._pitches.size)
            return ask._replace(given=bridged(ask.given, last))
        return ask


def same(one: State, other: State) -> bool:
    """To the bit."""
    return one.tobytes() == other.tobytes()
