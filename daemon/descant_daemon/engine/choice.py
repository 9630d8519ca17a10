"""What is asked of a sweep from the lowest pitch up, and what comes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.critic import Critic
from descant_daemon.engine.loudness import Velocities
from descant_daemon.engine.revision import as_played, revised
from descant_daemon.note_state import ARTICULATE, PLAY, State

Array = NDArray[np.float32]

# Temperature turns about this logit (one chance in 13), not about 0: a note is one of many that could be
# struck, so even the best is seldom likelier than not, and sharpening about 0 would only make silence.
PIVOT = -2.5
FEWEST = 3  # notes of a chord
MORE = 1  # note than the first draft has, where a critic chooses


@dataclass(frozen=True)
class Choice:
    """How a step is to be sampled.

    ``dice``: uniforms as logits for each of ``D`` drafts, ``[D, P, 2]``; ``allowed``: ``[P]`` bool, pitches
    that may be chosen; ``sounding``: ``[P]`` bool, Descant's notes of the step before (anything else must be struck);
    ``odds``: the odds of each note are multiplied by it; ``voices``: most notes chosen at once;
    ``follow``: how far to go beyond the model in heeding what is given, 0 not at all;
    ``bias``: ``[P, 2]``, by which the log-odds of playing and of striking each pitch are shifted;
    ``critic``: who has a say in which draft is played.
    """

    dice: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    sounding: NDArray[np.bool_]
    temperature: float
    odds: float
    voices: int
    follow: float = 0.0
    bias: NDArray[np.float64] | None = None
    critic: Critic | None = None

    @cached_property
    def thresholds(self) -> NDArray[np.float64]:
        """The logits beyond which a pitch plays and is struck when nothing is given, ``[D, P, 2]``.

        The dice are turned round once, instead of every logit into a chance.
        """
        over = self.dice * self.temperature
        over -= self._lift
        np.copyto(over[..., PLAY], np.inf, where=~self.allowed if self.voices else True)
        np.copyto(over[..., ARTICULATE], -np.inf, where=~self.sounding)  # what does not sound cannot be held
        return over

    @cached_property
    def _lift(self) -> NDArray[np.float64]:
        """Added to the network's logits before they are divided by the temperature, ``[P, 2]``."""
        lift = np.zeros(self.dice.shape[1:]) if self.bias is None else self.bias * self.temperature
        odds = math.log(self.odds) if self.odds else -math.inf
        if self.critic is not None:
            lift[self.sounding, PLAY] += self.critic.weary * self.temperature
        lift[:, PLAY] += (odds + PIVOT) * self.temperature - PIVOT
        return lift

    def best(self, drafts: State, logits: Array, given: State) -> int:
        """Which of ``drafts [D, P, 2]``, drawn from ``logits [D, P, 2]``, is to be played.

        The likeliest of those that strike as many notes as the first, and hold as many: so the first says when notes
        begin and end, at the model's own chance (the likeliest thing is always to hold what sounds), and the others
        which. A temperature below 1 would sharpen pitch by pitch, and by that favour the lowest that will do; this
        sharpens the chord (best of D, as in language models). A critic has a say beside that, and may choose a note
        more than the first has, for a chord that wants it, or fewer where a first chord is set: three will do.
        """
        if len(drafts) == 1:
            return 0
        odds = (logits + self._lift) / self.temperature
        likely = -np.logaddexp(0.0, np.where(drafts > 0, -odds, odds))
        free = self.allowed & (given[:, PLAY] == 0)
        again = (drafts[:, :, PLAY] > 0) & self.sounding
        score = likely[:, free, PLAY].sum(1) + (likely[:, :, ARTICULATE] * again).sum(1)
        counts = drafts.sum(1)
        compete = (counts == counts[0]).all(1)
        if self.critic is not None:
            score = score + self.critic.scores(drafts)[0]
            more = counts - counts[0]
            least = -max(int(counts[0, PLAY]) - FEWEST, 0) if not self.sounding.any() else 0
            compete |= ((more >= least) & (more <= MORE) & ((counts > 0) == (counts[0] > 0))).all(1)
        return int(np.where(compete, score, -np.inf).argmax())

    def revised(self, chosen: Chosen, logits: Array, given: State) -> Chosen:
        """What is played of the draft that is the best, where its critic has a second thought."""
        ours, velocities = chosen
        if self.critic is None or not ours.any():
            return chosen
        odds = (logits[:, PLAY] + self._lift[:, PLAY]) / self.temperature
        rows = revised(self.critic, ours, odds, self.allowed & (given[:, PLAY] == 0), self.sounding)
        return Chosen(as_played(ours, rows, self.sounding), np.append(velocities, np.uint8(0))[rows])


class Line(NamedTuple):
    """One instance's share of a sweep: context ``[P, ...]``, as the network gave it, and given ``[P, 2]``."""

    context: Array
    given: State
    choice: Choice


class Chosen(NamedTuple):
    """One line's notes, ``[P, 2]``, and how loud those that are struck are, ``[P]``, 0 where nothing says so."""

    ours: State
    velocities: Velocities
