"""Parallels: planted ones are counted, one by one, and music21 hears the same."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import music21
import numpy as np
import pytest
from tests.export.evaluate.judge.harmony.score import music

from descant_export.evaluate.judge.harmony.voice_leading import bass_motion, led, parallel, parallels

WHITE = [key for key in range(48, 77) if key % 12 in (0, 2, 4, 5, 7, 9, 11)]


def test_two_voices_are_parallel_where_music21_says_so() -> None:
    """White keys, so that a fifth is written as one."""
    untyped: Any = music21
    rng = np.random.default_rng(4)
    heard = {True: 0, False: 0}
    for _ in range(600):
        begin = int(rng.choice(WHITE[:15]))
        low = (begin, begin + int(rng.choice([-2, 2, 4, 5, 7, -5, 0])))
        high = tuple(int(each) + int(rng.choice([7, 12, 19, 9, 24])) for each in low)
        if not {*low, *high} <= set(WHITE):
            continue
        notes = [untyped.note.Note(key) for key in (*high, *low)]
        quartet = untyped.voiceLeading.VoiceLeadingQuartet(*notes)
        told = quartet.parallelFifth() or quartet.parallelOctave() or quartet.parallelUnison()
        same_direction = (low[1] - low[0]) * (high[1] - high[0]) > 0
        assert parallel(low, (high[0], high[1])) == (told and same_direction), (low, high)
        heard[told] += 1
    assert min(heard.values()) > 20


@pytest.mark.parametrize(
    ("tune", "others", "count", "with_tune", "changes"),
    [
        ("r:12", ("c3:4 d3:4 e3:4", "g3:4 a3:4 b3:4"), 2, 0, 2),  # fifths, twice
        ("r:12", ("c3:4 d3:4 e3:4", "g4:4 a4:4 b4:4"), 2, 0, 2),  # twelfths are fifths
        ("r:8", ("c3:4 g3:4", "g3:4 d3:4"), 0, 0, 0),  # led without crossing, nothing moves
        ("r:8", ("c3:4 g2:4", "g3:4 d4:4"), 0, 0, 1),  # in contrary motion
        ("r:8", ("c3:4 c3:4", "g3:4 g3:4"), 0, 0, 0),  # struck again
        ("r:8", ("b2:4 c3:4", "f3:4 g3:4"), 0, 0, 1),  # from a tritone to a fifth
        ("r:8", ("c3:4 d3:4", "g3:4 a3:4", "c4:4 d4:4"), 3 - 1, 0, 1),  # fifth, octave; the fourth is none
        ("c5:4 d5:4", ("c4:4 d4:4",), 1, 1, 1),  # octaves with the tune
        ("c5:4 d5:4", ("c5:4 d5:4",), 1, 1, 1),  # and unisons
        (
            "c5:4 d5:4",
            ("e4:4 f4:4", "a3:4 b3:4"),
            0,
            0,
            1,
        ),  # a sixth and two thirds, and a fifth that shrinks
        ("r:12", ("c3:4 r:4 d3:4", "g3:4 r:4 a3:4"), 0, 0, 0),  # a beat of silence between
        ("r:12", ("c3:3 r:1 d3:4", "g3:3 r:1 a3:4"), 1, 0, 1),  # a sixteenth of air is none
    ],
)
def test_planted_parallels_are_counted(
    tune: str, others: tuple[str, ...], count: int, with_tune: int, changes: int
) -> None:
    found = parallels(music(tune, *others))
    assert (found.all.part, found.with_tune.part, found.all.whole) == (count, with_tune, changes)


def test_voices_are_led_as_smoothly_as_can_be() -> None:
    """Of all ways without crossing none has less motion."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        few, many = (tuple(sorted(rng.choice(40, size, replace=False).tolist())) for size in (3, 5))
        best = min(sum(abs(a - b) for a, b in zip(few, some, strict=True)) for some in combinations(many, 3))
        for moves in (led(few, many), [(b, a) for a, b in led(many, few)]):
            assert sum(abs(a - b) for a, b in moves) == best
            assert [a for a, _ in moves] == list(few)
            assert sorted(b for _, b in moves) == [b for _, b in moves]


def test_the_bass_is_the_lowest_of_the_others_from_beat_to_beat() -> None:
    found = bass_motion(music("c2:32", "c3:4 c3:4 d3:4 g3:4 c3:4 r:4 e3:4 g3:4", "g4:32"))
    # c c: stays; c d: a step; d g, g c: fourths and fifths; where only the upper note is left it is the bass.
    assert (found.stays.part, found.steps.part, found.fourths_fifths.part) == (1, 1, 2)
    assert found.stays.whole == 7
