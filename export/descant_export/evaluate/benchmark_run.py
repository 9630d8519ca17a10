"""A run of ``descant benchmark`` as a network to be scored."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from torch import Tensor

from descant_daemon.note_state import PIANO
from descant_export.benchmark.recipes import RECIPES
from descant_export.benchmark.sets import RollSet
from descant_export.benchmark.store import Store
from descant_export.evaluate.rolls import Roll, Rolls
from descant_export.evaluate.teacher_forcing import Carried
from descant_export.families.table_biaxial import RollBiaxial
from descant_routing.errors import DescantError


class RollAlongTime:
    """A ``RollBiaxial`` as a ``Network``."""

    def __init__(self, model: RollBiaxial) -> None:
        """Works on a copy: the model stays as it is."""
        self._model = copy.deepcopy(model).float().eval()
        self._carried = Carried(self._model.time_axis)
        self._steps = 0
        self.pitches = model.shape.kernel.pitches
        self.past = model.shape.past

    def restart(self) -> None:
        """The next stretch begins a piece."""
        self._carried.clear()
        self._steps = 0

    @torch.no_grad()
    def logits(self, before: Tensor, now: Tensor, step_in_bar: Tensor, style: int) -> Tensor:  # noqa: ARG002
        """``[T, P, outputs]``, on the CPU; with a beat, steps are numbered in their bar, else in their piece."""
        kernel, device = self._model.shape.kernel, next(self._model.parameters()).device
        number = torch.arange(self._steps, self._steps + len(now)) if kernel.beat == "none" else step_in_bar
        self._steps += len(now)
        planes = [tensor[None, ..., : kernel.planes].to(device) for tensor in (before, now)]
        logits: Tensor = self._model(*planes, number[None].to(device))
        return logits[0].float().cpu()


def benchmark_network(run: Path, rolls: Rolls) -> RollAlongTime | None:
    """The best network of a run's folder, or None where no benchmark ran. ``rolls``: what it was trained on."""
    store = Store(run)
    result, best = store.result(), store.best()
    if result is None or best is None:
        return None
    if result.network not in RECIPES:
        raise DescantError(f"{run} trained {result.network}, which this version of Descant does not know.")
    shape = RECIPES[result.network].shape(
        RollSet(rolls.name, PIANO, *(_frames(rolls.side(side)) for side in ("train", "valid", "test")))
    )
    model = RollBiaxial(shape)
    try:
        model.load_state_dict(best[2])
    except RuntimeError:
        raise DescantError(f"The network of {run} was not trained on {rolls.name}.") from None
    return RollAlongTime(model)


def _frames(rolls: tuple[Roll, ...]) -> list[Roll]:
    return [roll[..., None] for roll in rolls]
