"""Keys that a listener would name, and the pitches that a lock leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.engine.player import SILENT, Player

from descant_daemon import tunes
from descant_daemon.engine import shape
from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.key import (
    HEARINGS,
    HELD,
    KEYS,
    MAJOR_MINOR,
    MODES,
    OFF_BEAT,
    PROFILES,
    Hearing,
    Key,
    evidence,
)
from descant_daemon.engine.plan import FOLLOW_KEY, Plan
from descant_daemon.engine.pull import LIKELY, belongs, pull, told
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


def heard_in(keys: str, low: int = 60) -> NDArray[np.float64]:
    """A beat for each key, as names of pitch classes."""
    names = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    return np.array([np.eye(12)[names.index(name)] for name in keys.split()])


both = pytest.mark.parametrize("hearing", HEARINGS.values(), ids=HEARINGS)


@both
@pytest.mark.parametrize("tonic", range(12))
def test_a_cadence_is_in_its_key_wherever_it_lies(tonic: int, hearing: Hearing) -> None:
    assert hearing.likeliest(hearing.believed(np.roll(CADENCE, tonic)[None])) == Key(tonic, "major")
    assert hearing.likeliest(hearing.believed(np.roll(HARMONIC, tonic)[None])) == Key(tonic, "minor")


def test_the_same_notes_among_the_keys_of_one_kind() -> None:
    """Who locks to minor while the white keys are played gets the minor key that has them."""
    white = MAJOR_MINOR.believed(np.array([[1.0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1]]))
    assert MAJOR_MINOR.likeliest(white, ["major"]) == C_MAJOR
    assert MAJOR_MINOR.likeliest(white, ["minor"]) == A_MINOR


@both
def test_one_note_is_the_tonic_or_the_fifth_or_the_third_of_a_likely_key(hearing: Hearing) -> None:
    chances = hearing.believed(heard_in("G"))
    best = {hearing.keys[at] for at in np.argsort(-chances)[:3]}
    assert best == {Key(7, "major"), Key(0, "major"), Key(3, "major")}
    assert chances.max() < 0.2


@both
@pytest.mark.parametrize("seed", range(3))
def test_chances_are_those_of_the_hidden_markov_model(seed: int, hearing: Hearing) -> None:
    """Sums over all the ways that the key can have gone in two beats, which no filter takes."""
    rng = np.random.default_rng(seed)
    heard = rng.gamma(0.3, 2, (2, 12)) * (rng.random((2, 12)) < 0.3)
    count = len(hearing.keys)
    one, two, three = np.meshgrid(*3 * [np.arange(count)], indexing="ij", sparse=True)
    ways = np.array([hearing.common[key.mode] / 12 for key in hearing.keys])[one]
    for beat, (before, after) in enumerate(((one, two), (two, three))):
        change = hearing.change * min(1, heard[beat].sum())
        if hearing is MAJOR_MINOR:
            going = np.where(before == after, 1 - change, change / 23)
        else:
            common = np.array([hearing.common[key.mode] / 12 for key in hearing.keys])
            going = (before == after) * (1 - change) + change * common[after]
        fits = np.array([hearing.weight * (heard[beat] @ logs) for logs in hearing.logs])
        ways = ways * going * np.exp(fits)[after]
    total = ways.sum((0, 1))
    assert hearing.believed(heard) == pytest.approx(total / total.sum(), rel=1e-9)


def test_major_and_minor_are_expected_by_temperley_s_profiles() -> None:
    for key, logs in zip(MAJOR_MINOR.keys, MAJOR_MINOR.logs, strict=True):
        profile = np.roll(PROFILES[key.third], key.tonic)
        assert np.exp(logs) == pytest.approx(profile / profile.sum())
    assert MAJOR_MINOR.keys == KEYS


@both
def test_a_rest_does_not_forget_the_key(hearing: Hearing) -> None:
    known = hearing.believed(CADENCE[None])
    assert hearing.believed(np.zeros((40, 12)), known) == pytest.approx(known)


@both
def test_a_modulation_is_heard_within_two_bars_and_one_strange_note_is_none(hearing: Hearing) -> None:
    settled = hearing.believed(heard_in("C D E F G A B C " * 4))
    assert hearing.likeliest(hearing.believed(heard_in("G# C"), settled)) == C_MAJOR
    assert hearing.likeliest(hearing.believed(heard_in("C# D# F F# G# A# C C#"), settled)) == Key(1, "major")


def test_evidence_is_notes_by_beats() -> None:
    """Beats of two steps from C4 up: C4 for three steps from the first, E4 and C5 struck off the beat."""
    sounded = np.zeros((5, 13, 2), np.bool_)
    sounded[0:3, 0, 0] = sounded[0, 0, 1] = True
    sounded[3, [4, 12]] = True
    found = evidence(sounded, 60, 2)
    assert found.shape == (3, 12)
    assert found[0, 0] == 1 + HELD / 2
    assert found[1, [0, 4]].tolist() == [HELD / 2 + OFF_BEAT, OFF_BEAT]
    assert found.sum() == 1 + HELD + 2 * OFF_BEAT


@pytest.mark.parametrize("hearing", HEARINGS)
@pytest.mark.parametrize("name", tunes.names())
def test_the_notes_of_the_key_that_a_hymn_book_prints_belong(name: str, hearing: str) -> None:
    """From the third bar on, in the tunes that travel with us."""
    tune = tunes.load(name)
    log = NoteLog()
    for note in tune.notes:
        log.strike(0, note.key, note.start)
        log.release(0, note.key, note.start + note.length)
    sounded = log.states(tune.notes[-1].start + tune.notes[-1].length, PitchRange(21, 108)) > 0
    printed, third = tune.key.split()
    key = Key(["C", "D", "E", "F", "G", "A", "B"].index(printed[0]), "major" if third == "major" else "minor")
    tonic = ([0, 2, 4, 5, 7, 9, 11][key.tonic] + {"#": 1, "b": -1, "": 0}[printed[1:]]) % 12
    inside = in_scale("diatonic", key._replace(tonic=tonic), np.arange(60, 72))
    beats = evidence(sounded, 21, 4)
    shares = [
        belongs(HEARINGS[hearing].believed(beats[:end]), hearing, np.arange(60, 72))
        for end in range(12, len(beats))
    ]
    assert np.mean([share[inside].mean() for share in shares]) > 0.8
    assert np.mean([share[~inside].mean() for share in shares]) < 0.35


def test_the_pull_is_nothing_for_the_likeliest_and_for_what_is_played() -> None:
    keys = np.arange(48, 72)
    belonging = belongs(MODES.believed(np.tile(CADENCE, (4, 1))), "modes", keys)
    given = np.zeros((24, 2), np.float32)
    towards = pull(belonging, given, keys)
    white = np.isin(keys % 12, SCALES["major"])
    assert towards.max() == 0
    assert towards[white].min() > -0.5
    assert towards[~white].max() < -1
    given[18, PLAY] = 1  # F#4
    lifted = pull(belonging, given, keys)
    assert lifted[[6, 18]].tolist() == [0, 0]
    assert np.array_equal(np.delete(lifted, [6, 18]), np.delete(towards, [6, 18]))


def test_what_belonged_some_bars_ago_is_held_back_the_more() -> None:
    keys = np.arange(60, 72)
    now, earlier = np.full(12, 0.9), np.full(12, 0.9)
    now[[5, 6]] = 0.1  # F and F#
    earlier[6] = 0.1
    towards = pull(now, np.zeros((12, 2), np.float32), keys, earlier, MODES)
    plain = pull(now, np.zeros((12, 2), np.float32), keys)
    assert towards[5] == pytest.approx((1 + 2.0 * 0.8) * plain[5])
    assert np.array_equal(np.delete(towards, 5), np.delete(plain, 5))


def test_a_tonic_that_is_told_leaves_major_and_minor() -> None:
    chances = told(MODES.believed(np.tile(CADENCE, (4, 1))), MODES, 6, ("major", "minor"))
    assert chances.sum() == pytest.approx(1)
    assert {MODES.keys[at].tonic for at in np.flatnonzero(chances)} == {6}


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


@pytest.mark.parametrize("start", [0, 3])
def test_with_the_pull_we_are_in_the_key_of_the_player_and_come_with_him(make_network, start: int) -> None:  # type: ignore[no-untyped-def]
    """C major for four bars, D flat for four: outside notes of ours are rare from the third bar of each on."""
    network = make_network(seed=start, eagerness=-1)
    tune = scale_of((60, 62, 64, 65, 67, 69, 71, 72), network.pitches, 4 * BAR)
    later = scale_of((61, 63, 65, 66, 68, 70, 72, 73), network.pitches, 4 * BAR)
    tune |= {step + 4 * BAR: state for step, state in later.items()}
    shares = []
    for force in (0.0, 2.0):
        player = Player(network, Sampling(plan=Plan(key_pull=force, key=FOLLOW_KEY)))
        notes = np.array(player.play(range(8 * BAR), tune))[..., PLAY]
        for begin, tonic in ((2, 0), (6, 1)):
            sounding = notes[begin * BAR : (begin + 2) * BAR].sum(0)
            inside = in_scale("major", Key(tonic, "major"), np.arange(40, 80))
            shares.append(float(sounding[~inside].sum() / sounding.sum()))
    assert sum(shares[2:]) < 0.25 * sum(shares[:2]), shares


def test_where_the_player_leads_out_of_the_key_the_pull_lets_go() -> None:
    """He holds F# in a settled C major: less of the pull is left for all, the less the less it belongs."""
    keys = np.arange(60, 72)
    settled = belongs(MODES.believed(np.tile(CADENCE, (8, 1))), "modes", keys)
    inside, outside, none = (np.zeros((12, 2), np.float32) for _ in range(3))
    inside[7, PLAY] = outside[6, PLAY] = 1
    for hearing, left in ((MODES, settled[6] / LIKELY), (MAJOR_MINOR, 1.0)):
        plain = pull(settled, none, keys, hearing=hearing)
        assert pull(settled, inside, keys, hearing=hearing) == pytest.approx(plain)
        assert pull(settled, outside, keys, hearing=hearing)[8] == pytest.approx(left * plain[8])
    assert settled[6] < 0.1


