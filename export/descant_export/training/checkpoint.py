"""A run on disk: the last state, to go on from, and the best, to keep."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError

from descant_export.model.biaxial import Biaxial
from descant_export.training.config import Config
from descant_routing.errors import DescantError, UsageError


@dataclass(frozen=True)
class Standing:
    """Where a run stands: updates done, seconds spent, the best validation, and at which update it was."""

    update: int = 0
    seconds: float = 0.0
    best: float = float("-inf")
    best_update: int = 0

    def after(self, update: int, seconds: float) -> Standing:
        """So many updates done, in so many seconds."""
        return replace(self, update=update, seconds=seconds)

    def looked(self, value: float) -> Standing:
        """After a look at validation."""
        return replace(self, best=value, best_update=self.update) if value > self.best else self


@dataclass(frozen=True)
class Checkpoint:
    """Everything that a run needs to continue, or a model to be exported.

    No generator's state is among it: what an update draws depends on the seed and its number.
    """

    config: Config
    corpus: str
    model: Mapping[str, torch.Tensor]
    optimiser: Mapping[str, Any]
    standing: Standing

    @property
    def update(self) -> int:
        """How many updates made it."""
        return self.standing.update

    @property
    def seconds(self) -> float:
        """In how many seconds."""
        return self.standing.seconds

    def save(self, path: Path) -> None:
        """Write the file whole or not at all, and see it on the disk: power may fail as well."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        values = {**self.__dict__, "config": self.config.as_dict(), "standing": asdict(self.standing)}
        with temporary.open("wb") as file:
            torch.save(values, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)

    def network(self) -> Biaxial:
        """The model, evaluating."""
        model = Biaxial(self.config.shape())
        model.load_state_dict(self.model)
        return model.eval()


def mean_of(checkpoints: Sequence[Checkpoint]) -> Checkpoint:
    """The first, with the mean of all their weights: runs that went on from one another lie in one basin, and the
    middle of it is often the better place (Wortsman et al. 2022). Raises UsageError where the networks are unlike.
    """
    first = checkpoints[0]
    for other in checkpoints[1:]:
        if (other.config.shape(), other.config.styles) != (first.config.shape(), first.config.styles):
            raise UsageError("Only of networks of one shape and the same styles is there a mean.")
    weights = {name: [each.model[name] for each in checkpoints] for name in first.model}
    return replace(
        first,
        model={
            name: torch.stack(many).mean(0) if many[0].is_floating_point() else many[0]
            for name, many in weights.items()
        },
    )


def load(path: Path) -> Checkpoint:
    """Read a checkpoint; weights only, no code runs."""
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
        values |= {"config": Config.from_dict(values["config"]), "standing": Standing(**values["standing"])}
        return Checkpoint(**values)
    except FileNotFoundError:
        raise DescantError(f"There is no checkpoint at {path}.") from None
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        reason = f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
        raise DescantError(f"{path} is not a checkpoint of this version of Descant ({reason}).") from None
    except (OSError, RuntimeError, EOFError, TypeError, KeyError, pickle.UnpicklingError) as error:
        raise DescantError(f"{path} is not a checkpoint of this version of Descant ({error}).") from None


def _sync_folder(folder: Path) -> None:
    """The new name is in the folder, which is a file of its own; Windows has no such thing to sync."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
