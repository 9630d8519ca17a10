"""Rests that are meant: how many, where, and never too long."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.player import Player

from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.plan import Plan
from descant_daemon.engine.space import Player as Partner
from descant_daemon.engine.space import overdue, rests, too_late
from descant_daemon.note_state import PLAY, State

BAR, BEAT = 16, 4


def longest_run(silent: list[bool]) -> int:
    return max(len(run) for run in "".join("x" if each else " " for each in silent).split(" "))


def silent_steps(notes: list[State]) -> list[bool]:
    return [not state[:, PLAY].any() for state in notes]


def share(space: float, *, ends: bool = False, player: Partner = Partner(), bars: int = 4000) -> float:
    """Of the beats of many bars, how many are rests."""
    dice = np.random.default_rng(1).random((bars, 8))
    drawn = [
        rests(each, space, beat * BEAT, BAR, BEAT, ends=ends, player=player)
        for each in dice
        for beat in range(4)
    ]
    return float(np.mean(drawn))


@pytest.mark.parametrize("space", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_space_is_about_the_share_of_silence(space: float) -> None:
    phrase = (3 * share(space) + share(space, ends=True)) / 4
    assert phrase == pytest.approx(space, abs=0.08)


def test_a_phrase_ends_more_quietly_than_it_goes() -> None:
    assert share(0.4, ends=True) > share(0.4) + 0.1


def test_we_rest_while_the_player_plays_and_fill_when_he_rests() -> None:
    plays, waits = Partner(in_beat=True, in_bar=True), Partner(in_beat=False, in_bar=True)
    assert share(0.4, player=plays) > share(0.4) + 0.1 > share(0.4, player=waits) + 0.2


def test_rests_are_whole_beats_and_half_bars_of_them() -> None:
    for dice in np.random.default_rng(2).random((200, 8)):
        drawn = [rests(dice, 0.5, step, BAR, BEAT, ends=False, player=Partner()) for step in range(BAR)]
        assert all(len({*drawn[beat : beat + BEAT]}) == 1 for beat in range(0, BAR, BEAT))
    first_half = np.array([0.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    drawn = [rests(first_half, 0.5, step, BAR, BEAT, ends=False, player=Partner()) for step in range(BAR)]
    assert drawn == [True] * 8 + [False] * 8


@pytest.mark.parametrize("space", [0.3, 0.7, 0.99])
@pytest.mark.parametrize("seed", [1, 2])
def test_never_two_bars_of_silence(make_network, space: float, seed: int) -> None:  # type: ignore[no-untyped-def]
    sampling = Sampling(seed=seed, plan=Plan(space=space, answers=True))
    silent = silent_steps(Player(make_network(eagerness=-6), sampling).play(range(60 * BAR)))
    assert longest_run(silent) < 2 * BAR
    assert np.mean(silent) > space / 2


def test_at_1_there_is_nothing_at_all(make_network) -> None:  # type: ignore[no-untyped-def]
    silent = silent_steps(Player(make_network(), Sampling(plan=Plan(space=1))).play(range(20 * BAR)))
    assert all(silent)


def test_a_section_that_returns_has_its_rests_where_they_were(make_network) -> None:  # type: ignore[no-untyped-def]
    plan = Plan(space=0.5, form="AABA", section=4)
    silent = np.array(
        silent_steps(Player(make_network(eagerness=0), Sampling(plan=plan)).play(range(16 * BAR)))
    )
    sections = silent.reshape(4, 4 * BAR)
    assert (sections[0] == sections[1]).mean() > 0.9
    assert (sections[0] == sections[3]).mean() > 0.9
    assert (sections[0] == sections[2]).mean() < 0.8


def test_the_player_s_silence_is_heard_in_free(make_network, make_state) -> None:  # type: ignore[no-untyped-def]
    """He plays in every other half bar; ours are oftener in the halves between."""
    network = make_network(eagerness=0)
    tune = {
        step: make_state(network.pitches, struck=(70,)) for step in range(64 * BAR) if step % BAR < BAR // 2
    }
    taken = []
    for answers in (False, True):
        sampling = Sampling(plan=Plan(space=0.5, answers=answers))
        silent = np.array(silent_steps(Player(network, sampling).play(range(64 * BAR), tune)))
        halves = silent.reshape(64, 2, 8).mean((0, 2))  # the beat before decides: it is late by one
        taken.append(halves[0] - halves[1])
    assert taken[1] > taken[0] + 0.05


def test_when_silence_is_overdue() -> None:
    assert not overdue(0.5, 27, BAR, BEAT)
    assert overdue(0.5, 28, BAR, BEAT)
    assert not overdue(1.0, 500, BAR, BEAT)


def test_after_a_rest_we_come_in_early_in_a_beat() -> None:
    assert [too_late(4, step, BEAT) for step in range(5)] == [False, False, True, True, False]
    assert not too_late(3, 3, BEAT), "that was no rest"


def test_a_player_is_not_left_alone_for_much_over_a_bar(make_network, make_state) -> None:  # type: ignore[no-untyped-def]
    """A network that has heard no harmony expects none: it would leave you alone for ever."""
    network = make_network(eagerness=-12)  # without help: 103 steps on end
    tune = {step: make_state(network.pitches, struck=(72 + step % 3,)) for step in range(200)}
    ours = silent_steps(Player(network, Sampling(voices=3)).play(range(200), tune))
    assert longest_run(ours) < 2 * BAR
    assert not all(ours[:BAR]), "where the song begins, we come in at once"
