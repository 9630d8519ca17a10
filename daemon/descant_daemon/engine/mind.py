"""One instance's mind: its place in the song, what it thinks comes next, and what it remembers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.choice import Array, Choice, Line
from descant_daemon.engine.critic import Critic
from descant_daemon.engine.heard import bridged, open_pitches, sounded_before
from descant_daemon.engine.memory import Moment, SongMemory
from descant_daemon.engine.network import Hidden, Network
from descant_daemon.engine.plan import ANYWHERE
from descant_daemon.engine.shape import Shaper
from descant_daemon.engine.steps import Played
from descant_daemon.engine.uniforms import dice
from descant_daemon.note_state import PLAY, State

# Silence feeds on itself: a network that hears none of its own notes expects none. After a beat of it the
# odds double with every step until something sounds (after Johnson's adaptive conservativity).
PATIENCE, MOST_DOUBLINGS = 4, 16
# A player who is left alone is joined likewise after a bar, and at once where the song begins.
RUN = 16  # steps whose dice are thrown at once


@dataclass(frozen=True)
class Place:
    """A step whose context is known; it can be asked for again when the player's keys change.

    ``blend``: of styles, that the context was computed with. ``reached``: by a jump, not from the step before.
    """

    step: int
    step_in_bar: int
    moment: Moment
    blend: Blend
    reached: bool
    context: Array
    after: Hidden


class Mind:
    """``line`` says what is to be sampled, ``played`` is told what was."""

    def __init__(self, network: Network, instance: int, memory: SongMemory) -> None:
        """``instance`` tells apart the dice of several instances that share a seed."""
        self._network = network
        self._instance = instance
        self._memory = memory
        self._here: Place | None = None
        self._ahead: Place | None = None
        self._last: Played | None = None
        self._steps_per_bar, self._bar_from = 16, 0
        self._sampling, self._blend = Sampling(), FIRST_STYLE
        self._keys = np.arange(network.pitches.low, network.pitches.high + 1)
        self._shaper = Shaper(memory, instance, self._keys)
        # How the step here is sampled: asked again on the tick, it is at hand.
        self._chosen: tuple[Place, Sampling, bytes | bool, Choice] | None = None
        # Dice of a run of steps, and whose: making them one step at a time takes six times as long.
        self._dice: tuple[tuple[int, int, int, int], list[NDArray[np.float64]]] | None = None

    def line(self, ask: Ask, heard: Sequence[Played] = ()) -> Line:
        """Arrive at the step that is asked for; where we have never been, ``heard`` is what led there."""
        self._steps_per_bar, self._bar_from, self._sampling = ask.steps_per_bar, ask.bar_from, ask.sampling
        here = self._arrive(ask, heard)
        self._blend = ask.blend  # which counts from the next step on: nothing is computed twice
        again, self._here = here is self._here, here
        if not again:
            self._last = None
        self._ahead = None
        return self._line(ask, here)

    def rehearse(self, ask: Ask) -> Line | None:
        """The line of a step that has been asked for, once more, to no effect; None when we are elsewhere."""
        if self._here is None or self._here.step != ask.step:
            return None
        return self._line(ask, self._here)

    def played(self, ask: Ask, ours: State) -> None:
        """These are our notes of the step; kept at once, so that nothing depends on when there is time to think."""
        blend = FIRST_STYLE if self._here is None else self._here.blend
        self._last = Played(np.maximum(ask.given, ours), ours, blend)
        self._memory.played(ask.step, self._last)

    def think_ahead(self) -> bool:
        """Run the time axis for the next step, as it will be if nothing else happens in this one.

        False when that is known already.
        """
        if self._here is None or self._last is None or self._ahead is not None:
            return False
        moment = self._here.moment.then(self._here.after, self._last)
        self._ahead = self._place(self._here.step + 1, moment, self._blend)
        self._dice_of(self._sampling, self._here.step + 1)
        return True

    def lately(self, step: int, most: int) -> list[Played]:
        """What sounded in the ``most`` steps before ``step``, as far as they were played in one go."""
        kept = self._memory.before(step, most, self._network.pitches.size).astype(np.float32)
        return [Played(whole, ours) for whole, ours in kept]

    def _arrive(self, ask: Ask, heard: Sequence[Played]) -> Place:
        here, ahead = self._here, self._ahead
        if here is None or ask.jump or ask.step not in (here.step, here.step + 1):
            return self._return_to(ask.step, ask.blend, heard)
        if ask.step == here.step:
            turned = here.reached and here.blend != ask.blend  # the knob was moved before the song began
            return self._return_to(ask.step, ask.blend, heard) if turned else here
        told = (
            ahead is not None
            and _same(ahead.moment.before, ask.played)
            and _same(ahead.moment.ours, ask.ours)
        )
        if ahead is None or not told or ahead.step_in_bar != ask.step_in_bar:
            # What really sounded differs from what we said: an answer came too late to be played, or a key did. Or a
            # bar begins of which we did not know.
            played = Played(ask.played, ask.ours, here.blend)
            self._memory.played(here.step, played)
            ahead = self._place(ask.step, here.moment.then(here.after, played), self._blend)
        if ask.step_in_bar == 0:
            self._memory.enter_bar(ask.step, ask.bar, ahead.moment)
        return ahead

    def _return_to(self, step: int, blend: Blend, heard: Sequence[Played]) -> Place:
        pitches = self._network.pitches.size
        found = self._memory.recall(step, pitches)
        if found is None:
            silence = np.zeros((pitches, 2), np.float32)
            moment = Moment(self._network.time_start, silence, silence, alone=self._steps_per_bar)
            moment = self._walk(step - len(heard), moment, [played._replace(blend=blend) for played in heard])
            self._memory.begin(step, moment)
        else:
            moment = self._walk(*found)
        return self._place(step, moment, blend, reached=True)

    def _walk(self, at: int, moment: Moment, walked: Sequence[Played]) -> Moment:
        """From ``moment``, on the verge of step ``at``, through what was played."""
        for step, played in enumerate(walked, at):
            _, hidden = self._network.along_time(
                moment.before, self._in_bar(step), moment.hidden, played.blend
            )
            moment = moment.then(hidden, played)
        return moment

    def _place(self, step: int, moment: Moment, blend: Blend, *, reached: bool = False) -> Place:
        step_in_bar = self._in_bar(step)
        found = self._network.along_time(moment.before, step_in_bar, moment.hidden, blend)
        return Place(step, step_in_bar, moment, blend, reached, *found)

    def _in_bar(self, step: int) -> int:
        """As bars are counted now."""
        return (step - self._bar_from) % self._steps_per_bar

    def _line(self, ask: Ask, here: Place) -> Line:
        if bridge := ask.sampling.plan.bridge:
            last = self._memory.before(ask.step, bridge, self._network.pitches.size)
            ask = ask._replace(given=bridged(ask.given, last))
        return Line(here.context, ask.given, self._choice(ask, here))

    def _choice(self, ask: Ask, here: Place) -> Choice:
        plain, last = ask.sampling.plan.neutral, self._chosen
        # A plan and a place look at what is given, the model alone only whether something is.
        free = plain and ask.sampling.place == ANYWHERE and not ask.sampling.critic
        given = bool(ask.given.any()) if free else ask.given.tobytes()
        if last is None or last[0] is not here or last[1:3] != (ask.sampling, given):
            choice = self._plain_choice(ask, here) if plain else self._shaped_choice(ask, here)
            self._chosen = last = here, ask.sampling, given, choice
        return last[3]

    def _plain_choice(self, ask: Ask, here: Place, most: int = MOST_DOUBLINGS) -> Choice:
        sampling, moment = ask.sampling, here.moment
        odds = sampling.density / (2 - sampling.density)
        waited = moment.alone - ask.steps_per_bar if ask.given.any() else moment.silent - PATIENCE
        odds *= 2.0 ** min(max(waited, 0), most)
        return Choice(
            dice=self._dice_of(sampling, ask.step),
            allowed=open_pitches(sampling.low, sampling.high, sampling.place, ask.given, self._keys),
            sounding=moment.ours[:, PLAY] > 0,
            temperature=sampling.temperature,
            odds=odds,
            voices=sampling.voices,
            follow=sampling.follow,
            critic=self._critic(ask, moment),
        )

    def _critic(self, ask: Ask, moment: Moment) -> Critic | None:
        force = ask.sampling.critic
        if not force or ask.sampling.drafts == 1:
            return None
        plan, given = ask.sampling.plan, ask.given[:, PLAY] > 0
        before = sounded_before(moment.before, self._memory.before(ask.step, plan.bridge, len(self._keys)))
        return Critic(force, before, given, int(self._keys[0]), ask.step_in_bar % plan.beat == 0)

    def _shaped_choice(self, ask: Ask, here: Place) -> Choice:
        sampling = ask.sampling
        available = open_pitches(sampling.low, sampling.high, sampling.place, ask.given, self._keys)
        shape = self._shaper.shape(ask, here.moment, available)
        plain = self._plain_choice(ask, here, round(shape.restless * MOST_DOUBLINGS))
        return replace(plain, allowed=shape.allowed, bias=shape.bias)

    def _dice_of(self, sampling: Sampling, step: int) -> NDArray[np.float64]:
        run, at = divmod(step, RUN)
        place = sampling.seed, sampling.variation, sampling.drafts, run
        if self._dice is None or self._dice[0] != place:
            steps = range(run * RUN, (run + 1) * RUN)
            drawn = [
                dice(sampling.seed, self._instance, sampling.variation, each, sampling.drafts).take(
                    self._keys, axis=1
                )
                for each in steps
            ]
            self._dice = place, drawn
        return self._dice[1][at]


def _same(one: State, other: State) -> bool:
    return one.tobytes() == other.tobytes()
