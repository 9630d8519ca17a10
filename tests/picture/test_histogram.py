"""The bins, and the picture as far as a program can see it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from descant_daemon.picture.histogram import HistogramPanel, bins, draw_histograms, round_up
from descant_routing.errors import DescantError


def test_bins_by_hand() -> None:
    assert bins([0, 1, 1, 3.9, 4], wanted=4) == (0, 1, (1, 2, 0, 1, 1))
    assert bins([-0.5, 0.5], wanted=2) == (-0.5, 0.5, (1, 0, 1))
    assert bins([0, 0, 0], wanted=40).counts == (3,)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=100))
def test_no_value_is_lost_and_each_is_in_its_bin(values: list[float]) -> None:
    found = bins(values)
    assert sum(found.counts) == len(values)
    assert len(found.counts) <= 43
    slack = found.width * 1e-6
    assert found.low - slack <= min(values)
    assert max(values) <= found.high + slack


@given(st.floats(1e-9, 1e9))
def test_round_numbers_are_round_and_next(value: float) -> None:
    found = round_up(value)
    mantissa = found / 10 ** math.floor(math.log10(found * (1 + 1e-9)))
    assert min(abs(mantissa - nice) for nice in (1, 2, 2.5, 5)) < 1e-6
    assert value * (1 - 1e-6) <= found <= 2.5 * value


@pytest.mark.parametrize("values", [[], [1, math.nan], [math.inf]])
def test_what_is_no_number_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        bins(values)


def test_a_single_outlier_can_be_seen(tmp_path: Path) -> None:
    path = draw_histograms([HistogramPanel("thru", [0.0] * 10_000 + [10.0])], tmp_path / "h.png", title="T")
    image = Image.open(path).convert("RGB")
    paint = [x for x in range(image.width) if image.getpixel((x, image.height - 48)) == (226, 106, 18)]
    assert min(paint) < image.width / 4, "the many"
    assert max(paint) > image.width * 3 / 4, "and the one"


def test_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(DescantError, match="cannot be written"):
        draw_histograms([HistogramPanel("thru", [1.0])], tmp_path / "no" / "h.png", title="T")
