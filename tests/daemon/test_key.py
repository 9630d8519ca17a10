"""Keys that a listener would name, and the pitches that a lock leaves."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.daemon.player import SILENT, Player

from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.key import Key, durations_of, find_keys, key_now
from descant_daemon.engine.plan import FOLLOW_KEY, Plan
from descant_daemon.engine.scale import SCALES, in_scale
from descant_daemon.note_state import PLAY, NoteLog, PitchRange, State
from descant_daemon.settings.choices import Scale

C_MAJOR, A_MINOR = Key(0, "major"), Key(9, "minor")
BAR = 16
# Durations of a bar of I IV V I, from C up: C D E F G A B.
CADENCE = np.array([3.0, 1, 0, 0, 2, 1, 0, 3, 0, 1, 0, 1])
CADENCE[[2, 4]] = 1, 2
CADENCE[[1, 3]] = 0
HARMONIC = np.array([2.0, 0, 1, 1, 0, 1, 0, 2, 1, 0, 0, 1])  # the same in C minor, with its leading note


def moved(durations: NDArray[np.float64], semitones: int) -> NDArray[np.float64]:
    return np.roll(durations, semitones)


@pytest.mark.parametrize("tonic", range(12))
def test_a_cadence_is_in_its_key_wherever_it_lies(tonic: int) -> None:
    bars = np.array([moved(CADENCE, tonic), moved(HARMONIC, tonic)])
    assert find_keys(bars) == [Key(tonic, "major"), Key(tonic, "minor")]


def test_the_same_notes_among_the_keys_of_one_kind() -> None:
    """Who locks to minor while the white keys are played gets the minor key that has them."""
    white = np.array([[1.0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1]])
    assert find_keys(white, ["major"]) == [C_MAJOR]
    assert find_keys(white, ["minor"]) == [A_MINOR]


def test_silence_has_no_key() -> None:
    assert find_keys(np.zeros((2, 12))) == [None, None]
    assert key_now(np.zeros((0, 12))) is None
    assert key_now(np.zeros((3, 12))) is None


def test_one_bar_elsewhere_is_no_new_key_but_some_are() -> None:
    c, fis = CADENCE, moved(CADENCE, 6)
    assert key_now(np.array([c])) == C_MAJOR
    assert key_now(np.array([c, c, c, fis])) == C_MAJOR
    assert key_now(np.array([c, c, c, fis, fis, fis, fis])) == Key(6, "major")
    assert key_now(np.array([c, c, fis, c, c])) == C_MAJOR


def test_a_rest_does_not_forget_the_key() -> None:
    assert key_now(np.array([CADENCE, CADENCE, *np.zeros((6, 12))])) == C_MAJOR


def test_durations_count_the_player_for_three() -> None:
    """Bars of two steps; C4 of the player's for three steps, E4 and C5 of ours; what precedes a whole bar is left."""
    steps = np.zeros((5, 2, 13, 2), np.uint8)
    steps[0, 0, 5, 0] = 1
    steps[1:4, 0, 0, 0] = 1
    steps[2:, :, 4, 0] = 1
    steps[4, :, 12, 0] = 1
    found = durations_of(steps, 60, 2)
    assert found.shape == (2, 12)
    assert found[0, [0, 4]].tolist() == [6, 1]
    assert found[1, [0, 4]].tolist() == [3 + 1, 2]
    assert found.sum() == 13


def test_every_scale_of_the_table_is_known() -> None:
    assert get_args(Scale) == tuple(SCALES)


@pytest.mark.parametrize(
    ("scale", "key", "classes"),
    [
        ("major", Key(2, "major"), "D E F# G A B C#"),
        ("minor", Key(9, "minor"), "A B C D E F G"),
        ("harmonic_minor", Key(9, "minor"), "A B C D E F G#"),
        ("dorian", Key(2, "minor"), "D E F G A B C"),
        ("mixolydian", Key(7, "major"), "G A B C D E F"),
        ("lydian", Key(5, "major"), "F G A B C D E"),
        ("phrygian", Key(4, "minor"), "E F G A B C D"),
        ("minor_pentatonic", Key(9, "minor"), "A C D E G"),
        ("major_pentatonic", Key(0, "major"), "C D E G A"),
        ("blues", Key(9, "minor"), "A C D D# E G"),
        ("whole_tone", Key(0, "major"), "C D E F# G# A#"),
        ("diatonic", Key(0, "major"), "C D E F G A B"),
        ("diatonic", Key(9, "minor"), "A B C D E F F# G G#"),
        ("chromatic", Key(0, "major"), "C C# D D# E F F# G G# A A# B"),
    ],
)
def test_scales_as_they_are_spelled(scale: str, key: Key, classes: str) -> None:
    names = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    found = in_scale(scale, key, np.arange(60, 72))
    assert {names[row] for row in np.flatnonzero(found)} == set(classes.split())


def pitch_classes(notes: list[State], low: int) -> set[int]:
    return {(low + int(row)) % 12 for row in np.flatnonzero(np.any(np.array(notes)[..., PLAY], 0))}


def test_a_lock_leaves_nothing_else(make_network) -> None:  # type: ignore[no-untyped-def]
    network = make_network(eagerness=0)
    plan = Plan(scale="major_pentatonic", key=2)
    notes = Player(network, Sampling(plan=plan)).play(range(64))
    assert pitch_classes(notes, network.pitches.low) == {2, 4, 6, 9, 11}


def test_the_key_of_the_player_is_followed_from_the_second_bar_on(make_network) -> None:  # type: ignore[no-untyped-def]
    """He plays the scale of E flat; in the first bar nobody knows yet."""
    network = make_network(eagerness=0)
    tune = scale_of((63, 65, 67, 68, 70, 72, 74, 75), network.pitches, 8 * BAR)
    plan = Plan(scale="major", key=FOLLOW_KEY)
    notes = Player(network, Sampling(plan=plan, voices=2)).play(range(8 * BAR), tune)
    assert pitch_classes(notes[:BAR], network.pitches.low) - {3, 5, 7, 8, 10, 0, 2}
    assert pitch_classes(notes[BAR:], network.pitches.low) <= {3, 5, 7, 8, 10, 0, 2}


def test_the_followed_key_is_the_same_on_every_pass(make_network) -> None:  # type: ignore[no-untyped-def]
    network = make_network(eagerness=0)
    tune = scale_of((60, 62, 64, 65, 67, 69, 71, 72), network.pitches, 4 * BAR)
    later = scale_of((66, 68, 70, 71, 73, 75, 77, 78), network.pitches, 4 * BAR)
    tune |= {step + 4 * BAR: state for step, state in later.items()}
    player = Player(network, Sampling(plan=Plan(scale="diatonic", key=FOLLOW_KEY)))
    first = player.play(range(8 * BAR), tune)
    for begin in (3 * BAR, 5 * BAR + 3, 0):
        again = player.play(range(begin, 8 * BAR), tune)
        assert all(np.array_equal(a, b) for a, b in zip(again, first[begin:], strict=True)), begin


def scale_of(keys: tuple[int, ...], pitches: PitchRange, steps: int) -> dict[int, State]:
    """Up and up again, a key for two steps; the tonic at its ends lies under it."""
    log = NoteLog()
    for at in range(0, steps, 2):
        log.strike(0, keys[at // 2 % len(keys)], at)
        log.release(0, keys[at // 2 % len(keys)], at + 2)
    states = log.states(steps, pitches)
    assert states.shape[1:] == SILENT.shape
    return dict(enumerate(states))
