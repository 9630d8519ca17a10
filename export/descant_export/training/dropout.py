"""Dropout whose masks depend on the seed, the update and the row of the batch: not on who computes the row, nor when.

Otherwise as ``torch.nn.Dropout``. A chance is rounded to 1/256, since a byte decides, and what is kept is scaled by
the rounded one. Also cheaper: drawing bytes takes a fifth of PyTorch's Bernoulli numbers on a processor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from descant_export.families.network import Network

BYTE = 256


Stream = Callable[[int], Tensor]
"""So many bytes, drawn on from where it was."""


class KeyedDropout(nn.Module):
    """For sequences ``[length, rows · each, units]``; successive calls within an update draw on."""

    def __init__(self, chance: float) -> None:
        """``chance`` of leaving out, 0 to 1."""
        super().__init__()
        self._out = round(chance * BYTE)
        self._streams: list[Stream] = []

    def begin(self, keys: Sequence[tuple[int, ...]], device: torch.device) -> None:
        """An update begins; ``keys`` of its rows, numbers from 0."""
        draw = _on_processor if device.type == "cpu" else partial(_on_device, device)
        self._streams = [draw(key) for key in keys]

    def forward(self, sequence: Tensor) -> Tensor:
        """Some left out, the rest scaled up."""
        if not self.training or not self._out:
            return sequence
        length, columns, units = sequence.shape
        each = columns // len(self._streams)
        drawn = [stream(length * each * units).view(length, each, units) for stream in self._streams]
        kept = torch.stack([part >= self._out for part in drawn], 1).view(length, columns, units)
        return sequence * kept.to(sequence.dtype).mul_(BYTE / (BYTE - self._out))


def key_dropout(model: Network) -> list[KeyedDropout]:
    """Put it in the place of the model's own; returns those of its stacks."""
    keyed: list[KeyedDropout] = []
    for stack in model.stacks:
        keyed.append(KeyedDropout(stack.dropout.p))
        stack.dropout = keyed[-1]  # type: ignore[assignment]
    return keyed


def _on_processor(key: tuple[int, ...]) -> Stream:
    words = np.random.SFC64(np.random.SeedSequence(key))
    return lambda count: torch.from_numpy(words.random_raw((count + 7) // 8).view(np.uint8)[:count])


def _on_device(device: torch.device, key: tuple[int, ...]) -> Stream:
    """Another device draws for itself, or it would wait; its masks are not those of the processor."""
    seed = int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0] >> 1)
    dice = torch.Generator(device).manual_seed(seed)
    return lambda count: torch.randint(BYTE, (count,), generator=dice, device=device, dtype=torch.uint8)
