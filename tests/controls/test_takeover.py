"""A knob that stands elsewhere than its parameter: knob by knob, what the value does. Positions are percent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.controls.takeover import NEAR, Takeover
from descant_daemon.settings import choices

# Mode, where the value is, where the knob goes → where the value goes; "." is nowhere.
MOVES = [
    ("jump", 80, "10 20 90", "10 20 90"),
    ("pickup", 80, "10 50 79 81 90 20", ". . . 81 90 20"),
    ("pickup", 80, "100 90 70 60", ". . 70 60"),
    ("pickup", 80, "10 90", ". 90"),
    ("pickup", 80, "80 10", "80 10"),
    ("pickup", 0, "50 10 0 30", ". . 0 30"),
    ("pickup", 100, "50 99 100", ". . 100"),
    # Of the 60 that are left to the knob, the value has 20.
    ("scale", 80, "40 70 100 50", ". 90 100 50"),
    # Of the 40 below it, 80.
    ("scale", 80, "40 20 0 25", ". 40 0 25"),
    ("scale", 80, "40 70 40 0", ". 90 51.429 0"),
    ("scale", 50, "50 51 60", "50 51 60"),
    ("scale", 30, "100 50 0", ". 15 0"),
    ("scale", 30, "0 50 100", ". 65 100"),
    ("scale", 0, "50 25 75", ". 0 66.667"),
]


def moved(takeover: Takeover, value: float, knobs: str) -> str:
    told: list[str] = []
    for knob in knobs.split():
        to = takeover.move(int(knob) / 100, value)
        value = value if to is None else to
        told.append("." if to is None else f"{100 * to:.5g}")
    return " ".join(told)


@pytest.mark.parametrize(("mode", "value", "knobs", "expected"), MOVES)
def test_a_knob_takes_over(mode: choices.Takeover, value: int, knobs: str, expected: str) -> None:
    assert moved(Takeover(mode), value / 100, knobs) == expected


@pytest.mark.parametrize(
    ("mode", "knobs", "expected"),
    [("jump", "60 70", "60 70"), ("pickup", "60 25 15", ". . 15"), ("scale", "60 75 100", "36 60 100")],
)
def test_when_somebody_else_has_set_the_value_the_knob_takes_over_again(
    mode: choices.Takeover, knobs: str, expected: str
) -> None:
    """It led the value from 50 to 50, then a preset put it at 20."""
    takeover = Takeover(mode)
    assert moved(takeover, 0.5, "50") == "50"
    takeover.release()
    assert moved(takeover, 0.2, knobs) == expected


def test_nothing_moves_by_itself_while_a_knob_has_taken_over() -> None:
    """What the parameter makes of it, a whole number say, is not taken for somebody else's doing."""
    takeover = Takeover("scale")
    takeover.move(0.5, 0.25)
    knob, rounded = 0.5, 0.25
    for _ in range(50):
        knob += 0.01
        value = takeover.move(knob, rounded)
        assert value is not None
        rounded = round(value * 16) / 16
    assert rounded == 1


KNOBS = st.lists(st.integers(0, 127).map(lambda cc: cc / 127), min_size=1, max_size=40)


@settings(deadline=None, max_examples=100)
@given(st.floats(0, 1), KNOBS)
def test_what_is_picked_up_never_leaps_farther_than_the_knob(value: float, knobs: list[float]) -> None:
    takeover, before = Takeover("pickup"), knobs[0]
    for knob in knobs:
        to = takeover.move(knob, value)
        if to is not None:
            assert to == knob
            assert abs(to - value) <= abs(knob - before) + NEAR + 1e-9
            value = to
        before = knob


@settings(deadline=None, max_examples=100)
@given(st.floats(0, 1), KNOBS)
def test_what_is_scaled_goes_the_knob_s_way_and_reaches_its_ends(value: float, knobs: list[float]) -> None:
    takeover, before = Takeover("scale"), knobs[0]
    takeover.move(before, value)
    value = before if abs(before - value) <= NEAR else value
    for knob in knobs[1:]:
        to = takeover.move(knob, value)
        assert to is not None
        assert 0 <= to <= 1
        assert (to - value) * (knob - before) >= -1e-12
        assert knob not in (0, 1) or knob in (to, before)
        value, before = to, knob
