"""A value on its way: so much a step, and all of a small move at once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.controls.glide import Glide

EIGHTH = 0.125


def test_a_leap_takes_eight_steps() -> None:
    glide = Glide(0.0)
    glide.aim(1.0)
    ways = [(glide.at, glide.arrived)]
    for _ in range(8):
        glide.step()
        ways.append((glide.at, glide.arrived))
    assert ways == [(EIGHTH * step, step == 8) for step in (1, 2, 3, 4, 5, 6, 7, 8)] + [(1.0, True)]


def test_a_small_move_is_there_at_once() -> None:
    glide = Glide(0.5)
    glide.aim(0.6)
    assert (glide.at, glide.arrived) == (0.6, True)


def test_small_moves_add_up_within_a_step_and_are_held_at_its_share() -> None:
    glide = Glide(0.5)
    for wanted in (0.55, 0.6, 0.65, 0.7):
        glide.aim(wanted)
    assert glide.at == 0.5 + EIGHTH
    glide.step()
    assert (glide.at, glide.arrived) == (0.7, True)


def test_it_turns_back_within_the_step() -> None:
    glide = Glide(0.5)
    glide.aim(1.0)
    glide.aim(0.0)
    assert glide.at == 0.5 - EIGHTH


@settings(deadline=None, max_examples=200)
@given(st.floats(0, 1), st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=60))
def test_no_step_goes_farther_and_every_aim_is_reached(start: float, inputs: list[float | None]) -> None:
    """None is a step, a number an aim."""
    glide, began = Glide(start), start
    for wanted in inputs:
        if wanted is None:
            began = glide.at
            glide.step()
        else:
            glide.aim(wanted)
        assert abs(glide.at - began) <= EIGHTH + 1e-12
    for _ in range(8):
        glide.step()
    aims = [wanted for wanted in inputs if wanted is not None]
    assert glide.at == (aims[-1] if aims else start)
