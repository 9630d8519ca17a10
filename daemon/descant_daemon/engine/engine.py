"""The engine: asked for a step, it answers with the notes to play; between steps it thinks ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from descant_daemon.engine.memory import Moment, Played, SongMemory
from descant_daemon.engine.network import Array, Hidden, Network
from descant_daemon.engine.sweep import Choice, sweep
from descant_daemon.engine.uniforms import uniforms
from descant_daemon.note_state import PLAY, State

# Silence feeds on itself: a network that hears none of its own notes expects none. After a beat of it the
# odds double with every step until something sounds (after Johnson's adaptive conservativity).
PATIENCE, MOST_DOUBLINGS = 4, 16


class Sampling(NamedTuple):
    """The parameters that a step is sampled with; see ``settings/parameters.py``."""

    temperature: float = 1.0
    density: float = 1.0
    low: int = 0
    high: int = 127
    voices: int = 4
    seed: int = 1
    variation: int = 0
    follow: float = 0.0


class Ask(NamedTuple):
    """A question: what to play in ``step``?

    ``given``: what the player holds in the step, ``[P, 2]``. ``played``: all that sounded in the step
    before, the player's and ours; ``ours``: our part of it, both ``[P, 2]``. ``jump``: the song was
    relocated to here. ``steps_per_bar`` places the step in its bar.
    """

    serial: int
    step: int
    steps_per_bar: int
    given: State
    played: State
    ours: State
    jump: bool
    sampling: Sampling


class Answer(NamedTuple):
    """Our notes of the step, ``[P, 2]``.

    After a jump they may hold (10) what this bar was entered with when it was played before; whoever
    plays them strikes what is not sounding.
    """

    serial: int
    step: int
    ours: State


@dataclass(frozen=True)
class _Place:
    """A step whose context is known; it can be asked for again when the player's keys change."""

    step: int
    moment: Moment
    context: Array
    after: Hidden


class Engine:
    """One instance: a network, the place in the song, and the memory of it.

    Deterministic: the same asks give the same answers, on any machine that computes the same logits.
    """

    def __init__(self, network: Network, instance: int = 0, memory: SongMemory | None = None) -> None:
        """``instance`` tells apart the dice of several instances that share a seed."""
        self._network = network
        self._instance = instance
        self._memory = memory or SongMemory()
        self._here: _Place | None = None
        self._ahead: _Place | None = None
        self._last: Played | None = None
        self._steps_per_bar = 16

    def answer(self, ask: Ask) -> Answer:
        """Choose our notes of the step."""
        self._steps_per_bar = ask.steps_per_bar
        here = self._arrive(ask)
        ours = sweep(self._network, here.context, ask.given, self._choice(ask, here.moment))
        self._here, self._ahead = here, None
        self._last = Played(np.maximum(ask.given, ours), ours)
        self._memory.played(ask.step, self._last)
        return Answer(ask.serial, ask.step, ours)

    def think_ahead(self) -> None:
        """Run the time axis for the next step, as it will be if nothing else happens in this one."""
        if self._here is not None and self._last is not None and self._ahead is None:
            moment = self._here.moment.then(self._here.after, self._last)
            self._ahead = self._place(self._here.step + 1, moment)

    def _arrive(self, ask: Ask) -> _Place:
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

    def _return_to(self, step: int) -> _Place:
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

    def _place(self, step: int, moment: Moment) -> _Place:
        step_in_bar = step % self._steps_per_bar
        return _Place(step, moment, *self._network.along_time(moment.before, step_in_bar, moment.hidden))

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