def test_the_old_key_is_shed_while_the_new_one_is_young(make_network, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Of C major, in the second and third bar of D flat: fewer notes than by the pull alone."""
    network = make_network(eagerness=-1)
    tune = scale_of((60, 62, 64, 65, 67, 69, 71, 72), network.pitches, 6 * BAR)
    later = scale_of((61, 63, 65, 66, 68, 70, 72, 73), network.pitches, 3 * BAR)
    tune |= {step + 6 * BAR: state for step, state in later.items()}
    found = []
    for hearing in (MODES, replace(MODES, shed=0.0)):
        monkeypatch.setattr(shape, "HEARINGS", {"modes": hearing})
        player = Player(network, Sampling(plan=Plan(key_pull=0.5, key=FOLLOW_KEY)))
        sounding = np.array(player.play(range(9 * BAR), tune))[7 * BAR :, :, PLAY].sum(0)
        inside = in_scale("major", Key(1, "major"), np.arange(40, 80))
        found.append(float(sounding[~inside].sum() / sounding.sum()))
    assert found[0] < 0.7 * found[1], found


@pytest.mark.parametrize("away", [0, 1])
def test_what_is_pulled_is_the_same_on_every_pass(make_network, away: int) -> None:  # type: ignore[no-untyped-def]
    """Whether the player plays, or the key is ours."""
    network = make_network(eagerness=-1)
    tune = {} if away else scale_of((60, 62, 64, 65, 67, 69, 71, 72), network.pitches, 6 * BAR)
    player = Player(network, Sampling(plan=Plan(key_pull=1.0, key=FOLLOW_KEY, recall=0.3)))
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
