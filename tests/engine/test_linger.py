"""Going on for a while after the player's last key."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.engine.player import Player, same

from descant_daemon.effect.modes import StepContext, mode_of
from descant_daemon.effect.sampling_params import sampling
from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.plan import Plan
from descant_daemon.note_state import PLAY
from descant_daemon.settings.parameters import Parameters
from descant_daemon.time.metre_map import Bars

KEYS = {20: (60,), 21: (60,), 30: (64, 67), 45: (62,)}


@pytest.mark.parametrize("lead_in", [False, True])
@pytest.mark.parametrize("linger", [1, 4, 9])
def test_it_sounds_so_long_after_the_last_key_and_before_the_first_where_it_is_to_lead_in(
    make_network: Any,
    make_state: Any,
    linger: int,
    lead_in: bool,
) -> None:
    network = make_network(eagerness=2.0)  # it plays wherever it may
    given = {step: make_state(network.pitches, struck=keys) for step, keys in KEYS.items()}
    notes = Player(network, Sampling(plan=Plan(linger=linger, lead_in=lead_in))).play(range(64), given)
    sounds = {step for step, state in enumerate(notes) if state[:, PLAY].any()}
    keys = {-1, *KEYS} if lead_in else KEYS  # where the song begins is as good as a key just before
    assert sounds == {step for step in range(64) if any(step - linger <= key <= step for key in keys)}


def test_a_loop_is_the_same_on_every_pass(make_network, make_state) -> None:  # type: ignore[no-untyped-def]
    network = make_network(eagerness=-3)
    given = {step: make_state(network.pitches, struck=keys) for step, keys in KEYS.items()}
    player = Player(network, Sampling(plan=Plan(linger=6)))
    first = player.play(range(64), given)
    for begin in (16, 24, 48):
        assert same(player.play(range(begin, 64), given), first[begin:])


def test_only_harmonise_lingers() -> None:
    """In ``free`` it needs no key at all, and what ``instant`` strikes ends with the key."""
    silence = np.zeros((88, 2), np.float32)

    def manner(**values: object) -> Sampling:
        parameters = Parameters().with_values(values)
        context = StepContext(0, 0, parameters, Bars(parameters.metre, 4))
        return sampling(parameters, silence, 4, mode_of(parameters).decide(context))

    assert manner(bridge=0).voices == 0
    assert (manner().voices, manner().plan.bridge, manner(bridge=0.5, metre="6/8").plan.bridge) == (4, 4, 3)
    assert (manner(mode="instant").plan.bridge, manner(mode="free").plan.bridge) == (0, 4)
    assert (manner(linger=3).voices, manner(linger=3).plan.linger) == (4, 12)
    assert (manner(linger=3, mode="instant").voices, manner(linger=3, mode="instant").plan.linger) == (0, 0)
    assert manner(linger=3, mode="free").plan.linger == 0
    assert manner(linger=3, metre="6/8").plan.linger == 18
