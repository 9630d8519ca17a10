"""How busy the machine is: note-steps a second, and the share of what a bare matrix product reaches on it."""

from __future__ import annotations

import time

import torch
from torch import Tensor

from descant_export.families.network import Network
from descant_export.training.config import Config
from descant_export.training.ranks import Ranks

BACKWARD = 2  # the products of the backward pass are twice those of the forward pass
SIDE, PRODUCTS = 1024, 8


def flop_per_note_step(model: Network) -> float:
    """Floating-point operations of the matrix products that one pitch of one step costs in training.

    A multiplication and an addition for each weight, forward, and twice that backward.
    """
    return 2 * model.weights_a_step * (1 + BACKWARD) / float(model.shape.kernel.pitches.size)


def matrix_rate(device: torch.device, precision: torch.dtype) -> float:
    """FLOP a second of a bare square product, the best of several: what the same machine could do at most now."""
    side = SIDE if device.type == "cpu" else 8 * SIDE
    one, other = (torch.randn(side, side, device=device).to(precision) for _ in range(2))
    best = float("inf")
    for _ in range(PRODUCTS):
        _wait(device)
        begin = time.perf_counter()
        torch.mm(one, other)
        _wait(device)
        best = min(best, time.perf_counter() - begin)
    return 2 * side**3 / best


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


class Speed:
    """The run's watches: all its seconds, those of its updates alone, those since it was last kept."""

    def __init__(self, config: Config, model: Network, ranks: Ranks, before: float) -> None:
        """``before``: seconds that an earlier run spent. Measures the machine, for some milliseconds."""
        precision = torch.bfloat16 if config.precision == "bf16" else torch.float32
        self._each = flop_per_note_step(model)
        self._rate = matrix_rate(ranks.device, precision)
        self._device, self._world = ranks.device, ranks.world
        self._begin = time.monotonic() - before
        self._kept = time.monotonic()
        self._went: float | None = None
        self._climbed, self._learned = 0.0, 0

    def go(self) -> None:
        """An update begins; drawing its batch counts."""
        if self._went is None:
            self._went = time.perf_counter()

    def learned(self, states: Tensor) -> None:
        """It has learned ``states [B, T, P, 2]``."""
        self._learned += states[..., 0].numel()

    def halt(self) -> None:
        """No updates for a while: a look at held-out music is not learning. All losses must have been read."""
        if self._went is not None:
            self._climbed += time.perf_counter() - self._went
            self._went = None

    def note_steps(self) -> float:
        """Pitches × steps learned a second, by all processes."""
        if self._went is not None:
            self.halt()
            self.go()
        return self._learned * self._world / self._climbed if self._climbed else 0.0

    def busy(self) -> float:
        """The share of this device's matrix rate that one process keeps busy."""
        return self.note_steps() / self._world * self._each / self._rate

    def seconds(self) -> float:
        """Of the whole run."""
        return time.monotonic() - self._begin

    def since_kept(self) -> float:
        """Since ``last.pt`` was written."""
        return time.monotonic() - self._kept

    def kept(self) -> None:
        """It has been written."""
        self._kept = time.monotonic()
