"""Notes a bar, steered by what was played."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.player import Player

from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.density import correction, on_strikes
from descant_daemon.engine.plan import Plan
from descant_daemon.note_state import ARTICULATE

BAR = 16


def onsets_a_bar(network, target: float) -> float:  # type: ignore[no-untyped-def]
    notes = Player(network, Sampling(plan=Plan(density_target=target))).play(range(40 * BAR))
    return float(np.array(notes)[8 * BAR :, :, ARTICULATE].sum() / 32)


def test_as_many_as_wanted_is_left_alone_few_are_helped_many_are_held_back() -> None:
    assert correction(32, 64, 8, BAR) == 0
    assert correction(0, 0, 8, BAR) == 0, "at the beginning nothing is known"
    assert correction(16, 64, 8, BAR) > 0 > correction(48, 64, 8, BAR)
    assert correction(32, 64, 5e-324, BAR) == -8
    assert correction(0, 64, 64, BAR) == 8 == -correction(1000, 64, 1, BAR)


def test_only_strikes_are_steered() -> None:
    sounding = np.array([False, True])
    assert on_strikes(2.0, sounding).tolist() == [[2, 0], [0, 2]]
    assert on_strikes(-2.0, sounding).tolist() == [[-2, 0], [1, -2]], "fewer notes are longer ones"


@pytest.mark.parametrize("target", [15, 25, 40])
def test_the_notes_come_near_what_is_wanted(make_network, target: float) -> None:  # type: ignore[no-untyped-def]
    """Left alone this network strikes 41 a bar."""
    assert onsets_a_bar(make_network(eagerness=-4), target) == pytest.approx(target, rel=0.25)


def test_a_shy_network_is_drawn_out(make_network) -> None:  # type: ignore[no-untyped-def]
    left_alone, wanted = (onsets_a_bar(make_network(eagerness=-7), target) for target in (0, 30))
    assert left_alone < 20
    assert wanted == pytest.approx(30, rel=0.4)
