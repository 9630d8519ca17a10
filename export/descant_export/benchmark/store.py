"""A run of the benchmark on disk: state to go on from, best weights, curve, result. Each file whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from descant_daemon.whole_file import write_whole
from descant_export.claim import ClaimedError, claimed
from descant_export.torch_file import read_torch, save_torch
from descant_routing.errors import DescantError

Weights = dict[str, Tensor]


@dataclass
class Standing:
    """Where a run stands. ``best``: nats a step on validation, at update ``best_update``.

    ``batch``: crops an update. ``seconds``: at work, evaluations included. ``flop``: of training and evaluation.
    ``waited``: evaluations since a better one. ``fallen``: how often the rate has fallen. ``climbed``, ``climbs``: sum
    and number of the training figures since the last evaluation. ``ended``: why the run is over, empty while it is
    not. ``curve``: (update, training, validation, seconds).
    """

    batch: int
    update: int = 0
    best: float = float("-inf")
    best_update: int = 0
    seconds: float = 0.0
    flop: float = 0.0
    waited: int = 0
    fallen: int = 0
    climbed: float = 0.0
    climbs: int = 0
    ended: str = ""
    curve: list[tuple[int, float, float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """A row of the table for one seed; ``test`` belongs to the weights that were best on validation."""

    set: str
    network: str
    seed: int
    test: float
    valid: float
    test_steps: int
    ended: str
    update: int
    best_update: int
    epochs: float
    seconds: float
    tflop: float
    batch: int
    segment: int
    device: str


class Store:
    """The folder of one run, which one process at a time works on."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is made when something is kept, or when it is taken."""
        self._folder = folder

    @contextmanager
    def taken(self) -> Generator[bool]:
        """Whether the run is ours alone within the context; a process that dies lets go."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            try:
                stack.enter_context(claimed(self._folder))
            except ClaimedError:
                yield False
            else:
                yield True

    def last(self) -> dict[str, Any] | None:
        """What ``keep_last`` kept, if anything."""
        return self._load("last.pt")

    def best(self) -> tuple[int, float, Weights] | None:
        """What ``keep_best`` kept, if anything."""
        kept = self._load("best.pt")
        return None if kept is None else (kept["update"], kept["valid"], kept["weights"])

    def result(self) -> Result | None:
        """The result, if there is one."""
        path = self._folder / "result.json"
        try:
            return Result(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise DescantError(f"{path} is not a result of this version of Descant ({error}).") from None

    def keep_last(self, state: dict[str, Any]) -> None:
        """Keep everything that the run goes on from."""
        self._keep("last.pt", state)

    def keep_best(self, update: int, valid: float, weights: Weights) -> None:
        """Keep the weights that are the best so far, with their update and validation score."""
        self._keep("best.pt", {"update": update, "valid": valid, "weights": weights})

    def keep_result(self, result: Result, standing: Standing) -> None:
        """Keep the result, and the curve that led to it."""
        rows = ["update,train,validation,seconds"]
        rows += [f"{at},{train:.4f},{valid:.4f},{took:.0f}" for at, train, valid, took in standing.curve]
        write_whole(self._folder / "curve.csv", ("\n".join(rows) + "\n").encode())
        write_whole(self._folder / "result.json", (json.dumps(asdict(result), indent=1) + "\n").encode())

    def _keep(self, name: str, value: dict[str, Any]) -> None:
        save_torch(value, self._folder / name)

    def _load(self, name: str) -> dict[str, Any] | None:
        try:
            return read_torch(self._folder / name, "a state of this version of Descant")
        except FileNotFoundError:
            return None
