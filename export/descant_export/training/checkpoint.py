"""A run on disk: the last state, to go on from, and the best, to keep."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from descant_export.model.biaxial import Biaxial
from descant_export.training.config import Config
from descant_routing.errors import DescantError


@dataclass(frozen=True)
class Checkpoint:
    """Everything that a run needs to continue, or a model to be exported."""

    config: Config
    corpus: str
    model: dict[str, torch.Tensor]
    update: int
    seconds: float
    best: float
    optimiser: dict[str, Any]
    rng: dict[str, Any]
    torch_rng: torch.Tensor

    def save(self, path: Path) -> None:
        """Write the file whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        torch.save({**self.__dict__, "config": self.config.as_dict()}, temporary)
        temporary.replace(path)

    def network(self) -> Biaxial:
        """The model, evaluating."""
        model = Biaxial(self.config.shape())
        model.load_state_dict(self.model)
        return model.eval()


def load(path: Path) -> Checkpoint:
    """Read a checkpoint; weights only, no code runs."""
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
        everything: Any = {**values, "config": Config.from_dict(values["config"])}
        return Checkpoint(**everything)
    except FileNotFoundError:
        raise DescantError(f"There is no checkpoint at {path}.") from None
    except (OSError, RuntimeError, EOFError, TypeError, KeyError, pickle.UnpicklingError) as error:
        raise DescantError(f"{path} is not a checkpoint of this version of Descant ({error}).") from None
