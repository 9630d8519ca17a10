"""Dropout whose masks depend on the seed, the update and the row of the batch: not on who computes the row, nor when.

Otherwise as ``torch.nn.Dropout``. A chance is rounded to 1/256, since a byte decides, and what is kept is scaled by
the rounded one. Also cheaper: drawing bytes takes a fifth of PyTorch's Bernoulli numbers on a processor.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from descant_export.model.biaxial import Biaxial

BYTE = 256


class KeyedDropout(nn.Module):
    """For sequences ``[length, rows · each, units]``; successive calls within an update draw on."""

    def __init__(self, chance: float) -> None:
        """``chance`` of leaving out, 0 to 1."""
        super().__init__()
        self._out = round(chance * BYTE)
        self._streams: list[np.random.BitGenerator] = []

    def begin(self, keys: Sequence[tuple[int, ...]]) -> None:
        """An update begins; ``keys`` of its rows, numbers from 0."""
        self._streams = [np.random.SFC64(np.random.SeedSequence(key)) for key in keys]

    def forward(self, sequence: Tensor) -> Tensor:
        """Some left out, the rest scaled up."""
        if not self.training or not self._out:
            return sequence
        length, columns, units = sequence.shape
        each = columns // len(self._streams)
        drawn = [_bytes(stream, length * each * units) for stream in self._streams]
        kept = torch.stack([part.view(length, each, units) for part in drawn], 1) >= self._out
        scale = kept.view(length, columns, units).to(sequence.device).to(sequence.dtype)
        return sequence * scale.mul_(BYTE / (BYTE - self._out))


def key_dropout(model: Biaxial) -> list[KeyedDropout]:
    """Put it in the place of the model's own; returns those of the time axis and of the note axis."""
    keyed: list[KeyedDropout] = []
    for stack in (model.time_axis, model.note_axis):
        keyed.append(KeyedDropout(stack.dropout.p))
        stack.dropout = keyed[-1]  # type: ignore[assignment]
    return keyed


def _bytes(stream: np.random.BitGenerator, count: int) -> Tensor:
    words = stream.random_raw((count + 7) // 8)
    return torch.from_numpy(words.view(np.uint8)[:count])
