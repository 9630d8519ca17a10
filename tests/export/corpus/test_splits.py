"""Sides of a split: whole tunes, or as a list says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from descant_daemon.note_state import PLAY, PitchRange
from descant_export.corpus.piece import Piece, from_notes
from descant_export.corpus.splits import shares, split_by_list, split_by_tune
from descant_export.corpus.tunes import COMMON, tune_groups
from descant_routing.errors import UsageError


def melody(name: str, keys: list[int]) -> Piece:
    """A note a beat."""
    notes = [(4 * beat, 4 * beat + 4, key) for beat, key in enumerate(keys)]
    return from_notes(name, [notes], np.arange(4 * len(keys)) % 16)


def slow_groups(pieces: list[Piece]) -> list[list[int]]:
    """The definition, written slowly: every pair compared, groups grown until nothing joins."""
    grams = []
    for piece in pieces:
        on_beat = piece.state([0], PitchRange(0, 127))[piece.step_in_bar % 4 == 0, :, PLAY]
        keys = [int(np.flatnonzero(row)[-1]) for row in on_beat if row.any()]
        moves = [later - earlier for earlier, later in pairwise(keys)]
        runs = {tuple(moves[at : at + 7]) for at in range(len(moves) - 6)}
        grams.append({run for run in runs if any(run)})
    groups = [{index} for index in range(len(pieces))]
    for one in range(len(pieces)):
        for other in range(one):
            fewer = min(len(grams[one]), len(grams[other]))
            if fewer and len(grams[one] & grams[other]) >= max(2, 0.25 * fewer):
                joined = next(g for g in groups if one in g) | next(g for g in groups if other in g)
                groups = [g for g in groups if not g & joined] + [joined]
    return sorted(sorted(group) for group in groups)


def test_groups_are_those_of_the_definition() -> None:
    rng = np.random.default_rng(5)
    tunes = [rng.integers(55, 80, 40).tolist() for _ in range(30)]
    mixed = [tunes[a][:20] + tunes[b][20:] for a, b in rng.integers(0, 30, (20, 2))]
    pieces = [melody(str(index), keys) for index, keys in enumerate(tunes + mixed)]
    assert tune_groups(pieces) == slow_groups(pieces)
    assert len(tune_groups(pieces)) < 50


def test_many_versions_of_one_tune_stay_one_tune() -> None:
    """More than are compared each with each, every one in a key of its own."""
    rng = np.random.default_rng(6)
    tune = rng.integers(40, 60, 30)
    versions = [melody(str(shift), (tune + shift % 40).tolist()) for shift in range(COMMON + 20)]
    other = melody("other", rng.integers(55, 80, 30).tolist())
    assert tune_groups([*versions, other]) == [list(range(COMMON + 20)), [COMMON + 20]]


PIECES = [melody(name, [60, 62] * 8) for name in ("a/one.mid", "two.mid", "three.mid")]


def test_a_list_places_pieces_by_name_with_or_without_suffix(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("# mine\ntest  a/one\n\ntrain three.mid\n")
    split = split_by_list(PIECES, path)
    assert [[piece.name for piece in side] for side in split] == [["three.mid"], [], ["a/one.mid"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("train two\ntrain four\n", r"line 2: there is no piece 'four'"),
        ("dev two\n", r"line 1: 'dev two' is not train, valid or test"),
        ("train\n", r"line 1: 'train' is not train, valid or test and a name"),
        ("train two\ntest two.mid\n", r"line 2: 'two\.mid' has a side already"),
    ],
)
def test_a_list_that_makes_no_sense_names_its_line(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(text)
    with pytest.raises(UsageError, match=words):
        split_by_list(PIECES, path)


def test_commonplaces_that_chain_most_pieces_do_not_empty_the_held_out_sides() -> None:
    """Each piece shares a long run with the next, as lines of one school do; a real tune stays on one side."""
    rng = np.random.default_rng(7)
    halves = [rng.integers(55, 80, 20).tolist() for _ in range(41)]
    chain = [melody(f"chain {at}", halves[at] + halves[at + 1]) for at in range(40)]
    tune = rng.integers(55, 80, 40)
    settings = [melody(f"tune {key}", (tune + key).tolist()) for key in range(4)]
    assert len(tune_groups([*chain, *settings])) == 2
    split = split_by_tune([*chain, *settings])
    assert min(len(side) for side in split) >= 4
    assert sum(any(piece.name.startswith("tune") for piece in side) for side in split) == 1


def folder(*beats: int) -> list[Piece]:
    """Pieces that have no tune in common, of so many beats."""
    rng = np.random.default_rng(8)
    return [melody(f"{at}.mid", rng.integers(50, 80, each).tolist()) for at, each in enumerate(beats)]


@pytest.mark.parametrize(
    "beats",
    [
        (1600, *[32] * 9),
        (*[32] * 9, 1600),
        (1600, 1600, 32, 32),
        (400,),
        (100, 100, 100),
        (100,) * 5,
        (100,) * 11,
        (320, 40, 40, 40, 40, 320),
        (64, 64, 64, 64, 64, 64, 64, 64, 640),
        tuple(range(32, 32 * 40, 32)),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_held_out_sides_have_their_tenth_and_little_more(beats: tuple[int, ...], seed: int) -> None:
    pieces = folder(*beats)
    split = split_by_tune(pieces, seed)
    steps = [sum(piece.steps for piece in side) for side in split]
    assert sum(steps) == sum(piece.steps for piece in pieces), "nothing is lost, nothing is there twice"
    assert all(steps)
    assert max(steps[1:]) <= 0.15 * sum(steps) + 16, "a bar line may lie beyond it"
    assert steps[0] >= 0.7 * sum(steps) - 32
    assert "train " in shares(split)
    assert f"({steps[0] / sum(steps):.0%})" in shares(split)


def test_a_piece_that_is_cut_is_cut_once_on_a_bar_line_and_its_notes_stay() -> None:
    (piece,) = folder(400)
    train, valid, test = (side[0] for side in split_by_tune([piece]))
    assert [part.steps for part in (train, valid, test)] == [1280, 160, 160]
    assert [int(part.step_in_bar[0]) for part in (train, valid, test)] == [0, 0, 0]
    assert test.name == "0.mid (from step 1,441)"
    keys = [key for part in (train, valid, test) for key in part.notes["key"].tolist()]
    assert keys == piece.notes["key"].tolist()


def test_a_setting_of_a_tune_that_is_there_twice_is_not_cut() -> None:
    """Its end would be held out, and be learned from the other."""
    tune, third = folder(400, 120)
    other = melody("other.mid", [int(key) + 3 for key in tune.notes["key"]])
    split = split_by_tune([tune, other, third])
    assert {piece.name for piece in split.train} >= {"0.mid", "other.mid"}
    assert [side[0].name.partition(" ")[0] for side in split[1:]] == ["1.mid", "1.mid"]
