"""A run's folder, or a checkpoint, as the network that it has trained best."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from descant_daemon.note_state import PIANO
from descant_export.benchmark.recipes import RECIPES
from descant_export.benchmark.sets import RollSet
from descant_export.benchmark.store import Store
from descant_export.evaluate.rolls import SPLITS, Roll, Rolls
from descant_export.evaluate.scores import Scorer
from descant_export.evaluate.teacher_forcing import NetworkScorer, TableScorer
from descant_export.training import checkpoint
from descant_export.training.checkpoint import Checkpoint
from descant_routing.errors import DescantError


class Loaded(NamedTuple):
    """``family``: what kind of network it is: a family of ``descant train``, or a network's name in the tables."""

    scorer: Scorer
    family: str


def best_of(run: Path) -> Checkpoint:
    """Of ``descant train``. DescantError when there is none."""
    return checkpoint.load(run / "best.pt" if run.is_dir() else run)


def scorer_of(run: Path, rolls: Rolls | None = None) -> Loaded:
    """Of ``descant train``, or of ``descant benchmark`` where it was trained on ``rolls``; nothing given."""
    found = of_benchmark(run, rolls) if rolls is not None and run.is_dir() else None
    if found is not None:
        return found
    best = best_of(run)
    return Loaded(NetworkScorer(best.network(), float64=True), best.config.network.family)


def of_benchmark(run: Path, rolls: Rolls) -> Loaded | None:
    """The best network of a run's folder, or None where no benchmark ran. ``rolls``: what it was trained on."""
    store = Store(run)
    result, best = store.result(), store.best()
    if result is None or best is None:
        return None
    if result.network not in RECIPES:
        raise DescantError(f"{run} trained {result.network}, which this version of Descant does not know.")
    recipe = RECIPES[result.network]
    sides = (_frames(rolls.side(side)) for side in SPLITS)
    model: Any = recipe.network(recipe.shape(RollSet(rolls.name, PIANO, *sides)))
    try:
        model.load_state_dict(best[2])
    except RuntimeError:
        raise DescantError(f"The network of {run} was not trained on {rolls.name}.") from None
    return Loaded(TableScorer(model), result.network)


def _frames(rolls: tuple[Roll, ...]) -> list[Roll]:
    return [roll[..., None] for roll in rolls]
