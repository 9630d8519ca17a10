"""A wrong past, a right target: what a segment's network hears of itself, and how the player plays."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError
from tests.export.training.tiny import PITCHES, TINY

from descant_export.corpus.piece import NOTE, Piece, from_notes
from descant_export.training.batches import Dataset, Hindrance, segment
from descant_export.training.config import Config
from descant_export.training.corruption import AIR, detached, legato, present, span, struck_anew

SHAPE = TINY.shape()
STEPS = 24
TUNE, BASS = [0], [1]


def dice(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def shown(
    piece: Piece, fault: str = "", touch: str = "", *, enters: bool = False, seed: int = 3
) -> tuple[NDArray[np.float32], ...]:
    """``before``, ``now``, ``given`` of the whole piece, the tune given."""
    foreign = np.zeros((STEPS, PITCHES.size, 2), np.float32)
    foreign[:, 30] = 1
    batch = segment(piece, 0, STEPS, 0, TUNE, SHAPE, Hindrance(fault, touch, enters, foreign, dice(seed)))
    return tuple(part[0].numpy() for part in (batch.before, batch.now, batch.given))


def own(state: NDArray[np.float32], given: NDArray[np.float32]) -> NDArray[np.bool_]:
    """What of a state plays and is not given; in these pieces nobody doubles the tune."""
    return np.asarray((state[..., 0] > 0) & (given[..., 0] == 0))


def given_before(given: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([np.zeros_like(given[:1]), given[:-1]])


@pytest.mark.parametrize("fault", ["moved", "thinned", "foreign"])
@pytest.mark.parametrize("seed", range(8))
def test_the_past_is_wrong_for_some_bars_and_the_target_is_right(
    pieces: list[Piece], fault: str, seed: int
) -> None:
    right_before, right_now, right_given = shown(pieces[0])
    before, now, given = shown(pieces[0], fault, seed=seed)
    assert np.array_equal(given, right_given), "the player is heard as he is"
    assert np.array_equal(now[..., 0], right_now[..., 0]), "what ought to sound does not change"
    held = given_before(given)
    assert np.array_equal(before * (held > 0), right_before * (held > 0)), "his past neither"
    wrong = [step for step in range(STEPS) if not np.array_equal(before[step], right_before[step])]
    assert wrong
    heard, written = own(before, held), own(right_before, held)
    for step in wrong:
        if fault == "moved":
            intervals = set(np.flatnonzero(heard[step])) ^ set(np.flatnonzero(written[step]))
            assert len(intervals) == 2
            assert 1 <= max(intervals) - min(intervals) <= 6
        elif fault == "thinned":
            assert set(np.flatnonzero(heard[step])) < set(np.flatnonzero(written[step]))
        else:
            assert set(np.flatnonzero(heard[step])) == {30}
    if fault != "thinned":  # of one key to the next, none is dropped
        assert wrong == list(range(wrong[0], wrong[-1] + 1))


def test_one_past_is_moved_by_one_interval() -> None:
    """Not each note by its own: a chord stays a chord, in another key."""
    chord = from_notes("chord", [[(0, 24, 74)], [(0, 24, 50)], [(0, 24, 54)], [(0, 24, 57)]], range(24))
    for seed in range(6):
        before, _, given = shown(chord, "moved", seed=seed)
        pasts = {
            tuple((np.flatnonzero(row) + PITCHES.low).tolist()) for row in own(before, given_before(given))
        }
        moved = [past for past in pasts if past and past != (50, 54, 57)]
        assert len(moved) == 1
        low, middle, high = moved[0]
        assert (middle - low, high - middle) == (4, 3)


def test_what_does_not_sound_in_the_past_must_be_struck() -> None:
    rng = dice(7)
    now, before, given = (rng.integers(0, 2, (20, 5, 2)).astype(np.float32) for _ in range(3))
    now[..., 1] *= now[..., 0]
    target = struck_anew(now, before, given)
    for step, pitch in np.ndindex(20, 5):
        plays, strikes = now[step, pitch]
        begins = plays and not given[step, pitch, 0] and not before[step, pitch, 0]
        assert target[step, pitch].tolist() == [plays, 1.0 if begins else strikes]


def test_a_wrong_past_lasts_one_to_four_bars_and_lies_within() -> None:
    spans = [span(128, 16, dice(seed)) for seed in range(300)]
    assert {(each.stop - each.start) // 16 for each in spans} == {1, 2, 3, 4}
    assert all(0 <= each.start < each.stop <= 128 for each in spans)
    assert 100 < len([each for each in spans if each.start == 0]) < 200
    assert span(5, 16, dice(1)) == slice(0, 5), "a segment may be shorter than a bar"


def notes(*rows: tuple[int, int]) -> NDArray[np.void]:
    return np.array([(on, off, 60, 0, 0) for on, off in rows], NOTE)


def test_detached_notes_end_early_and_never_before_they_sound() -> None:
    written = notes((0, 4), (4, 8), (8, 9), (9, 24))
    seen: set[int] = set()
    for seed in range(40):
        played = detached(written, dice(seed))
        assert played["on"].tolist() == written["on"].tolist()
        seen.add(int(written["off"][3] - played["off"][3]))
        assert played["off"][2] == 9, "one step is the least"
    assert seen == set(range(1, AIR + 1))
    assert written["off"].tolist() == [4, 8, 9, 24], "the piece is as it was"


def test_legato_notes_reach_the_next_but_not_over_a_rest() -> None:
    written = notes((0, 2), (4, 5), (9, 10), (20, 22))
    assert legato(written, dice(0))["off"].tolist() == [4, 9, 10, 22]


def test_a_player_who_enters_or_leaves_is_there_for_a_quarter_at_least() -> None:
    written = notes(*((step, step + 1) for step in range(-2, 32)))
    begins, ends = set[bool](), set[bool]()
    for seed in range(60):
        there = present(written, 0, 32, dice(seed))
        assert there.sum() >= 8
        first, last = np.flatnonzero(there)[[0, -1]]
        assert there[first : last + 1].all(), "he is away once, not here and there"
        begins.add(bool(there[0]))
        ends.add(bool(there[-1]))
    assert begins == ends == {True, False}


def test_who_is_away_is_not_replaced(pieces: list[Piece]) -> None:
    """His notes are neither given nor to be learned: the network accompanies nobody for a while."""
    _, right, given = shown(pieces[0])
    _, now, heard = shown(pieces[0], enters=True, seed=5)
    assert 0 < heard.sum() < given.sum()
    assert np.array_equal(own(now, heard), own(right, given))


def test_without_shares_every_segment_is_what_it_always_was(pieces: list[Piece]) -> None:
    source, idle = Dataset.of(pieces), TINY.but(recover={"moved": 0.0}, touch={}, entering=0.0)
    for plain, same in zip(
        source.batch(TINY, SHAPE, 3, range(4)), source.batch(idle, SHAPE, 3, range(4)), strict=True
    ):
        assert np.array_equal(plain, same)


def test_faults_come_in_their_shares_and_leave_the_given_notes_alone(pieces: list[Piece]) -> None:
    source = Dataset.of(pieces)
    config = TINY.but(recover={"moved": 0.3, "foreign": 0.2}, segment=24)
    rows = range(200)
    plain, hurt = (source.batch(each, SHAPE, 1, rows) for each in (TINY.but(segment=24), config))
    assert np.array_equal(plain.given, hurt.given)
    assert np.array_equal(plain.now[..., 0], hurt.now[..., 0])
    changed = int((plain.before != hurt.before).flatten(1).any(1).sum())
    assert 70 < changed < 120, "a half, but where nothing was there to be wrong"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"recover": {"muted": 0.1}}, "there is no fault 'muted'; there are moved, thinned, foreign"),
        ({"recover": {"moved": 0.7, "thinned": 0.4}}, "nor above 1 together"),
        ({"touch": {"staccato": 0.1}}, "there is no touch 'staccato'; there are detached, legato"),
        ({"touch": {"legato": -0.1}}, "must not be negative"),
    ],
)
def test_a_share_that_cannot_be_is_refused(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Config.from_dict(values)
