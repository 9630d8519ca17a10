"""The sweep from the lowest pitch up: sample every pitch, each knowing the choices below it.

A stretch of pitches is computed in one call with a guess of what sounds in it: what sounded before goes
on, or what was chosen when the step was asked for with other keys. Up to the first pitch at which the
dice say otherwise the guess was right, and so were the logits; the stretch is computed again with that
pitch in place. The result is that of one call a pitch. Several instances go up together: a call costs
hardly more for two rows than for one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.loudness import Velocities, expected
from descant_daemon.engine.network import Array, Hidden, Network
from descant_daemon.note_state import ARTICULATE, PLAY, State

# Temperature turns about this logit (one chance in 13), not about 0: a note is one of many that could be
# struck, so even the best is seldom likelier than not, and sharpening about 0 would only make silence.
PIVOT = -2.5
# Pitches in one call. A cold call costs as much as twenty pitches more, so the first answer of a step takes
# long stretches; asked again on the tick, the caches are warm and the guess is less often right.
STRETCH, STRETCH_AGAIN = 44, 30


@dataclass(frozen=True)
class Choice:
    """How a step is to be sampled.

    ``dice``: uniforms as logits, ``[P, 2]``; ``allowed``: ``[P]`` bool, pitches that may be chosen;
    ``sounding``: ``[P]`` bool, our own notes of the step before (anything else must be struck);
    ``odds``: the odds of each note are multiplied by it; ``voices``: most notes chosen at once;
    ``follow``: how far to go beyond the model in heeding what is given, 0 not at all;
    ``bias``: ``[P, 2]``, by which the log-odds of playing and of striking each pitch are shifted.
    """

    dice: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    sounding: NDArray[np.bool_]
    temperature: float
    odds: float
    voices: int
    follow: float = 0.0
    bias: NDArray[np.float64] | None = None

    @cached_property
    def thresholds(self) -> NDArray[np.float64]:
        """The logits beyond which a pitch plays and is struck when nothing is given, ``[P, 2]``.

        The dice are turned round once, instead of every logit into a chance.
        """
        odds = math.log(self.odds) if self.odds else -math.inf
        over = self.dice * self.temperature
        over[:, PLAY] -= (odds + PIVOT) * self.temperature - PIVOT
        if self.bias is not None:
            over -= self.bias * self.temperature
        over[~self.allowed, PLAY] = np.inf
        over[~self.sounding, ARTICULATE] = -np.inf  # what does not sound cannot be held
        return over


class Line(NamedTuple):
    """One instance's share of a sweep: context ``[P, H]``, given ``[P, 2]``, and what to guess, ``[P, 2]``.

    Without a guess, what sounded before is taken to go on.
    """

    context: Array
    given: State
    choice: Choice
    guess: State | None = None


class Chosen(NamedTuple):
    """One line's notes, ``[P, 2]``, and how loud those that are struck are, ``[P]``, 0 where nothing says so."""

    ours: State
    velocities: Velocities


def sweep(network: Network, lines: Sequence[Line]) -> list[Chosen]:
    """Our own notes of the step, for each line; the given ones are clamped and not among them.

    With ``follow`` the network is also asked as if nothing were given, and its logits are moved away from
    that answer (classifier-free guidance, Ho & Salimans 2022): a line then has two rows in each call.
    """
    climbs = [_Climb(line) for line in lines]
    stretch = STRETCH if all(line.guess is None for line in lines) else STRETCH_AGAIN
    context = _stack([line.context for line, climb in zip(lines, climbs, strict=True) for _ in climb.heard])
    given = _stack([heard for climb in climbs for heard in climb.heard])
    hidden = network.note_start
    if len(context) > 1:
        hidden = tuple(np.repeat(array, len(context), 0) for array in hidden)
    begins = [0, *accumulate(len(climb.heard) for climb in climbs)]
    first = 0
    while pending := [index for index, climb in enumerate(climbs) if first < climb.end]:
        last = min(first + stretch, max(climbs[index].end for index in pending))
        for index in pending:
            climbs[index].guess(first, last)
        while pending:
            rows = [row for index in pending for row in range(begins[index], begins[index + 1])]
            whole = len(rows) == len(context)
            lower = _stack([climbs[index].lower() for index in pending for _ in climbs[index].heard])
            logits, after = network.along_pitch(
                context if whole else context[rows],
                given if whole else given[rows],
                first,
                lower,
                hidden if whole else tuple(array[rows] for array in hidden),
            )
            at = 0
            wrong: list[tuple[int, int]] = []  # (line, where its rows begin in this call)
            right: list[tuple[int, int]] = []
            for index in pending:
                climb = climbs[index]
                (right if climb.settles(logits[at : at + len(climb.heard)]) else wrong).append((index, at))
                at += len(climb.heard)
            if whole and not wrong:
                hidden = after
            elif right:
                _keep(hidden, after, right, begins)
            pending = [index for index, _ in wrong]
        first = last
    return [Chosen(climb.chosen, climb.velocities) for climb in climbs]


