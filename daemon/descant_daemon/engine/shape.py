"""What the plan makes of a step: which pitches are open to it, and what is likelier than the model says.

All of it follows from the place in the song and from the steps that ``SongMemory`` keeps before it, so that
every pass of a loop is shaped alike.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine import density, form, recall, space
from descant_daemon.engine.asking import Ask
from descant_daemon.engine.ear import Believed, Ear
from descant_daemon.engine.heard import filled
from descant_daemon.engine.key import HEARINGS, Array, Key
from descant_daemon.engine.over_chords import BarPosition, held_chord, over_chord
from descant_daemon.engine.plan import AS_IT_IS, CHROMATIC, FOLLOW_KEY, FREE
from descant_daemon.engine.played_steps import Played
from descant_daemon.engine.pull import LIKELY, belongs, chord_pull, of_chord, pull, told
from descant_daemon.engine.scale import in_scale, thirds_of
from descant_daemon.engine.state_cache import Moment, SongMemory
from descant_daemon.engine.uniforms import RECALL, RESTS, uniforms
from descant_daemon.note_state import ARTICULATE, PLAY

LET_GO = 2.0  # how much more the pull of the key counts for what sounds already
MOST_WAITED = (
    32  # steps in which a player who is left alone makes Descant likelier, beside what ``mind`` does
)
HELD, NEVER = 5.0, -1e9  # log-odds at which the last chord of a section is held, and struck again


class Constraints(NamedTuple):
    """``allowed [P]``: what may sound; ``bias [P, 2]``: log-odds of playing and striking.

    ``restless``: how far silence is held against itself, from 1 down to 0 where it is meant.
    """

    allowed: NDArray[np.bool_]
    bias: NDArray[np.float64]
    restless: float = 1.0


class Shaper:
    """Of one instance."""

    def __init__(self, memory: SongMemory, instance: int, keys: NDArray[np.int_]) -> None:
        """``keys [P]``: the MIDI keys of the model."""
        self._memory = memory
        self._instance = instance
        self._keys = keys
        self._drawn: dict[int, tuple[tuple[int, ...], NDArray[np.float64]]] = {}  # by purpose: where, numbers
        self._ear = Ear(memory, keys)

    def shape(self, ask: Ask, moment: Moment, available: NDArray[np.bool_]) -> Constraints:
        """Of the step that is asked for, on the verge of which the song is at ``moment``.

        ``available [P]``: where Descant's notes may lie. Of ``ask.given``, keys let go a moment ago are part.
        """
        plan, bar = ask.sampling.plan, ask.steps_per_bar
        at = form.spot(plan, ask.bar)
        sounding = moment.ours[:, PLAY] > 0
        shape = Constraints(available.copy(), np.zeros((len(sounding), 2)))
        if (plan.linger or plan.bridge) and not plan.answers and not self._heard(ask):
            shape.allowed[:] = False
            return shape
        chances = self._key_chances(ask)
        hearing = HEARINGS[plan.key_hearing]
        if plan.scale != CHROMATIC:
            shape.allowed[:] &= self._in_scale(ask, chances and chances.now)
        belonging = None
        if plan.key_pull and chances is not None:
            belonging, earlier = (belongs(each, plan.key_hearing, self._keys) for each in chances)
            towards = pull(belonging, ask.given, self._keys, earlier, hearing)
            if plan.chord:
                towards[of_chord(plan.chord, self._keys)] = (
                    0.0  # what is written counts more than what is heard
                )
            towards[sounding] *= LET_GO
            shape.bias[:, PLAY] += plan.key_pull * towards
        if plan.chord:
            beat = ask.step_in_bar % plan.beat == 0
            towards = chord_pull(plan.chord, plan.chord_bass, available, self._keys, beat=beat)
            shape.bias[:, PLAY] += plan.chord_pull * towards
        held = 0 if plan.over_chords == AS_IT_IS else held_chord(ask.given, self._keys)
        if held:
            place = BarPosition(ask.step_in_bar, plan.beat, self._keys, shape.allowed)
            shape.bias[:] += over_chord(plan.over_chords, held, ask.given, sounding, place)
        restless = self._recall(ask, at, shape, belonging) if plan.recall and not held else 1.0
        if plan.bridge and not plan.answers and not plan.density_target and ask.given.any():
            waited = min(max(0, moment.alone - ask.steps_per_bar), MOST_WAITED)
            shape.bias[:, PLAY] += restless * waited * math.log(2)
        if plan.density_target:
            struck = self._before(ask, density.WINDOW * bar)[:, 1, :, ARTICULATE]
            amount = density.correction(int(struck.sum()), len(struck), plan.density_target, bar)
            shape.bias[:] += density.on_strikes(amount, sounding)
        if plan.space and space.overdue(plan.space, moment.silent, bar, plan.beat):
            return shape
        if plan.form != FREE and at.ends and not ask.given[:, ARTICULATE].any():
            _cadence(ask, sounding, shape)
        if plan.space:
            late = space.too_late(moment.silent, ask.step_in_bar, plan.beat) and not ask.given.any()
            shape.allowed[:] &= not late and not self._rests(ask, at)
        # Too little is made good by the density itself; two who push in turn would make bursts.
        return shape._replace(restless=0.0 if plan.density_target else restless)

    def _recall(self, ask: Ask, at: form.Spot, shape: Constraints, belonging: Array | None) -> float:
        """How restless silence is: a section that returns knows when it is to sound, and its silences are meant."""
        plan = ask.sampling.plan
        force, restless = recall.strength(plan.recall), 1.0
        if at.returns_to:
            places = (ask.at(each) for each in at.returns_to)
            then = next((found for place in places if (found := self._at(place))), None)
            if then is not None:
                restless = 1 - plan.recall if then.ours.any() else 0.0
        else:
            if at.avoids is not None and (avoided := self._at(ask.at(at.avoids))):
                shape.bias[:] += recall.away_from(avoided, force)
            then = self._motif(ask, at)
            force = recall.strength(plan.recall, tune=bool(ask.given.any()))
            force *= 1 if plan.form == FREE else recall.FRESH
        # The silence in a motif is no part of it; that of a section is, unless you play now.
        if then is not None and (then.ours.any() or (at.returns_to and not ask.given.any())):
            available = shape.allowed if belonging is None else shape.allowed & (belonging >= LIKELY)
            shape.bias[:] += recall.towards(then, ask.given, available, force)
        return restless

    def _motif(self, ask: Ask, at: form.Spot) -> Played | None:
        """What was played at this place some bars ago in the same section; under a tune, when that was played."""
        number, bar = ask.bar, ask.steps_per_bar
        if (now := ask.given[:, PLAY] > 0).any():
            last = self._before(ask, min(recall.FARTHEST * bar, ask.step - ask.bar_from))[..., PLAY]
            alone = last[:, 0] > last[:, 1]
            if bridge := ask.sampling.plan.bridge:
                alone = filled(alone, bridge)
            back = recall.same_tune(alone, now, bar)
            return None if back is None else self._at(ask.step - back)
        kept = [
            ago
            for ago in recall.DISTANCES
            if number - ago >= at.begins and self._at(ask.at(number - ago)) is not None
        ]
        ago = recall.distance(kept, float(self._draw(ask, RECALL, number // recall.TOGETHER)[0]))
        return None if ago is None else self._at(ask.step - ago * bar)

    def _rests(self, ask: Ask, at: form.Spot) -> bool:
        plan, bar = ask.sampling.plan, ask.steps_per_bar
        number, within = ask.bar, ask.step_in_bar
        # A section that returns has its rests where they were.
        dice = self._draw(ask, RESTS, at.returns_to[0] if at.returns_to else number)
        player = self._player(ask) if plan.answers else space.Player()
        return space.rests(dice, plan.space, within, bar, plan.beat, ends=at.ends, player=player)

    def _player(self, ask: Ask) -> space.Player:
        """As it was when the beat began: a rest is decided by the beat."""
        begins = ask.step - ask.step_in_bar % ask.sampling.plan.beat
        last = self._memory.before(begins, ask.steps_per_bar, len(self._keys))[..., PLAY]
        alone: NDArray[np.bool_] = np.any(last[:, 0] > last[:, 1], 1)
        return space.Player(bool(alone[-ask.sampling.plan.beat :].any()), bool(alone.any()))

    def _heard(self, ask: Ask) -> bool:
        """Whether the player plays, or did lately enough for Descant to go on, or is led in."""
        plan = ask.sampling.plan
        last = self._before(ask, plan.linger)[..., PLAY]
        begun = plan.lead_in and len(last) < plan.linger
        return bool(begun or ask.given.any() or (last[:, 0] > last[:, 1]).any())

    def _key_chances(self, ask: Ask) -> Believed | None:
        """Of the keys of the plan's hearing; None where nobody asks, or somebody has said all."""
        plan = ask.sampling.plan
        if not (plan.key_pull or (plan.scale != CHROMATIC and plan.key == FOLLOW_KEY)):
            return None
        chances = self._ear.believed(ask)
        if plan.key == FOLLOW_KEY:
            return chances
        hearing, thirds = HEARINGS[plan.key_hearing], thirds_of(plan.scale)
        return Believed(*(told(each, hearing, plan.key, thirds) for each in chances))

    def _in_scale(self, ask: Ask, chances: Array | None) -> NDArray[np.bool_]:
        plan = ask.sampling.plan
        if plan.key != FOLLOW_KEY:
            return in_scale(plan.scale, Key(plan.key, "major"), self._keys)
        # In the first bar too little is known to lock anything.
        if chances is None or not self._before(ask, 1 + ask.step_in_bar).any():
            return np.ones(len(self._keys), np.bool_)
        heard = HEARINGS[plan.key_hearing].likeliest(chances, thirds_of(plan.scale))
        return in_scale(plan.scale, heard, self._keys)

    def _at(self, step: int | None) -> Played | None:
        return None if step is None else self._memory.kept(step, len(self._keys))

    def _before(self, ask: Ask, most: int) -> NDArray[np.uint8]:
        return self._memory.before(ask.step, most, len(self._keys))

    def _draw(self, ask: Ask, purpose: int, place: int) -> NDArray[np.float64]:
        """Flat uniforms of a place in the song."""
        where = ask.sampling.seed, ask.sampling.variation, place
        if purpose not in self._drawn or self._drawn[purpose][0] != where:
            seed, variation, _ = where
            numbers = uniforms(seed, self._instance, variation, place, purpose).ravel()
            self._drawn[purpose] = where, numbers
        return self._drawn[purpose][1]


def _cadence(ask: Ask, sounding: NDArray[np.bool_], shape: Constraints) -> None:
    """The last half bar of a section: what sounds is held to half a beat before its end, and nothing begins."""
    bar, within = ask.steps_per_bar, ask.step_in_bar
    if 2 * within <= bar:
        return
    shape.allowed[:] &= sounding & (within < bar - max(1, ask.sampling.plan.beat // 2))
    shape.bias[:, PLAY] += HELD
    shape.bias[:, ARTICULATE] = NEVER
