"""How voices are led, against all ways to lead them and music21's parallels; and what leads to a step."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from music21.interval import Interval
from music21.note import Note
from music21.voiceLeading import VoiceLeadingQuartet

from descant_daemon.engine.heard import approach
from descant_daemon.engine.leading import led, parallel
from descant_daemon.note_state import ARTICULATE, PLAY


@pytest.mark.parametrize("seed", range(60))
def test_of_all_ways_without_crossing_the_one_that_moves_least(seed: int) -> None:
    rng = np.random.default_rng(seed)
    before, after = (np.sort(rng.choice(24, rng.integers(1, 6), replace=False)) for _ in range(2))
    moves = np.zeros((min(len(before), len(after)), 2), np.int64)
    assert led(before, after, moves, np.zeros((9, 9), np.int64)) == len(moves)
    few, many = sorted((before, after), key=len)
    least = min(sum(abs(few - way)) for way in itertools.combinations(many, len(few)))
    assert abs(moves[:, 0] - moves[:, 1]).sum() == least
    assert set(moves[:, 0]) <= set(before)
    assert set(moves[:, 1]) <= set(after)
    assert (np.diff(moves, axis=0) > 0).all()


@pytest.mark.parametrize("seed", range(60))
def test_parallels_are_those_of_music21(seed: int) -> None:
    """Which counts fifths and octaves in contrary motion, too."""
    rng = np.random.default_rng(seed)
    white = np.array([48, 50, 52, 53, 55, 57])  # so that every fifth is written as one
    low = rng.choice(white, 2)
    high = low + rng.choice([7, 12], 2) if seed % 3 else rng.choice(white + 12, 2)
    (v1, v2), (w1, w2) = ([Note(int(key)) for key in voice] for voice in (high, low))
    found = VoiceLeadingQuartet(v1, v2, w1, w2)
    similar = (Interval(v1, v2).semitones > 0) == (Interval(w1, w2).semitones > 0) and low[0] != low[1]
    expected = similar and high[0] != high[1] and (found.parallelFifth() or found.parallelUnisonOrOctave())
    assert bool(parallel(high, low)) == bool(expected)


def roll(*steps: tuple[str, str]) -> np.ndarray:
    """``[steps, 2, 5, 2]`` of pairs (player, we): a digit is a row, after it ``*`` where it is struck."""
    found = np.zeros((len(steps), 2, 5, 2), np.uint8)
    for at, (his, mine) in enumerate(steps):
        for which, notes in ((slice(0, 1), his), (slice(0, 2), mine)):
            for note in notes.split():
                found[at, which, int(note[0]), PLAY] = 1
                found[at, which, int(note[0]), ARTICULATE] = note.endswith("*")
    return found


@pytest.mark.parametrize(
    ("steps", "player", "ours", "held", "still"),
    [
        (
            [("4*", "1* 2*"), ("4", "1 2"), ("4", "1")],
            [4],
            [1, 2],
            2,
            1,
        ),  # what ended since is led on from all the same
        ([("4*", "1* 2*"), ("3*", "1 2"), ("3", "1 2")], [3], [1, 2], 1, 3),
        ([("4*", "1*"), ("", "1"), ("", "1*")], [4], [1], 2, 3),  # in a gap: the key before it
        ([("4*", "1*"), ("", "1"), ("", "1"), ("", "1*")], [], [1], 3, 4),  # in a rest
        ([("4*", "1*"), ("4", ""), ("4", "")], [4], [1], 2, 0),
        ([], [], [], 0, 0),
    ],
)
def test_what_leads_to_a_step(
    steps: list[tuple[str, str]], player: list[int], ours: list[int], held: int, still: int
) -> None:
    way = approach(roll(*steps), bridge=2)
    assert np.flatnonzero(way.player).tolist() == player
    assert np.flatnonzero(way.ours).tolist() == ours
    assert (way.held, way.still) == (held, still)
