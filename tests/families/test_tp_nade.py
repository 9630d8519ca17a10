"""The sweep of a TP-LSTM-NADE in machine code, against the equations and against itself in other company."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from tests.families.plain_nade import PlainNade

from descant_daemon.engine.choice import Choice, Line
from descant_daemon.families.sweep import sweep
from descant_daemon.families.tp_nade import Nade
from descant_daemon.note_state import ARTICULATE, PLAY

PITCHES = 40
SHAPES = [
    {"hidden": 9},
    {"hidden": 5, "velocities": 16},
    {"hidden": 12, "reach": "below"},
    {"hidden": 1, "velocities": 16, "reach": "below"},
]


def nade_of(plain: PlainNade) -> Nade:
    return Nade(plain.window, plain.output, plain.reach[0])


def some_line(plain: PlainNade, seed: int, *, drafts: int = 1, follow: float = 0.0, held: int = 3) -> Line:
    rng = np.random.default_rng([seed, 7])
    given = np.zeros((PITCHES, 2), np.float32)
    for key in rng.choice(PITCHES, held, replace=False):
        given[key] = 1, rng.integers(2)
    uniforms = rng.uniform(1e-6, 1 - 1e-6, (drafts, PITCHES, 2))
    choice = Choice(
        dice=np.log(uniforms) - np.log1p(-uniforms),
        allowed=rng.random(PITCHES) < 0.9,
        sounding=rng.random(PITCHES) < 0.2,
        temperature=float(rng.uniform(0.6, 1.4)),
        odds=float(rng.uniform(0.5, 2)),
        voices=int(rng.integers(1, 7)),
        follow=follow,
        bias=rng.normal(0, 0.3, (PITCHES, 2)),
    )
    return Line(plain.known(rng, PITCHES), given, choice)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("follow", [0.0, 1.5])
def test_the_sweep_is_the_equations_pitch_by_pitch(shape: dict[str, object], follow: float) -> None:
    """Window, bins, order of choices, thresholds, voices and velocities, over many weights and steps."""
    played = 0
    for seed in range(30):
        plain = PlainNade(seed, **shape)  # type: ignore[arg-type]
        line = some_line(plain, seed, follow=follow, held=seed % 4)
        wanted, logits, _ = plain.chosen(line, 0)
        (found,) = sweep(nade_of(plain).draw, [line])
        assert np.array_equal(found.ours, wanted.ours), seed
        assert np.array_equal(found.velocities, wanted.velocities), seed
        _, drawn = nade_of(plain).draw([line])
        reached = drawn[0, :, PLAY] != 0
        assert np.allclose(drawn[0, reached, :2], logits[reached, :2], atol=2e-4), seed
        played += int(found.ours[:, PLAY].sum())
    assert played > 30


def test_given_notes_are_kept_and_are_not_ours() -> None:
    for seed in range(20):
        plain = PlainNade(seed)
        line = some_line(plain, seed, held=6)
        (found,) = sweep(nade_of(plain).draw, [line])
        assert not (found.ours[:, PLAY] * line.given[:, PLAY]).any()
        assert found.ours[:, PLAY].sum() <= line.choice.voices
        assert (found.ours[:, ARTICULATE] <= found.ours[:, PLAY]).all()
        assert not found.ours[~line.choice.allowed].any()


def test_the_chances_of_all_steps_add_up_to_one() -> None:
    """Every choice of three pitches, drawn where the dice must fall so: its chance is the product of its logits."""
    plain, free = PlainNade(3, hidden=6), np.array([10, 17, 22])
    line = some_line(plain, 3, held=2)
    line.given[free] = 0
    every = np.zeros(PITCHES, np.bool_)
    every[free] = True
    total = 0.0
    for states in product((0, 1, 2), repeat=len(free)):
        wanted = np.full((1, PITCHES, 2), 1e9)
        for pitch, state in zip(free, states, strict=True):
            wanted[0, pitch] = (-1e9 if state else 1e9), (-1e9 if state == 2 else 1e9)
        choice = Choice(wanted, every, every, 1.0, 1.0, 3)
        (_, drawn) = nade_of(plain).draw([line._replace(choice=choice)])
        chance = 1.0
        for pitch, state in zip(free, states, strict=True):
            play, again = 1 / (1 + np.exp(-drawn[0, pitch].astype(float)))
            chance *= (play * (again if state == 2 else 1 - again)) if state else 1 - play
        total += chance
    assert total == pytest.approx(1.0, abs=1e-6)


def test_a_line_has_the_same_notes_in_any_company() -> None:
    plain = PlainNade(5, velocities=16)
    nade = nade_of(plain)
    lines = [some_line(plain, seed, drafts=1 + seed % 5, follow=seed % 2, held=seed % 4) for seed in range(9)]
    together = sweep(nade.draw, lines)
    for line, found in zip(lines, together, strict=True):
        (alone,) = sweep(nade.draw, [line])
        assert np.array_equal(found.ours, alone.ours)
        assert np.array_equal(found.velocities, alone.velocities)


def test_each_draft_is_what_it_would_be_alone() -> None:
    plain = PlainNade(6)
    nade, line = nade_of(plain), some_line(plain, 6, drafts=8)
    ours, logits = nade.draw([line])
    for draft, dice in enumerate(line.choice.dice):
        alone = nade.draw([line._replace(choice=replace(line.choice, dice=dice[None]))])
        assert np.array_equal(ours[draft], alone[0][0])
        assert np.array_equal(logits[draft], alone[1][0])
