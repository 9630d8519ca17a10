"""A knob's position and a parameter's value: the same as a 7-bit controller's where that has one."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.settings.parameters import TABLE
from descant_daemon.settings.row import Row
from descant_routing.errors import UsageError

KNOBS = [row.among(("chorale", "hymn", "rag")) if row.kind == "style" else row
         for row in TABLE.values() if row.controllable]  # fmt: skip


@pytest.mark.parametrize("row", KNOBS, ids=lambda row: row.name)
def test_seven_bits_are_read_as_they_always_were(row: Row) -> None:
    """Takes of automation must not change: bands of n·128/count, and ranges to the nearest whole."""
    for cc in range(128):
        stops = (False, True) if row.kind == "bool" else row.choices
        if stops:
            assert row.from_position(cc / 127) == stops[cc * len(stops) // 128]
        else:
            exact = Fraction(row.low) + (Fraction(row.high) - Fraction(row.low)) * cc / 127
            value = float(str(row.from_position(cc / 127)))
            assert value == (
                math.floor(exact + Fraction(1, 2)) if row.kind == "int" else pytest.approx(float(exact))
            )


@pytest.mark.parametrize("row", KNOBS, ids=lambda row: row.name)
@settings(deadline=None, max_examples=30)
@given(share=st.floats(0, 1))
def test_any_position_has_a_value_and_the_value_has_a_position_that_means_it(row: Row, share: float) -> None:
    value = row.from_position(share)
    assert row.check(value) == value
    back = row.to_position(value)
    assert 0 <= back <= 1
    assert (
        row.from_position(back) == pytest.approx(value)
        if row.kind == "float"
        else row.from_position(back) == value
    )


def test_fourteen_bits_reach_what_seven_cannot() -> None:
    temperature = TABLE["temperature"]
    coarse, between, next_coarse = (float(str(temperature.from_position(place / 16383)))
                                    for place in (64 * 129, 64 * 129 + 77, 65 * 129))  # fmt: skip
    assert (coarse, next_coarse) == (temperature.from_position(64 / 127), temperature.from_position(65 / 127))
    assert coarse < between < next_coarse


@pytest.mark.parametrize("share", [-0.01, 1.01, math.nan, math.inf])
def test_a_position_that_is_none_is_told(share: float) -> None:
    with pytest.raises(UsageError, match=r"^temperature: a knob's position is 0 to 1, not "):
        TABLE["temperature"].from_position(share)
    with pytest.raises(UsageError, match=r"^seed cannot be moved by a controller"):
        TABLE["seed"].from_position(0.5)
