"""A run on disk: the last state, to go on from, and the best, to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from pydantic import TypeAdapter, ValidationError

from descant_export.families.network import Network
from descant_export.torch_file import read_torch, save_torch
from descant_export.training.config import Config
from descant_routing.errors import DescantError, UsageError


@dataclass(frozen=True)
class Standing:
    """Where a run stands: updates done, seconds spent, the best validation, and at which update it was.

    ``waited``: looks since a better one, or since patience was lost; ``fallen``: how often it was.
    """

    update: int = 0
    seconds: float = 0.0
    best: float = float("-inf")
    best_update: int = 0
    waited: int = 0
    fallen: int = 0

    def after(self, update: int, seconds: float) -> Standing:
        """So many updates done, in so many seconds."""
        return replace(self, update=update, seconds=seconds)

    def looked(self, value: float, patience: int) -> Standing:
        """After a look at validation; ``patience``: looks, 0 for no end of them."""
        if value > self.best:
            return replace(self, best=value, best_update=self.update, waited=0)
        if patience and self.waited + 1 >= patience:
            return replace(self, waited=0, fallen=self.fallen + 1)
        return replace(self, waited=self.waited + 1)


STANDING = TypeAdapter(Standing)
WHAT = "a checkpoint of this version of Descant"


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
    average: Mapping[str, torch.Tensor] = field(default_factory=dict)
    """The running mean of the weights, where the run keeps one and goes on from here."""

    @property
    def update(self) -> int:
        """How many updates made it."""
        return self.standing.update

    @property
    def seconds(self) -> float:
        """In how many seconds."""
        return self.standing.seconds

    def save(self, path: Path) -> None:
        """Write the file whole or not at all. Raises DescantError."""
        values = {**self.__dict__, "config": self.config.as_dict(), "standing": asdict(self.standing)}
        save_torch(values, path)

    def network(self) -> Network:
        """The model, evaluating."""
        model = self.config.build()
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
    """Read a checkpoint; weights only, no code runs. DescantError when it is none, or not of its own config."""
    try:
        values = read_torch(path, WHAT)
    except FileNotFoundError:
        raise DescantError(f"There is no checkpoint at {path}.") from None
    try:
        found = Checkpoint(
            Config.from_dict(dict(values["config"])),
            str(values["corpus"]),
            values["model"],
            values["optimiser"],
            STANDING.validate_python(values["standing"]),
            values.get("average", {}),
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise DescantError(f"{path} is not {WHAT} ({reason}).") from None
    except KeyError as error:
        raise DescantError(f"{path} is not {WHAT} (it says no {error.args[0]}).") from None
    except TypeError:
        raise DescantError(f"{path} is not {WHAT} (its config is none).") from None
    if fault := _fault(found):
        raise DescantError(f"{path} is not {WHAT} ({fault}).")
    return found


def _fault(found: Any) -> str:
    """In what a ``Checkpoint`` is not what its config describes, parts, names and sizes; nothing where it is."""
    with torch.device("meta"):  # sizes alone, however large
        expected = found.config.build().state_dict()
    model = found.model
    if not isinstance(model, Mapping) or not isinstance(found.optimiser, Mapping):
        return "it has no weights"
    if model.keys() != expected.keys():
        names = sorted(map(str, model.keys() ^ expected.keys()))
        return f"its weights are another network's: {names[0]}"
    for name, weight in model.items():
        if not isinstance(weight, torch.Tensor) or weight.shape != expected[name].shape:
            return f"its weights have not the sizes of its config: {name}"
        if not torch.isfinite(weight).all():
            return f"its weights are not all numbers: {name}"
    return ""
