"""A gap between two keys is no rest: what was let go a moment ago is what is played to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.engine.player import Player, same

from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.heard import approach, bridged, filled, open_pitches
from descant_daemon.engine.plan import Plan
from descant_daemon.note_state import ARTICULATE, PLAY, NoteLog, PitchRange, State

PITCHES = PitchRange(40, 79)
TUNE = (60, 64, 67, 72, 71, 67, 65, 62)
BRIDGE = 4


def detached(sounds: int, apart: int = 4, keys: tuple[int, ...] = TUNE, begins: int = 8) -> dict[int, State]:
    """A tune of notes ``apart`` steps from each other that sound for ``sounds`` of them."""
    log = NoteLog()
    for at, key in enumerate(keys):
        log.strike(0, key, begins + at * apart)
        log.release(0, key, begins + at * apart + sounds)
    return dict(enumerate(log.states(begins + apart * len(keys) + 16, PITCHES)))


def slowly(given: State, history: list[State], most: int) -> set[int]:
    """Which pitches are played to: a key that was let go stays until another is struck, or for ``most`` steps."""
    heard = {int(row) for row in np.flatnonzero(given[:, PLAY])}
    if given[:, ARTICULATE].any():
        return heard
    for state in history[: -most - 1 : -1]:
        heard |= {int(row) for row in np.flatnonzero(state[:, PLAY])}
        if state[:, ARTICULATE].any():
            break
    return heard


@pytest.mark.parametrize("seed", range(20))
def test_what_is_played_to_is_as_a_key_by_key_count_has_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    log, step = NoteLog(), 0
    while step < 60:
        step += int(rng.integers(0, 6))
        log.strike(int(rng.integers(2)), int(rng.integers(40, 80)), step)
        for source, key in log.held():
            log.release(source, key, step + int(rng.integers(1, 9)))
    given = list(log.states(70, PITCHES))
    for at in range(70):
        for most in (1, 4, 8):
            ours = (rng.random((PITCHES.size, 2)) < 0.2) * (1 - given[at][:, :1])
            before = given[max(0, at - most) : at]
            last = np.array(
                [
                    [np.maximum(state, ours * (1 - state[:, :1])), ours * (1 - state[:, :1])]
                    for state in before
                ]
            )
            heard = bridged(given[at], last.astype(np.uint8).reshape(-1, 2, PITCHES.size, 2))
            assert set(np.flatnonzero(heard[:, PLAY])) == slowly(given[at], given[:at], most)
            assert np.array_equal(heard[:, ARTICULATE], given[at][:, ARTICULATE])  # none is struck again


@pytest.mark.parametrize("sounds", [1, 2, 3])
def test_no_gap_is_silent_and_none_has_the_key_that_was_let_go(make_network: Any, sounds: int) -> None:
    network = make_network(eagerness=4.0)  # it plays wherever it may
    sampling = Sampling(place="below", voices=16, plan=Plan(bridge=BRIDGE))
    given = detached(sounds)
    legato = detached(4)
    notes = Player(network, sampling).play(range(56), given)
    for step in range(8, 8 + 4 * len(TUNE)):
        highest = PITCHES.low + int(np.flatnonzero(legato[step][:, PLAY])[-1])
        keys = PITCHES.low + np.flatnonzero(notes[step][:, PLAY])
        assert len(keys), step
        assert keys.max() < highest, step
    assert not any(notes[step].any() for step in range(8)), "before the first key"


def test_a_rest_that_is_longer_is_a_rest(make_network: Any) -> None:
    network = make_network(eagerness=4.0)
    given = detached(2, apart=16)
    notes = Player(network, Sampling(plan=Plan(bridge=BRIDGE))).play(range(8, 8 + 16 * len(TUNE)), given)
    for at, state in enumerate(notes):
        assert state.any() == (at % 16 < 2 + BRIDGE), at


def test_a_player_is_not_left_alone_for_longer_than_it_takes(make_network: Any, make_state: Any) -> None:
    """A model that expects silence comes in sooner where gaps are no rests."""
    given = {step: make_state(PITCHES, held=(72,)) for step in range(200)}

    def first(bridge: int) -> int:
        notes = Player(make_network(eagerness=-30.0), Sampling(plan=Plan(bridge=bridge, linger=4))).play(
            range(200), given
        )
        return next((step for step, state in enumerate(notes) if state.any()), len(notes))

    assert first(BRIDGE) < 40 < first(0)


def test_where_nobody_has_to_play_a_bridge_makes_no_rest(make_network: Any) -> None:
    network = make_network(eagerness=4.0)
    notes = Player(network, Sampling(plan=Plan(bridge=BRIDGE, answers=True))).play(range(16))
    assert all(state.any() for state in notes)


def test_a_loop_is_the_same_on_every_pass(make_network: Any) -> None:
    """From wherever in a gap it begins: what was let go before it is remembered."""
    network = make_network(eagerness=-1.0)
    given = detached(1)
    plan = Plan(bridge=BRIDGE, recall=0.4)
    player = Player(network, Sampling(place="below", plan=plan))
    first = player.play(range(48), given)
    for begin in (13, 16, 18, 31):
        assert same(player.play(range(begin, 48), given), first[begin:]), begin


@pytest.mark.parametrize("sounds", [1, 2, 4])
def test_voices_are_led_on_from_the_key_before_the_gap(sounds: int) -> None:
    """Else who plays detached would never be in parallels with us."""
    alone = np.stack(list(detached(sounds).values()))
    ours = np.zeros_like(alone)
    ours[:, 3, PLAY] = 1
    steps = np.stack([np.maximum(alone, ours), ours], 1).astype(np.uint8)
    for number, key in enumerate(TUNE[:-1], 1):
        at = 8 + 4 * number
        found = approach(steps[:at], BRIDGE)
        assert [set(PITCHES.low + np.flatnonzero(each)) for each in found[:2]] == [{key}, {43}]
    assert not any(each.any() for each in approach(steps[:0], BRIDGE)[:2])


def test_a_tune_comes_back_in_its_gaps_too() -> None:
    alone = np.stack([state[:, PLAY] > 0 for state in detached(1).values()])
    legato = np.stack([state[:, PLAY] > 0 for state in detached(4).values()])
    assert np.array_equal(filled(alone, 3)[:40], legato[:40])
    assert not filled(alone, 2)[11].any()


@pytest.mark.parametrize(
    ("place", "heard"), [("anywhere", range(50, 71)), ("below", range(50, 64)), ("above", range(61, 71))]
)
def test_a_place_is_below_the_highest_key_or_above_the_lowest(
    make_state: Any, place: str, heard: range
) -> None:
    keys = np.arange(PITCHES.low, PITCHES.high + 1)
    given = make_state(PITCHES, struck=(60,), held=(64,))
    assert keys[open_pitches(50, 70, place, given, keys)].tolist() == list(heard)
    assert keys[open_pitches(50, 70, place, 0 * given, keys)].tolist() == list(range(50, 71))
