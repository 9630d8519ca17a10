"""The climb in machine code against one call a pitch, and against itself in other company."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numba import njit
from tests.engine.one_call_a_pitch import chosen_slowly
from tests.families.biaxial.plain_note_axis import PlainNoteAxis

from descant_daemon import compiled as compiling
from descant_daemon.engine.choice import Choice, Line
from descant_daemon.families.arithmetic import sigmoid, tanh
from descant_daemon.families.biaxial.pitch_sampler import sample_pitches
from descant_daemon.families.sweep import sweep
from descant_daemon.model.contract import CLASSES
from descant_daemon.note_state import ARTICULATE

PITCHES = 30
SHAPES: list[dict[str, Any]] = [
    {},
    {"units": (8,), "vicinity": 0, "context": 8},  # nothing to fill up
    {"units": (5, 16, 3), "vicinity": 12, "context": 1},  # a window as wide as the keyboard
    {"units": (9, 10), "velocities": CLASSES},
]


def logit(chance: Any) -> Any:
    return np.log(chance / (1 - chance))


def a_line(seed: int, context: int) -> Line:
    """Anything that a step may be: given notes, sounding notes, few or many voices, guided or not."""
    rng = np.random.default_rng(seed)
    given = np.zeros((PITCHES, 2), np.float32)
    for row in rng.choice(PITCHES, int(rng.integers(0, 4)), replace=False):
        given[row] = (1, rng.integers(2))
    choice = Choice(
        dice=logit(rng.random((int(rng.choice([1, 1, 2, 7])), PITCHES, 2))),
        allowed=rng.random(PITCHES) < rng.choice([0.5, 1.0]),
        sounding=rng.random(PITCHES) < 0.3,
        temperature=float(rng.choice([0.3, 1.0, 1.7])),
        odds=float(rng.choice([0.0, 0.2, 1.0, 4.0])),
        voices=int(rng.choice([0, 1, 3, 16])),
        follow=float(rng.choice([0, 0.5, 2])),
        bias=rng.normal(0, 3, (PITCHES, 2)) if seed % 3 == 0 else None,
    )
    return Line(rng.normal(0, 1, (PITCHES, context)).astype(np.float32), given, choice)


def known(plain: PlainNoteAxis, line: Line) -> Line:
    return line._replace(context=plain.axis.known(line.context))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("seed", range(30))
def test_it_chooses_what_one_call_a_pitch_chooses(seed: int, shape: dict[str, Any]) -> None:
    eagerness = float(np.random.default_rng(seed).choice([-5, -2, 0, 3]))
    plain = PlainNoteAxis(seed, eagerness=eagerness, **shape)
    line = a_line(seed, plain.context)
    found, slow = sweep(plain.axis.draw, [known(plain, line)])[0], chosen_slowly(plain, line)
    assert np.array_equal(found.ours, slow.ours)
    assert np.array_equal(found.velocities, slow.velocities)
    if shape.get("velocities"):
        assert np.array_equal(found.velocities > 0, found.ours[:, ARTICULATE] > 0)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_its_logits_are_those_of_the_formulas(shape: dict[str, Any]) -> None:
    plain = PlainNoteAxis(1, **shape)
    line = a_line(7, plain.context)
    every = np.ones(PITCHES, np.bool_)
    choice = Choice(np.full((1, PITCHES, 2), 1e9), every, ~every, 1.0, 1.0, 1)  # nothing sounds
    _, logits = plain.axis.draw([known(plain, line._replace(choice=choice))])
    lower = np.concatenate([np.zeros((1, 2), np.float32), line.given[:-1]])
    expected, _ = plain.along_pitch(line.context, line.given, 0, lower, plain.note_start)
    assert line.given.any()
    assert logits[0, :, :2] == pytest.approx(expected[:, :2], abs=2e-5)


@pytest.mark.parametrize("seed", range(10))
def test_a_line_among_others_has_the_very_bits_that_it_has_alone(seed: int) -> None:
    """Were they to differ, takes would depend on the neighbours."""
    plain = PlainNoteAxis(seed, eagerness=-1.0)
    lines = [known(plain, a_line(100 * seed + each, plain.context)) for each in range(9)]
    together = plain.axis.draw(lines)
    at = 0
    for line in lines:
        alone = plain.axis.draw([line])
        drafts = slice(at, at := at + len(line.choice.dice))
        assert all(np.array_equal(one, all_[drafts]) for one, all_ in zip(alone, together, strict=True))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("seed", range(10))
def test_a_draft_among_others_has_the_very_bits_that_it_has_alone(seed: int, shape: dict[str, Any]) -> None:
    """Drafts are climbed as one until their dice fall differently: some at the first pitch, some never."""
    plain = PlainNoteAxis(seed, eagerness=-1.0, **shape)
    line = known(plain, a_line(seed, plain.context))
    rng = np.random.default_rng(seed)
    dice = logit(rng.random((12, PITCHES, 2)))
    for draft in range(1, 12):  # as its neighbour, up to a pitch of its own
        same = int(rng.integers(0, PITCHES + 1))
        dice[draft, :same] = dice[draft - 1, :same]
    every = np.ones(PITCHES, np.bool_)
    choice = replace(line.choice, dice=dice, odds=1.0, voices=16, allowed=every, bias=None, temperature=2.0)
    chosen, logits = plain.axis.draw([line._replace(choice=choice)])
    assert len({each.tobytes() for each in chosen}) > 2
    for draft in range(12):
        alone = plain.axis.draw([line._replace(choice=replace(choice, dice=dice[draft : draft + 1]))])
        assert np.array_equal(chosen[draft], alone[0][0])
        assert np.array_equal(logits[draft], alone[1][0])


def test_whatever_arrays_come_it_is_compiled_once() -> None:
    """Of what lies in shared memory one may not write: to Numba another type, and seconds of compiling on stage."""
    plain = PlainNoteAxis(0)
    line = known(plain, a_line(1, plain.context))
    for array in (line.given, line.choice.dice):
        array.setflags(write=False)
    sweep(plain.axis.draw, [line])
    sweep(plain.axis.draw, [line, line])
    columns = replace(line.choice, dice=np.asfortranarray(np.repeat(line.choice.dice, 3, axis=0)))
    sweep(plain.axis.draw, [line._replace(choice=columns)])
    assert len(sample_pitches.signatures) == 1  # type: ignore[attr-defined]


def test_curves_are_float32_s_own() -> None:
    for x in np.linspace(-20, 20, 4001, dtype=np.float32):
        assert abs(tanh(x) - np.tanh(float(x))) < 4e-7
        assert abs(sigmoid(x) - 1 / (1 + np.exp(-float(x)))) < 4e-7


def test_where_machine_code_cannot_be_kept_it_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read-only installation and no home: Numba refuses to cache with a RuntimeError."""

    def nowhere(*, cache: bool = False, **options: Any) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(**options)

    def above(x: int) -> int:
        return x + 1

    monkeypatch.setattr(compiling, "njit", nowhere)
    assert compiling.compiled(above)(2) == 3
