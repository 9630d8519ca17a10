"""The fast sweep against one call a pitch, written slowly from the paper's order of choices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from descant_daemon.engine.sweep import STRETCH, Choice, Line, sweep
from descant_daemon.note_state import PLAY, State


def logit(chance: Any) -> Any:
    return np.log(chance / (1 - chance))


def uniform(die: float) -> float:
    return 1 / (1 + math.exp(-die))


def slow_sweep(network: Any, context: Any, given: State, choice: Choice) -> State:
    """Kotecha & Young §3.1: from the lowest note up, each with the choice just below it."""
    hidden, below, chosen, count = network.note_start, np.zeros(2, np.float32), np.zeros_like(given), 0
    alone_hidden = network.note_start
    for row in range(len(given)):
        logits, hidden = network.along_pitch(context[None], given[None], row, below[None, None], hidden)
        if given.any():
            nothing = np.zeros_like(given)
            alone, alone_hidden = network.along_pitch(
                context[None], nothing[None], row, below[None, None], alone_hidden
            )
            logits = (1 + choice.follow) * logits - choice.follow * alone
        if given[row, PLAY]:
            below = given[row]
            continue
        below = np.zeros(2, np.float32)
        favour, again_favour = (0.0, 0.0) if choice.bias is None else choice.bias[row]
        weight = choice.odds * math.exp((float(logits[0, 0, 0]) + 2.5) / choice.temperature - 2.5 + favour)
        if (
            choice.allowed[row]
            and count < choice.voices
            and uniform(choice.dice[row, 0]) < weight / (1 + weight)
        ):
            struck = 1 / (1 + math.exp(-float(logits[0, 0, 1]) / choice.temperature - again_favour))
            again = not choice.sounding[row] or uniform(choice.dice[row, 1]) < struck
            below = np.array([1, float(again)], np.float32)
            chosen[row], count = below, count + 1
    return chosen


def a_line(network: Any, seed: int) -> Line:
    """Anything that a step may be: given notes, sounding notes, few or many voices, guided or not."""
    rng = np.random.default_rng(seed)
    size = network.pitches.size
    given = np.zeros((size, 2), np.float32)
    for row in rng.choice(size, int(rng.integers(0, 4)), replace=False):
        given[row] = (1, rng.integers(2))
    context, _ = network.along_time(given, seed % 16, network.time_start)
    choice = Choice(
        dice=logit(rng.random((size, 2))),
        allowed=rng.random(size) < rng.choice([0.5, 1.0]),
        sounding=rng.random(size) < 0.3,
        temperature=float(rng.choice([0.3, 1.0, 1.7])),
        odds=float(rng.choice([0.0, 0.2, 1.0, 4.0])),
        voices=int(rng.choice([0, 1, 3, 16])),
        follow=float(rng.choice([0, 0.5, 2])),
        bias=rng.normal(0, 3, (size, 2)) if seed % 3 == 0 else None,
    )
    guess = (rng.random((size, 2)) < 0.1).astype(np.float32) if seed % 2 else None
    return Line(context, given, choice, guess)


@pytest.mark.parametrize("seed", range(80))
def test_stretches_choose_what_one_call_a_pitch_chooses(make_network, seed: int) -> None:  # type: ignore[no-untyped-def]
    network = make_network(seed, eagerness=float(np.random.default_rng(seed).choice([-5, -2, 0, 3])))
    line = a_line(network, seed)
    assert np.array_equal(sweep(network, [line])[0].ours, slow_sweep(network, *line[:3]))


@pytest.mark.parametrize("seed", range(20))
def test_a_line_among_others_chooses_what_it_chooses_alone(make_network, seed: int) -> None:  # type: ignore[no-untyped-def]
    network = make_network(seed, eagerness=-1.0)
    lines = [a_line(network, 100 * seed + each) for each in range(7)]
    together = sweep(network, lines)
    assert all(
        np.array_equal(ours, slow_sweep(network, *line[:3]))
        for (ours, _), line in zip(together, lines, strict=True)
    )


def test_silence_costs_one_call_a_stretch_however_many_ask(make_network) -> None:  # type: ignore[no-untyped-def]
    network = make_network(eagerness=-30.0)
    size = network.pitches.size
    given = np.zeros((size, 2), np.float32)
    context, _ = network.along_time(given, 0, network.time_start)
    rows = np.ones(size, bool)
    line = Line(context, given, Choice(np.zeros((size, 2)), rows, ~rows, 1.0, 1.0, 4))
    sweep(network, [line] * 5)
    assert network.calls == math.ceil(size / STRETCH)


def test_what_goes_on_sounding_costs_no_further_call(make_network) -> None:  # type: ignore[no-untyped-def]
    """The guess of a stretch is that what sounds is held: then holding costs what silence costs."""
    network = make_network(eagerness=-4.0)
    size = network.pitches.size
    given = np.zeros((size, 2), np.float32)
    context, _ = network.along_time(given, 0, network.time_start)
    dice = np.full((size, 2), 1 - 1e-9)
    sounding = np.zeros(size, bool)
    sounding[[3, 9, 21, 30]] = True
    dice[sounding, 0] = 1e-9
    held = sweep(
        network, [Line(context, given, Choice(logit(dice), np.ones(size, bool), sounding, 1.0, 1.0, 4))]
    )[0].ours
    assert np.array_equal(held[:, 0] > 0, sounding)
    assert not held[:, 1].any()
    assert network.calls <= math.ceil(size / STRETCH)
