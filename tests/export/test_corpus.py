"""The chorales as read, checked against another's reading of them: the JSB 16th set, four voices a piece."""

from __future__ import annotations

import json
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange
from descant_export.corpus import cache
from descant_export.corpus.piece import Piece
from descant_export.corpus.splits import Split
from descant_export.corpus.tunes import tune_groups

JSB = Path(__file__).parents[3] / "shared/data/benchmark/jsb16.zip"
EVERY_KEY = PitchRange(0, 127)
Voices = list[list[int]]  # soprano, alto, tenor, bass; one MIDI key a step, -1 for silence


@pytest.fixture(scope="module")
def jsb() -> list[Voices]:
    if not JSB.exists():
        pytest.skip(f"the JSB 16th set is not at {JSB}")
    with zipfile.ZipFile(JSB) as archive:
        sets = json.loads(archive.read("Jsb16thSeparated.json"))
    return [
        [[int(key) for key in voice] for voice in zip(*piece, strict=True)]
        for side in sets.values()
        for piece in side
    ]


def voices_of(piece: Piece) -> Voices:
    """The highest key of each voice in each step."""
    return [
        [
            int(np.flatnonzero(row)[-1]) if row.any() else -1
            for row in piece.state([voice], EVERY_KEY)[..., PLAY]
        ]
        for voice in range(piece.voices)
    ]


def moves(keys: list[int]) -> list[int]:
    """From beat to beat of a melody, whatever its key."""
    beats = keys[::4]
    return [later - earlier for earlier, later in pairwise(beats)]


def phrases(melody: list[int]) -> set[tuple[int, ...]]:
    """Every run of 16 moves. Settings of one tune share such; unrelated chorales share shorter commonplaces."""
    return {tuple(melody[at : at + 16]) for at in range(len(melody) - 15)}


def outlines(voices: Voices) -> set[tuple[tuple[int, int], ...]]:
    """24-step windows of the outer voices, in any key."""
    top, bass = voices[0], voices[-1]
    shape = [(high - low, low - before) for high, low, before in zip(top[1:], bass[1:], bass, strict=False)]
    return {tuple(shape[at : at + 24]) for at in range(len(shape) - 24)}


@pytest.fixture(scope="module")
def counterparts(jsb: list[Voices], chorales: list[Piece]) -> dict[str, Voices]:
    """Our piece's name → the same piece in the JSB set, for those found."""
    found: dict[str, Voices] = {}
    theirs = [(voices, outlines(voices)) for voices in jsb]
    for piece in chorales:
        voices = voices_of(piece)
        ours = outlines(voices)
        score, best = max(
            (
                (len(ours & other) / max(1, min(len(ours), len(other))), their_voices)
                for their_voices, other in theirs
                if abs(len(their_voices[0]) - len(voices[0])) <= 80
            ),
            key=lambda pair: pair[0],
            default=(0, []),
        )
        if score > 0.5:
            found[piece.name] = best
    return found


def test_most_chorales_are_read_as_others_read_them(
    counterparts: dict[str, Voices], chorales: list[Piece]
) -> None:
    assert len(chorales) > 400
    assert len(counterparts) > 300
    agreement = []
    for piece in chorales:
        if piece.name in counterparts:
            ours, theirs = voices_of(piece), counterparts[piece.name]
            cells = [
                one == other
                for our_voice, their_voice in zip(ours, theirs, strict=True)
                for one, other in zip(our_voice, their_voice, strict=False)
            ]
            agreement.append(sum(cells) / len(cells))
    # The other reading writes out some repeats, and edits a note here and there.
    assert np.median(agreement) > 0.98, "voice by voice and step by step, nearly every note is the same"
    assert sum(share > 0.95 for share in agreement) > 200


def test_no_hymn_tune_on_both_sides(split: Split, counterparts: dict[str, Voices]) -> None:
    """An oracle of its own: no two sopranos of the JSB set share a whole phrase of beat-to-beat moves."""
    held_out = [*split.test, *split.valid]
    sides = [
        [moves(counterparts[p.name][0]) for p in side if p.name in counterparts]
        for side in (split.train, held_out)
    ]
    assert min(len(side) for side in sides) > 30
    train, held_out_phrases = (set[tuple[int, ...]]().union(*map(phrases, side)) for side in sides)
    assert not train & held_out_phrases


def test_the_oracle_knows_one_tune_when_it_sees_it(counterparts: dict[str, Voices]) -> None:
    passion = [
        moves(counterparts[name][0])
        for name in ("bwv244.15", "bwv244.54", "bwv244.62")
        if name in counterparts
    ]
    assert len(passion) > 1
    assert phrases(passion[0]) & phrases(passion[1])


def test_the_split_is_by_tune_whole_and_about_a_tenth_each(split: Split, chorales: list[Piece]) -> None:
    sides = {piece.name: side for side, pieces in enumerate(split) for piece in pieces}
    assert len(sides) == len(chorales)
    for group in tune_groups(chorales):
        assert len({sides[chorales[index].name] for index in group}) == 1
    steps = [sum(piece.steps for piece in side) for side in split]
    assert 0.08 < steps[1] / sum(steps) < 0.14
    assert 0.08 < steps[2] / sum(steps) < 0.14


def test_repeated_notes_pick_ups_and_triple_time_are_there(chorales: list[Piece]) -> None:
    by_name = {piece.name: piece for piece in chorales}
    christ = by_name["bwv269"]  # Aus meines Herzens Grunde: 3/4 with a pick-up of a quarter
    assert christ.step_in_bar[:6].tolist() == [8, 9, 10, 11, 0, 1]
    soprano = christ.state([0], EVERY_KEY)
    struck = soprano[..., ARTICULATE].sum()
    assert struck > (np.diff(soprano[..., PLAY].argmax(1)) != 0).sum() + 1, (
        "notes struck again on their own pitch"
    )


def test_the_cache_gives_back_what_it_was_given(chorales: list[Piece], tmp_path: Path) -> None:
    cache.save(tmp_path / "few.npz", chorales[:3])
    for before, after in zip(chorales[:3], cache.load(tmp_path / "few.npz"), strict=True):
        assert before.name == after.name
        assert np.array_equal(before.notes, after.notes)
        assert before.voices == after.voices
        assert np.array_equal(before.step_in_bar, after.step_in_bar)
