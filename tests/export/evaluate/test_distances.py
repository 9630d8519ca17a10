"""Distances between samples, against slow formulas and another library."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import gaussian_kde

from descant_export.evaluate.distances import compare, distance, overlap_area
from descant_export.evaluate.statistics import Statistics

NOTHING = float("nan")


def many(values: list[float]) -> list[Statistics]:
    return [Statistics(*[value] * len(Statistics._fields)) for value in values]


def test_the_wasserstein_distance_is_the_mean_move_of_sorted_values() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=30), rng.normal(1, 2, size=30)
    moves = [abs(a - b) for a, b in zip(sorted(one), sorted(other), strict=True)]
    assert distance(one, other).wasserstein == pytest.approx(sum(moves) / 30)


def test_the_overlap_is_that_of_another_librarys_densities() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=40), rng.normal(1.5, 0.7, size=25)
    grid = np.linspace(-8, 10, 20_001)
    # That library takes the bandwidth as a share of the deviation; ours is the wider by Scott's rule.
    width = max(np.std(one, ddof=1) * 40**-0.2, np.std(other, ddof=1) * 25**-0.2)
    densities = [gaussian_kde(x, float(width / np.std(x, ddof=1)))(grid) for x in (one, other)]
    expected = np.minimum(*densities).sum() * (grid[1] - grid[0])
    assert overlap_area(one, other) == pytest.approx(expected, abs=2e-3)


def test_the_same_overlaps_wholly_and_what_is_far_apart_not_at_all() -> None:
    values = np.array([0.2, 0.5, 0.9])
    assert overlap_area(values, values) == pytest.approx(1, abs=1e-3)
    assert overlap_area(values, values + 100) == pytest.approx(0, abs=1e-6)


def test_samples_of_one_value_have_a_density_too() -> None:
    assert overlap_area(np.array([3.0, 3.0]), np.array([3.0])) == 1
    assert overlap_area(np.array([3.0, 3.0]), np.array([4.0])) == pytest.approx(0, abs=1e-6)


def test_a_few_outliers_leave_a_set_of_equal_values_nearly_whole() -> None:
    nearly = np.array([0.0] * 19 + [0.1])
    assert overlap_area(np.zeros(20), nearly) == pytest.approx(0.95, abs=0.01)


def test_a_set_beside_human_music() -> None:
    found = compare(many([1.0, 3.0, NOTHING]), many([2.0, 4.0, 6.0, 8.0]))["polyphony"]
    assert (found.mean, found.deviation) == (2, 1)
    assert found.human_mean == 5
    assert found.human_deviation == pytest.approx(math.sqrt(5))
    assert found.to_human.wasserstein == pytest.approx(3)
    # Halves of four values: 2 4 | 6 8, 2 6 | 4 8 or 2 8 | 4 6 are 4, 2 and 2 apart.
    assert 2 <= found.between_human_halves.wasserstein <= 4
    again = compare(many([1.0, 3.0, NOTHING]), many([2.0, 4.0, 6.0, 8.0]))["polyphony"]
    assert found == again, "chance is seeded"


def test_where_no_piece_has_a_value_there_is_no_distance() -> None:
    found = compare(many([NOTHING]), many([1.0]))["polyphony"]
    assert math.isnan(found.mean)
    assert math.isnan(found.to_human.wasserstein)
    assert math.isnan(found.between_human_halves.overlap)
