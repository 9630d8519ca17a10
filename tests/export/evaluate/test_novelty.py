"""Novelty against a brute force, and against copies whose length and key are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate import novelty as copies
from descant_export.evaluate.novelty import WINDOWS, Training, novelty, sliding_minimum

Chords = Sequence[frozenset[int]]  # the keys that play in each step


def piece(chords: Chords) -> Piece:
    notes = [(step, step + 1, key) for step, chord in enumerate(chords) for key in sorted(chord)]
    return from_notes("test", [notes], np.zeros(len(chords), np.int16))


def copied(run: Chords, training: Chords, any_key: bool) -> bool:
    """Whether the run plays, and stands in ``training`` in some key: every place and interval tried."""
    if not any(run):
        return False
    places = [training[at : at + len(run)] for at in range(len(training) - len(run) + 1)]
    intervals = range(-127, 128) if any_key else (0,)
    return any(
        [{key + up for key in chord} for chord in place] == [set(chord) for chord in run]
        for place in places
        for up in intervals
    )


def brute_force(chords: Chords, training: Sequence[Chords], any_key: bool) -> tuple[int, list[float]]:
    def found(at: int, length: int) -> bool:
        return any(copied(chords[at : at + length], one, any_key) for one in training)

    longest = 0
    for length in range(1, len(chords) + 1):
        if any(found(at, length) for at in range(len(chords) - length + 1)):
            longest = length
    shares = []
    for window in WINDOWS:
        inside = set[int]()
        for at in range(len(chords) - window + 1):
            if found(at, window):
                inside |= set(range(at, at + window))
        shares.append(len(inside) / len(chords))
    return longest, shares


# Few keys, at the ends of the range too, and few chords: runs that return, in several keys, with silence.
few_chords = st.sampled_from(
    [
        frozenset[int](),
        frozenset({60}),
        frozenset({62}),
        frozenset({60, 64}),
        frozenset({0}),
        frozenset({127}),
    ]
)
music = st.lists(few_chords, min_size=1, max_size=24)


@settings(max_examples=60, deadline=None)
@given(music, st.lists(music, min_size=1, max_size=2), st.booleans())
def test_as_a_brute_force_finds_it(chords: Chords, training: list[Chords], any_key: bool) -> None:
    found = novelty([piece(chords)], Training([piece(one) for one in training], any_key=any_key))[0]
    longest, shares = brute_force(chords, training, any_key)
    assert found.longest_run == longest
    assert found.copied == pytest.approx(shares)


def test_as_a_brute_force_finds_it_when_every_hash_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """No false positive: what the hash takes for a copy is looked at."""
    monkeypatch.setattr(copies, "KEY_BASE", 1)
    monkeypatch.setattr(copies, "STEP_BASE", 1)
    rng = np.random.default_rng(5)
    for _ in range(3):
        one, other = ([frozenset({int(key)}) for key in rng.integers(60, 63, 17)] for _ in range(2))
        longest, shares = brute_force(one, [other], any_key=True)
        found = novelty([piece(one)], Training([piece(other)]))[0]
        assert (found.longest_run, list(found.copied)) == (longest, shares)


def random_music(steps: int, seed: int) -> list[frozenset[int]]:
    rng = np.random.default_rng(seed)
    return [frozenset(int(key) for key in rng.choice(40, 3, replace=False) + 40) for _ in range(steps)]


def test_a_phrase_taken_over_in_another_key_is_found_to_the_step() -> None:
    source, own = random_music(300, 0), random_music(100, 1)
    phrase = [frozenset(key - 5 for key in chord) for chord in source[120:160]]
    found = novelty(
        [piece([*own[:30], *phrase, *own[30:]])], Training([piece(random_music(9, 2)), piece(source)])
    )
    assert found[0].longest_run == 40
    assert found[0].copied == pytest.approx((40 / 140, 40 / 140))


def test_in_the_same_key_only_a_transposed_copy_is_none() -> None:
    source = random_music(100, 0)
    higher = [frozenset(key + 1 for key in chord) for chord in source]
    assert novelty([piece(higher)], Training([piece(source)]))[0].longest_run == 100
    assert novelty([piece(higher)], Training([piece(source)], any_key=False))[0].longest_run == 0
    assert novelty([piece(source)], Training([piece(source)], any_key=False))[0].longest_run == 100


def test_two_halves_of_two_pieces_make_no_copied_whole() -> None:
    one, other = random_music(20, 0), random_music(20, 1)
    found = novelty([piece([*one, *other])], Training([piece(one), piece(other)]))
    assert found[0].longest_run == 20
    found = novelty([piece(one), piece(other)], Training([piece([*one, *other])]))
    assert [each.longest_run for each in found] == [20, 20]


def test_silence_is_nobodys() -> None:
    silence = [frozenset[int]()] * 60
    found = novelty(
        [piece([frozenset({60, 61, 62}), *silence])], Training([piece([frozenset({50}), *silence])])
    )
    assert (found[0].longest_run, found[0].copied) == (0, (0, 0))


@pytest.mark.parametrize("length", [1, 2, 3, 8, 13, 14])
def test_the_sliding_minimum(length: int) -> None:
    values = np.random.default_rng(0).integers(0, 99, 13).astype(np.int16)
    expected = [min(values[at : at + length]) for at in range(13 - length + 1)]
    assert sliding_minimum(values, length).tolist() == expected
