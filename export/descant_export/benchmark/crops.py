"""The sets as what a run learns from: random crops, all of one length, each depending on seed, update and row alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch

from descant_daemon.note_state import PitchRange
from descant_export.benchmark.scoring import mean_log_likelihood
from descant_export.benchmark.sets import Frames, RollSet
from descant_export.evaluate.scores import PLAY, Score
from descant_export.families.network import Network
from descant_export.training.batches import Batch
from descant_export.training.config import Config
from descant_export.training.ranks import Ranks

FROM_THE_TOP = 0.1  # share of crops that begin where their sequence begins, from silence


def crop(frames: Sequence[Frames], begins: Sequence[int], length: int, past: int, rows: slice) -> Batch:
    """One crop a sequence, from step ``begins`` on; before the first step and after the last is silence.

    ``before`` begins ``past`` steps earlier; ``step_in_bar`` is the step's number in its sequence.
    """
    shape = (rows.stop - rows.start, frames[0].shape[2])
    wide = np.zeros((len(frames), past + 1 + length, *shape), np.float32)
    real = np.zeros((len(frames), length), np.float32)
    for index, (one, begin) in enumerate(zip(frames, begins, strict=True)):
        first = begin - past - 1  # in ``wide``, frame ``first`` is row 0
        part = one[max(first, 0) : begin + length, rows]
        wide[index, max(-first, 0) : max(-first, 0) + len(part)] = part
        real[index, : len(one) - begin] = 1
    number = np.asarray(begins)[:, None] + np.arange(length)
    everything = torch.from_numpy(wide)
    now = everything[:, past + 1 :]
    return Batch(
        everything[:, :-1],
        now,
        torch.zeros_like(now),
        torch.from_numpy(number),
        torch.zeros(len(frames), 0),
        torch.from_numpy(real),
        now[..., :0, 0],
    )


def rows_of(pitches: PitchRange, within: PitchRange) -> slice:
    """Where ``pitches`` lie in frames over ``within``."""
    return slice(pitches.low - within.low, pitches.high + 1 - within.low)


class RollMaterial:
    """A set to the loop: random crops, looked at whole."""

    def __init__(self, config: Config, roll_set: RollSet) -> None:
        """``config``: of a network that computes some of the set's pitches."""
        self._config, self._set, self._shape = config, roll_set, config.shape()
        self._rows = rows_of(self._shape.kernel.pitches, roll_set.pitches)
        lengths = np.array([len(frames) for frames in roll_set.train])
        self._lengths, self._chances = lengths, lengths / lengths.sum()

    def begin(self, model: Network) -> None:
        """The output's bias starts at the rates in training."""
        model.set_rates(torch.from_numpy(self._set.rates()[self._rows]).float())

    def batch(self, update: int, rows: Iterable[int]) -> Batch:
        """See ``Material``. Sequences are drawn by their length, beginnings at random."""
        length, chosen, begins = self._config.segment, list[int](), list[int]()
        for row in rows:
            dice = np.random.default_rng((self._config.seed, update, row))
            chosen.append(int(dice.choice(len(self._lengths), p=self._chances)))
            latest = max(int(self._lengths[chosen[-1]]) - length, 0)
            begins.append(0 if dice.random() < FROM_THE_TOP else int(dice.integers(latest + 1)))
        return crop(
            [self._set.train[index] for index in chosen], begins, length, self._shape.past, self._rows
        )

    def look(self, model: Network, ranks: Ranks, *, fast: bool) -> list[Score]:  # noqa: ARG002 - a moment's work
        """Validation."""
        steps = sum(len(frames) for frames in self._set.valid)
        return [Score({PLAY: mean_log_likelihood(model, self._set, self._set.valid, fast=fast)}, steps)]

    def sample(self, model: Network, stem: Path, title: str) -> None:
        """A roll without articulation is nothing to listen to."""
