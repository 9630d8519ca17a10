"""Sweepers: models that decide a step over all its pitches, from what a network along time says of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.choice import Array, Choice, Chosen, Line
from descant_daemon.engine.critic import Critic
from descant_daemon.engine.heard import approach
from descant_daemon.engine.mind import SongMind, StepOutlook
from descant_daemon.engine.plan import ANYWHERE
from descant_daemon.engine.played_steps import Played
from descant_daemon.engine.state_cache import Hidden, Moment, SongMemory
from descant_daemon.engine.uniforms import dice
from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange, State

RUN = 16  # steps whose dice are thrown at once


class Sweeper(ABC):
    """A ``Model`` (see ``model_protocol.py``) of which one step along time, and the choice of its notes, are asked."""

    pitches: PitchRange
    """The keys that the model knows."""
    time_start: Hidden
    """The network along time before the first step."""

    @abstractmethod
    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        """State of the step before ``[P, 2]`` → what is known of every pitch ``[P, ...]``, new hidden state."""

    @abstractmethod
    def choose(self, lines: Sequence[Line]) -> list[Chosen]:
        """The notes of several instances; none may depend on the others."""

    def mind(self, instance: int, memory: SongMemory) -> SweeperMind:
        """A new instance."""
        return SweeperMind(self, instance, memory)


class SweeperMind(SongMind[Line]):
    """Its outlook on a step is what the network along time says of every pitch; nothing chosen there changes it."""

    def __init__(self, model: Sweeper, instance: int, memory: SongMemory) -> None:
        """See ``SongMind``."""
        super().__init__(model.pitches, model.time_start, instance, memory)
        self._model = model
        # How the step here is sampled: asked again on the tick, it is at hand.
        self._chosen: tuple[StepOutlook, Sampling, bytes | bool, Choice] | None = None
        # Dice of a run of steps, and whose: making them one step at a time takes six times as long.
        self._dice: tuple[tuple[int, int, int, int], list[NDArray[np.float64]]] | None = None

    def think_ahead(self) -> bool:
        """Run the network along time for the next step, and throw its dice."""
        if not super().think_ahead():
            return False
        if self._here is not None:
            self._dice_of(self._sampling, self._here.step + 1)
        return True

    def _look(self, step: int, moment: Moment, step_in_bar: int, blend: Blend) -> tuple[Array, Hidden]:  # noqa: ARG002
        return self._model.along_time(moment.before, step_in_bar, moment.hidden, blend)

    def _after(self, here: StepOutlook, played: Played) -> Hidden:  # noqa: ARG002 - it is known before
        return here.after

    def _line(self, ask: Ask, here: StepOutlook) -> Line:
        return Line(here.outlook, ask.given, self._choice(ask, here))

    def _choice(self, ask: Ask, here: StepOutlook) -> Choice:
        sampling, last = ask.sampling, self._chosen
        # A plan and a place look at what is given, the model alone only whether something is.
        free = sampling.plan.neutral and sampling.place == ANYWHERE and not sampling.critic
        given = bool(ask.given.any()) if free else ask.given.tobytes()
        if last is None or last[0] is not here or last[1:3] != (sampling, given):
            allowed, odds, bias = self._bounds(ask, here.moment)
            choice = Choice(
                dice=self._dice_of(sampling, ask.step),
                allowed=allowed,
                sounding=here.moment.ours[:, PLAY] > 0,
                temperature=sampling.temperature,
                odds=odds,
                voices=sampling.voices,
                follow=sampling.follow,
                bias=bias,
                critic=self._critic(ask),
            )
            self._chosen = last = here, sampling, given, choice
        return last[3]

    def _critic(self, ask: Ask) -> Critic | None:
        force = ask.sampling.critic
        if not force or ask.sampling.drafts == 1:
            return None
        plan, bar, given = ask.sampling.plan, ask.steps_per_bar, ask.given[:, PLAY] > 0
        way = approach(self._memory.before(ask.step, 2 * bar, len(self._keys)), plan.bridge)
        plays = bool(given.any())
        return Critic(
            force,
            (way.player, way.ours),
            given,
            int(self._keys[0]),
            ask.step_in_bar % plan.beat == 0,
            plays
            and (not way.ours.any() or (way.held >= plan.beat - 1 and not ask.given[:, ARTICULATE].any())),
            max(0, way.still - bar + 1) / plan.beat if plays else 0.0,
        )

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
