"""How far a set of pieces is from human music, statistic by statistic, beside how far human music is from itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import wasserstein_distance

from descant_export.evaluate.statistics import Statistics

Floats = NDArray[np.float64]
HALVINGS = 20  # ways to halve the human set at random; the mean over them is what chance alone brings
GRID = 1000  # points of the common grid
REACH = 4.0  # bandwidths that the grid goes on beyond the outermost value
NARROWEST = (
    0.01  # the least bandwidth, as a share of what both sets span: a set of one value has none of its own
)


class Distance(NamedTuple):
    """Between two samples. ``wasserstein`` in the statistic's unit; ``overlap`` of their densities, 0 to 1."""

    wasserstein: float
    overlap: float


class Comparison(NamedTuple):
    """One statistic: mean and standard deviation over pieces, and two distances."""

    mean: float
    deviation: float
    human_mean: float
    human_deviation: float
    to_human: Distance
    between_human_halves: Distance


def compare(
    pieces: Sequence[Statistics], human: Sequence[Statistics], seed: int = 0
) -> dict[str, Comparison]:
    """Every statistic by name; pieces that have no value for one are left out of it."""
    found: dict[str, Comparison] = {}
    for name in Statistics._fields:
        ours, theirs = _column(pieces, name), _column(human, name)
        halves = [_halves(theirs, np.random.default_rng([seed, way])) for way in range(HALVINGS)]
        apart = np.mean([distance(one, other) for one, other in halves], axis=0)
        found[name] = Comparison(
            *summary(ours), *summary(theirs), distance(ours, theirs), Distance(*map(float, apart))
        )
    return found


def summary(values: Floats) -> tuple[float, float]:
    """Mean and standard deviation; NaN of nothing."""
    return (float(values.mean()), float(values.std())) if len(values) else (np.nan, np.nan)


def distance(one: Floats, other: Floats) -> Distance:
    """Of two samples; NaN when one is empty."""
    if not len(one) or not len(other):
        return Distance(np.nan, np.nan)
    return Distance(float(wasserstein_distance(one, other)), overlap_area(one, other))


def overlap_area(one: Floats, other: Floats) -> float:
    """Area under both of two Gaussian kernel densities, on one grid and with one bandwidth.

    The wider of the two that Scott's rule gives: with one each, a set of equal values overlaps nothing.
    """
    low, high = min(one.min(), other.min()), max(one.max(), other.max())
    if low == high:
        return 1.0
    width = max(NARROWEST * (high - low), _scott(one), _scott(other))
    grid = np.linspace(low - REACH * width, high + REACH * width, GRID)
    return float(np.trapezoid(np.minimum(_density(grid, one, width), _density(grid, other, width)), grid))


def _scott(values: Floats) -> float:
    return float(np.std(values, ddof=1)) * len(values) ** -0.2 if len(values) > 1 else 0.0


def _density(grid: Floats, values: Floats, width: float) -> Floats:
    bells = np.exp(-0.5 * ((grid[:, None] - values) / width) ** 2)
    density: Floats = bells.mean(1) / (width * np.sqrt(2 * np.pi))
    return density


def _column(pieces: Sequence[Statistics], name: str) -> Floats:
    values = np.array([getattr(piece, name) for piece in pieces], float)
    known: Floats = values[np.isfinite(values)]
    return known


def _halves(values: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    mixed = rng.permutation(values)
    return mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]
