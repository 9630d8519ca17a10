"""A run's folder, or a checkpoint, as the network that it has trained best."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


def best_of(run: Path) -> Checkpoint:
    """Of ``descant train``. DescantError when there is none."""
    return checkpoint.load(run / "best.pt" if run.is_dir() else run)


def scorer_of(run: Path, rolls: Rolls | None = None) -> Scorer:
    """Of ``descant train``, or of ``descant benchmark`` where it was trained on ``rolls``; nothing given."""
    network = benchmark_network(run, rolls) if rolls is not None and run.is_dir() else None
    return NetworkScorer(best_of(run).network(), float64=True) if network is None else TableScorer(network)


def benchmark_network(run: Path, rolls: Rolls) -> Any:
    """The best network of a run's folder, or None where no benchmark ran. ``rolls``: what it was trained on."""
    store = Store(run)
    result, best = store.result(), store.best()
    if result is None or best is None:
        return None
    if result.network not in RECIPES:
        raise DescantError(f"{run} trained {result.network}, which this version of Descant does not know.")
    recipe = RECIPES[result.network]
    sides = (_frames(rolls.side(side)) for side in SPLITS)
    model = recipe.network(recipe.shape(RollSet(rolls.name, PIANO, *sides)))
    try:
        model.load_state_dict(best[2])
    except RuntimeError:
        raise DescantError(f"The network of {run} was not trained on {rolls.name}.") from None
    return model


def _frames(rolls: tuple[Roll, ...]) -> list[Roll]:
    return [roll[..., None] for roll in rolls]
