"""One process or several: ``torchrun`` starts them, on one machine or many, and each learns which it is.

``torchrun --nproc-per-node 4 -m descant_daemon.cli train …``
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel


def first_of_all() -> bool:
    """Whether this process speaks and writes for all."""
    return os.environ.get("RANK", "0") == "0"


@dataclass(frozen=True)
class Ranks:
    """This process among ``world``."""

    rank: int
    world: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether it writes."""
        return self.rank == 0

    def share(self, count: int) -> range:
        """Which of ``count`` rows are this process's: all rows are somebody's."""
        return range(self.rank, count, self.world)

    def sum(self, values: Tensor) -> Tensor:
        """The sum over all processes, known to all; in place."""
        if self.world > 1:
            distributed.all_reduce(values)
        return values

    def wrap(self, model: nn.Module) -> nn.Module:
        """The model that averages its gradients over all processes."""
        if self.world == 1:
            return model
        return DistributedDataParallel(
            model, device_ids=[self.device.index] if self.device.type == "cuda" else None
        )


@contextmanager
def joined() -> Generator[Ranks]:
    """Join the others, as torchrun's environment says; gloo between processors, NCCL between GPUs."""
    world, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    if world == 1:
        yield Ranks(rank, world, device)
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Ranks(rank, world, device)
    finally:
        distributed.destroy_process_group()
