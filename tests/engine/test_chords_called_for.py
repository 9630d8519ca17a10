"""A chord that is called for: its notes sound, its bass lies below, and a loop is the same on every pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.effect.stage import Stage
from tests.engine.player import Player, same

from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.plan import Plan
from descant_daemon.engine.pull import CALLED, STRANGE, chord_pull
from descant_daemon.note_state import PLAY, State
from descant_daemon.settings.chart import parse_chart

G7 = parse_chart("G7").bars[0][0]


def share(notes: list[State], low: int) -> float:
    """Of what sounds on beats: notes of G7."""
    every = np.concatenate([low + np.flatnonzero(state[:, PLAY]) for state in notes[::4]])
    return float(np.isin(every % 12, (7, 11, 2, 5)).mean())


@pytest.mark.parametrize("seed", range(3))
def test_it_is_what_sounds(make_network: Any, seed: int) -> None:
    network = make_network(seed=seed, eagerness=-2.0)
    plan = Plan(chord=G7.bits, chord_bass=G7.bass)
    called = share(Player(network, Sampling(plan=plan)).play(range(64)), network.pitches.low)
    assert called > 0.9 > share(Player(network).play(range(64)), network.pitches.low)


def test_the_pull_by_hand() -> None:
    keys = np.arange(40, 70)
    available = keys >= 43  # G2
    odds = dict(zip(keys.tolist(), chord_pull(G7.bits, G7.bass, available, keys, beat=True), strict=True))
    assert odds[67] == odds[62] == CALLED
    assert odds[66] == STRANGE
    assert odds[43] > CALLED > odds[50] > STRANGE > odds[44]  # G2, D3 in the lowest octave, and A flat


def test_a_loop_is_the_same_on_every_pass(make_network: Any) -> None:
    network = make_network(eagerness=-1.0)
    player = Player(network, Sampling(plan=Plan(chord=G7.bits, chord_bass=G7.bass, recall=0.4)))
    first = player.play(range(64))
    for begin in (16, 37):
        assert same(player.play(range(begin, 64)), first[begin:])


def test_the_chart_is_read_bar_by_bar_from_wherever_the_song_begins() -> None:
    """At 120 a bar of 3/4 lasts 1,500 ms; steps of the third bar on are asked for with its chords."""
    stage = Stage(lambda ask: ((), ()), chords="| C | G . D | Am |", metre="3/4", chord_pull=0.5)
    stage.roll(12 * 4 + 1)
    stage.run(12 * 4 * 125)
    asked = {ask.step: (ask.sampling.plan.chord, ask.sampling.plan.chord_bass) for ask in stage.engine.heard}
    c, g, d, am = (tuple(parse_chart(sign).bars[0][0]) for sign in ("C", "G", "D", "Am"))
    assert [asked[step] for step in range(48)] == [c] * 12 + [g] * 8 + [d] * 4 + [am] * 12 + [c] * 12
    assert {ask.sampling.plan.chord_pull for ask in stage.engine.heard} == {0.5}
