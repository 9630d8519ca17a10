"""A run's folder, or a checkpoint, as the network that it has trained best."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from descant_export.evaluate.scores import Scorer
from descant_export.evaluate.teacher_forcing import NetworkScorer, TableScorer
from descant_export.families.table_networks import TableSizes
from descant_export.training import checkpoint
from descant_export.training.checkpoint import Checkpoint


class Loaded(NamedTuple):
    """``family``: what kind of network it is: a family of ``descant train``, or a network's name in the tables."""

    scorer: Scorer
    family: str


def best_of(run: Path) -> Checkpoint:
    """Of ``descant train`` or ``descant benchmark``. DescantError when there is none."""
    return checkpoint.load(run / "best.pt" if run.is_dir() else run)


def scorer_of(run: Path) -> Loaded:
    """What the run's network finds likely; nothing given."""
    state = best_of(run)
    network, sizes = state.network(), state.config.network
    if isinstance(sizes, TableSizes):
        return Loaded(TableScorer(network), sizes.table)
    return Loaded(NetworkScorer(network, float64=True), sizes.family)
