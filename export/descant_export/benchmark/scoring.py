"""Log-likelihood of whole sequences: Boulanger-Lewandowski's measure, a flat mean over all time steps.

Teacher forcing on both axes, dropout off, every sequence from a zero state and out of silence, natural log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from descant_export.benchmark.crops import crop, rows_of
from descant_export.benchmark.sets import Frames, RollSet
from descant_export.families.table_biaxial import log_likelihood

STEPS_AT_ONCE = 1024  # steps of all sequences in a batch; a longer sequence goes alone


@torch.no_grad()
def mean_log_likelihood(model: Any, roll_set: RollSet, frames: Sequence[Frames], *, fast: bool) -> float:
    """Nats per time step over ``frames``; ``fast`` computes under bf16 autocast.

    Pitches that the network leaves out are scored by their smoothed rate in training.
    """
    device = next(model.parameters()).device
    training = model.training
    model.eval()
    rows = rows_of(model.shape.kernel.pitches, roll_set.pitches)
    total, steps = 0.0, 0
    for group in _groups(frames):
        longest = max(len(one) for one in group)
        cpu = crop(group, [0] * len(group), longest, model.shape.past, rows)
        dtype = torch.bfloat16 if fast else torch.float32
        before, now = (tensor.to(device, dtype) for tensor in (cpu.before, cpu.now))
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast):
            logits = model(before, now, step_in_bar=cpu.number.to(device))
        each = log_likelihood(logits, now) * cpu.real.to(device)
        total += float(each.double().sum())
        steps += int(cpu.real.sum())
    model.train(training)
    return total / steps + _left_out(roll_set, frames, rows) / steps


def _groups(frames: Sequence[Frames]) -> Iterator[list[Frames]]:
    """Sequences of like lengths, as many at once as fit."""
    group: list[Frames] = []
    for one in sorted(frames, key=len):
        if group and len(one) * (len(group) + 1) > STEPS_AT_ONCE:
            yield group
            group = []
        group.append(one)
    yield group


def _left_out(roll_set: RollSet, frames: Sequence[Frames], rows: slice) -> float:
    """The sum over all steps of the log-likelihood of the pitches outside of ``rows``."""
    rates = roll_set.rates()[:, 0]
    outside = np.ones(len(rates), bool)
    outside[rows] = False
    played = sum(one[..., 0].sum(0, dtype=np.int64) for one in frames)
    silent = sum(len(one) for one in frames) - played
    each = played * np.log(rates) + silent * np.log1p(-rates)
    return float(each[outside].sum())
