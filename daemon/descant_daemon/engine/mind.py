"""One instance's mind: its place in the song, what it thinks comes next, and what it remembers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from descant_daemon.engine.asking import Ask
from descant_daemon.engine.memory import Moment, Played, SongMemory
from descant_daemon.engine.network import Array, Hidden, Network
from descant_daemon.engine.sweep import Choice, Line
from descant_daemon.engine.uniforms import uniforms
from descant_daemon.note_state import PLAY, State

# Silence feeds on itself: a network that hears none of its own notes expects none. After a beat of it the
# odds double with every step until something sounds (after Johnson's adaptive conservativity).
PATIENCE, MOST_DOUBLINGS = 4, 16


@dataclass(frozen=True)
class Place:
    """A step whose context is known; it can be asked for again when the player's keys change."""

    step: int
    moment: Moment
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
        self._steps_per_bar = 16

    def line(self, ask: Ask) -> Line:
        """Arrive at the step that is asked for."""
        self._steps_per_bar = ask.steps_per_bar
        self._here, self._ahead = self._arrive(ask), None
        return Line(self._here.context, ask.given, self._choice(ask, self._here.moment))

    def played(self, ask: Ask, ours: State) -> None:
        """These are our notes of the step."""
        self._last = Played(np.maximum(ask.given, ours), ours)
        self._memory.played(ask.step, self._last)

    def think_ahead(self) -> bool:
        """Run the time axis for the next step, as it will be if nothing else happens in this one.

        False when that is known already.
        """
        if self._here is None or self._last is None or self._ahead is not None:
            return False
        moment = self._here.moment.then(self._here.after, self._last)
        self._ahead = self._place(self._here.step + 1, moment)
        return True

    def _arrive(self, ask: Ask) -> Place:
        here, ahead = self._here, self._ahead
        if here is None or ask.jump or ask.step not in (here.step, here.step + 1):
            return self._return_to(ask.step)
        if ask.step == here.step:
            return here
        # What really sounded may differ from what we said: an answer may have come too late to be played.
        played = Played(ask.played, ask.ours)
        self._memory.played(here.step, played)
        if ahead is None or not (
            np.array_equal(ahead.moment.before, ask.played) and np.array_equal(ahead.moment.ours, ask.ours)
        ):
            ahead = self._place(ask.step, here.moment.then(here.after, played))
        if ask.step % ask.steps_per_bar == 0:
            self._memory.enter_bar(ask.step, ask.step // ask.steps_per_bar, ahead.moment)
        return ahead

    def _return_to(self, step: int) -> Place:
        pitches = self._network.pitches.size
        found = self._memory.recall(step, pitches)
        if found is None:
            silence = np.zeros((pitches, 2), np.float32)
            moment = Moment(self._network.time_start, silence, silence)
            self._memory.begin(step, moment)
            return self._place(step, moment)
        at, moment, walked = found
        for played in walked:
            _, hidden = self._network.along_time(moment.before, at % self._steps_per_bar, moment.hidden)
            moment, at = moment.then(hidden, played), at + 1
        return self._place(step, moment)

    def _place(self, step: int, moment: Moment) -> Place:
        step_in_bar = step % self._steps_per_bar
        return Place(step, moment, *self._network.along_time(moment.before, step_in_bar, moment.hidden))

    def _choice(self, ask: Ask, moment: Moment) -> Choice:
        sampling, pitches = ask.sampling, self._network.pitches
        keys = np.arange(pitches.low, pitches.high + 1)
        odds = sampling.density / (2 - sampling.density)
        if not ask.given.any():
            odds *= 2.0 ** min(max(moment.silent - PATIENCE, 0), MOST_DOUBLINGS)
        dice = uniforms(sampling.seed, self._instance, sampling.variation, ask.step)
        return Choice(
            uniforms=dice[keys],
            allowed=(keys >= sampling.low) & (keys <= sampling.high),
            sounding=moment.ours[:, PLAY] > 0,
            temperature=sampling.temperature,
            odds=odds,
            voices=sampling.voices,
            follow=sampling.follow,
        )
