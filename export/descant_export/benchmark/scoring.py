"""Log-likelihood of whole sequences: Boulanger-Lewandowski's measure, a flat mean over all time steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from descant_export.benchmark.sets import Frames, RollSet
from descant_export.evaluate.baselines import PerPitch
from descant_export.evaluate.rolls import as_pieces
from descant_export.evaluate.scores import score
from descant_export.evaluate.teacher_forcing import TableScorer, WithRates
from descant_export.families.network import Network

STEPS_AT_ONCE = 1024  # steps of all sequences in a batch; a longer sequence goes alone


def mean_log_likelihood(model: Network, roll_set: RollSet, frames: Sequence[Frames], *, fast: bool) -> float:
    """Nats per time step over ``frames``; ``fast`` computes under bf16 autocast.

    Pitches that the network leaves out are scored by their smoothed rate in training.
    """
    pitches = roll_set.pitches
    rates = PerPitch(pitches, np.broadcast_to(roll_set.rates()[:, 0], (2, pitches.size)))
    pieces = as_pieces(roll_set.name, frames, pitches)
    return score(WithRates(TableScorer(model, fast=fast), rates), pieces, STEPS_AT_ONCE).total