class _Climb:
    """One line on its way up."""

    def __init__(self, line: Line) -> None:
        given, choice = line.given, line.choice
        guided = choice.follow > 0 and bool(given.any())
        self.heard = [given, np.zeros_like(given)] if guided else [given]  # what each of its rows is given
        self.chosen = np.zeros_like(given)
        self.velocities = np.zeros(len(given), np.uint8)
        self._follow = np.float32(choice.follow)
        self._left = choice.voices
        taken = given[:, PLAY] > 0
        free = choice.allowed & ~taken
        self._over = choice.thresholds.copy()
        self._over[taken, PLAY] = np.inf
        if line.guess is None:
            self._guess = choice.sounding & free, np.zeros_like(free)
        else:
            self._guess = (line.guess[:, PLAY] > 0) & free, (line.guess[:, ARTICULATE] > 0) & free
        # Given and chosen together, as the pitches above see them; row 0 lies below the lowest.
        self._whole = np.concatenate([np.zeros((1, 2), np.float32), given])
        top = np.flatnonzero(free)
        self.end = int(top[-1]) + 1 if len(top) and self._left else 0
        self._first = self._last = 0

    def guess(self, first: int, last: int) -> None:
        """Begin a stretch."""
        self._first, self._last = first, last
        self._plays, self._strikes = (plane[first:last] for plane in self._guess)

    def lower(self) -> Array:
        """The choice below each pitch of the stretch, if the guess is right: ``[L, 2]``."""
        whole, first, last = self._whole, self._first, self._last
        lower = whole[first:last].copy()  # ``whole`` begins with the silence below the lowest pitch
        lower[1:, PLAY] += self._plays[:-1]
        lower[1:, ARTICULATE] += self._strikes[:-1]
        return lower

    def settles(self, logits: Array) -> bool:
        """Roll the dice, ``[rows, L, 2 + V]``; False when the guess was wrong and a better one is in its place."""
        first, last = self._first, self._last
        notes = logits[..., :2]
        own = notes[0] if len(notes) == 1 else notes[0] + self._follow * (notes[0] - notes[1])
        over = own > self._over[first:last]
        plays = over[:, PLAY]
        strikes = over[:, ARTICULATE] & plays
        count = int(np.count_nonzero(plays))
        if count > self._left:
            beyond = np.flatnonzero(plays)[self._left :]
            plays[beyond] = strikes[beyond] = False
            count = self._left
        wrong = (plays != self._plays) | (strikes != self._strikes)
        row = int(wrong.argmax())
        if wrong[row]:
            # Those above knew not what they stood on; the likeliest of them are those that were guessed as well.
            count = int(np.count_nonzero(plays[: row + 1]))
            if count < self._left and row + 1 < min(last, self.end) - first:
                plays[row + 1 :] &= self._plays[row + 1 :]
                strikes[row + 1 :] &= plays[row + 1 :]
                self._plays, self._strikes = plays, strikes
                return False
            plays[row + 1 :] = strikes[row + 1 :] = False
        if count:
            self._settle(plays, strikes, count)
            if logits.shape[-1] > 2:
                self.velocities[first:last][strikes] = expected(logits[0, :, 2:][strikes])
        return True

    def _settle(self, plays: NDArray[np.bool_], strikes: NDArray[np.bool_], count: int) -> None:
        rows = slice(self._first, self._last)
        self.chosen[rows, PLAY], self.chosen[rows, ARTICULATE] = plays, strikes
        self._whole[1:][rows] += self.chosen[rows]
        self._left -= count
        if not self._left:
            self.end = 0


def _keep(hidden: Hidden, after: Hidden, settled: Sequence[tuple[int, int]], begins: Sequence[int]) -> None:
    """Lines that have settled go on from ``after``, where their rows begin at the second number."""
    for index, at in settled:
        begin, end = begins[index], begins[index + 1]
        for mine, theirs in zip(hidden, after, strict=True):
            mine[begin:end] = theirs[at : at + end - begin]


def _stack(arrays: Sequence[Array]) -> Array:
    return arrays[0][None] if len(arrays) == 1 else np.stack(arrays)
