"""What a remembered step does to the odds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from descant_daemon.engine.played_steps import Played
from descant_daemon.engine.recall import clashes, distance, same_tune, strength, towards
from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange, State

PITCHES = PitchRange(48, 84)
Maker = Callable[..., State]
SILENT = np.zeros((PITCHES.size, 2), np.float32)
ALL = np.ones(PITCHES.size, np.bool_)


@pytest.fixture
def chord(make_state: Maker) -> State:
    """C4 struck, E4 held."""
    return make_state(PITCHES, struck=(60,), held=(64,))


def at(bias: np.ndarray, key: int) -> tuple[float, float]:
    return float(bias[key - 48, PLAY]), float(bias[key - 48, ARTICULATE])


def test_what_sounded_is_likelier_and_struck_or_held_as_it_was(chord: State) -> None:
    bias = towards(Played(chord, chord), SILENT, ALL, 4.0)
    assert at(bias, 60) == (4, 4)
    assert at(bias, 64) == (4, -4)
    assert at(bias, 65)[0] < 0


def test_what_clashes_is_left_to_the_model_and_so_is_what_takes_its_place(
    chord: State, make_state: Maker
) -> None:
    quiet = towards(Played(chord, chord), SILENT, ALL, 4.0)
    bias = towards(Played(chord, chord), make_state(PITCHES, struck=(61,)), ALL, 4.0)
    assert at(bias, 60) == (0, 0)
    assert at(bias, 64) == (4, -4)
    assert at(bias, 55)[0] == at(quiet, 55)[0] / 2, "one of two is not wanted back"


def test_what_you_hold_or_a_lock_forbids_leaves_its_room(chord: State, make_state: Maker) -> None:
    quiet = towards(Played(chord, chord), SILENT, ALL, 4.0)
    held = towards(Played(chord, chord), make_state(PITCHES, held=(64,)), ALL, 4.0)
    locked = towards(Played(chord, chord), SILENT, np.arange(48, 85) != 64, 4.0)
    for bias in (held, locked):
        assert at(bias, 64) == (0, 0)
        assert at(bias, 60) == (4, 4)
        assert at(bias, 55)[0] == at(quiet, 55)[0] / 2


def test_a_semitone_and_a_minor_ninth_clash_but_no_major_seventh(make_state: Maker) -> None:
    found = np.flatnonzero(clashes(make_state(PITCHES, held=(66,)))) + 48
    assert found.tolist() == [53, 65, 67, 79]


def test_only_our_own_part_returns(chord: State) -> None:
    bias = towards(Played(chord, SILENT), SILENT, ALL, 4.0)
    assert (bias[:, PLAY] < 0).all()


def test_how_far_back_by_shares() -> None:
    assert [distance([1, 2, 4, 8], die) for die in (0, 0.39, 0.41, 0.69, 0.71, 0.89, 0.91, 0.999)] == [
        1, 1, 2, 2, 4, 4, 8, 8,
    ]  # fmt: skip
    assert [distance([2, 8], die) for die in (0, 0.74, 0.76)] == [2, 2, 8]
    assert distance([], 0.5) is None


def test_no_recall_is_no_force() -> None:
    forces = [strength(recall) for recall in (0, 0.25, 0.5, 1)]
    assert forces[0] == 0
    assert forces == sorted(forces)
    assert [strength(recall, tune=True) >= strength(recall) for recall in (0, 0.25, 0.5, 1)] == [True] * 4
    assert strength(0.25, tune=True) == 4 * strength(0.25)


def keys(tune: str) -> np.ndarray:
    """A letter a step, each another key; a point is a rest."""
    return np.array([[letter == each for each in "abcdef"] for letter in tune])


@pytest.mark.parametrize(
    ("before", "now", "back"),
    [
        ("", "a", None),
        ("abcd", "a", 4),
        ("abcd", "b", None),  # there, but at another place of the bar
        ("abcdab", "c", 4),
        ("abcd" + "abef" + "ab", "c", 8),  # the bar before went on otherwise
        ("abcd" + "ffcd" + "abcd" + "ab", "c", 4),  # of equals the latest
        ("abcd" + "ebcd" + "ab", "c", 8),  # the longer agreement counts for more than the nearer one
        ("a...", "a", 4),
    ],
)
def test_a_tune_is_known_again_by_what_came_before(before: str, now: str, back: int | None) -> None:
    assert same_tune(keys(before).reshape(-1, 6), keys(now)[0], 4) == back
