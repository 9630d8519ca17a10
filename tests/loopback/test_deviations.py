"""Figures from lists made by hand, and against numpy's own percentiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from descant_daemon.loopback.deviations import Onset, answers, figures, off_grid, unsteadiness
from descant_daemon.loopback.stimulus import Press

GRID = (1000, 2000, 3000, 4000)


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=300))
def test_figures_are_numpys(values: list[int]) -> None:
    found = figures(values)
    assert found.heard == len(values)
    assert found.p50 == np.percentile(values, 50, method="inverted_cdf")
    assert found.p99 == np.percentile(values, 99, method="inverted_cdf")
    assert found.max == max(values)
    assert found.sd == pytest.approx(np.std(np.array(values, np.float64)), rel=1e-6, abs=1e-3)


def test_one_slow_answer_in_a_hundred_is_the_worst_and_not_p99() -> None:
    assert figures([1] * 99 + [50])[1:4] == (1, 1, 50)
    assert figures([1] * 98 + [50, 50])[1:4] == (1, 50, 50)


def test_there_are_no_figures_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        figures([])


def test_figures_in_another_unit() -> None:
    assert figures([48, 96]).scaled(1 / 48) == (2, 1.0, 2.0, 2.0, 0.5)


def test_onsets_against_the_nearest_line() -> None:
    onsets = [1000, 1001, 1999, 2499, 2501, 4000, 4100]
    assert off_grid(onsets, GRID) == [0, 1, -1, 499, -499, 0, 100]


def test_onsets_outside_the_grid_do_not_count() -> None:
    assert off_grid([0, 499, 500, 4499, 4500, 9999], GRID) == [-500, 499]


def test_a_constant_delay_is_not_jitter() -> None:
    assert unsteadiness([7, 7, 7, 7]) == [0, 0, 0, 0]
    assert unsteadiness([-3, 7, 8, 7]) == [10, 0, 1, 0]
    assert unsteadiness([]) == []


def test_the_first_strike_after_a_key_is_its_answer() -> None:
    keys = [Press(100, 200, 60), Press(300, 400, 62), Press(500, 600, 64)]
    strikes = [Onset(time, 1, 48) for time in (99, 130, 140, 200, 300, 600)]
    assert answers(keys, strikes, same_key=False) == [30, 0, None]


def test_a_dry_key_is_answered_by_itself_alone_and_once() -> None:
    keys = [Press(100, 200, 60), Press(110, 200, 60), Press(120, 200, 62)]
    strikes = [Onset(150, 0, 60), Onset(130, 0, 61), Onset(125, 0, 62)]
    assert answers(keys, strikes, same_key=True) == [50, None, 5]
