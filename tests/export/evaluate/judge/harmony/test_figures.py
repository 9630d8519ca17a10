"""Pieces whose every figure is known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tests.export.evaluate.judge.harmony.score import line, music

from descant_daemon.engine.key import Key
from descant_daemon.settings.metre import Metre
from descant_export.evaluate.judge.harmony.chord_tones import chord_tone, dissonant, semitone, sonorities
from descant_export.evaluate.judge.harmony.figures import Figures, errors, figures, pooled
from descant_export.evaluate.judge.harmony.measured import Share
from descant_export.evaluate.judge.harmony.tune_key import key_of, out_of_key, told, wrong_key

C_MAJOR = Key(0, "major")
TUNE = "c5:8 c5:8 | b4:8 c5:8"
CADENCE = ("e4:8 f4:8 | d4:8 e4:8", "g3:8 a3:8 | g3:8 g3:8", "c3:8 f3:8 | g3:8 c3:8")


def of(tune: str, *others: str, bars: int | None = None) -> Figures:
    heard = music(tune, *others, bars=bars)
    return figures(heard, key_of(heard.together), line(tune))


def test_a_cadence_in_four_parts() -> None:
    """I IV V I, led as a book has it, and a bar of silence behind it."""
    found = of(TUNE, *CADENCE, bars=3)
    assert found.values() == pytest.approx(
        {
            "wrong_key": 0,
            "out_of_key": 0,
            "triads": 1,
            "sevenths": 0,
            "consonant": 0,
            "other": 0,
            "chord_tone": 1,
            "semitone": 0,
            "dissonant": 0,
            "stable_ends": 1,
            "root_ends": 1,
            "parallels": 0,
            "parallels_with_tune": 0,
            "bass_stays": 4 / 7,
            "bass_steps": 1 / 7,
            "bass_fourths_fifths": 2 / 7,
            "voices": 44 / 16,  # tenor and bass meet on one key for half a bar
            "notes_a_bar": 11 / 3,
            "silent_beats": 1 / 3,
            "gaps": 1 / 3,
            "short_notes": 0,
            "rhythm_again": 1,
            "above": 0,
            "doubled": 0,
        }
    )


def test_the_same_moved_a_tone_is_judged_by_its_own_key() -> None:
    raised = [text.replace("c", "C").replace("f", "f#") for text in (TUNE, *CADENCE)]
    in_d = [
        text.replace("b4", "c#5")
        .replace("a3", "b3")
        .replace("g3", "a3")
        .replace("e4", "f#4")
        .replace("d4", "e4")
        for text in raised
    ]
    moved = [
        text.replace("C", "d").replace("f#4:8 f#4:8", "f#4:8 g4:8").replace("f#3", "g3") for text in in_d
    ]
    found = of(*moved)
    assert told(key_of(music(*moved).together)) == "D major"
    assert found.out_of_key.value == 0
    assert found.triads.value == 1


def test_an_answer_in_another_key_is_out_of_it_for_as_long_as_it_sounds() -> None:
    """E flat under a tune in C: E flat, G, B flat, of which G is in the scale."""
    heard = music("c5:8 e5:8 g5:8 c5:8", "eb4:32", "g4:16 r:16", "bb3:32")
    assert out_of_key(heard, C_MAJOR) == Share(64, 80)
    assert wrong_key(heard, C_MAJOR) == Share(1, 1)
    assert out_of_key(music("c5:16", "c4:12 c#4:4"), C_MAJOR).value == 0.25
    assert wrong_key(music("c5:16", "c4:12 c#4:4"), C_MAJOR).value == 0, "more than a quarter is wrong"
    assert wrong_key(music("c5:16"), C_MAJOR).whole == 0, "silence is in no key"


def test_in_minor_both_sixths_and_both_sevenths_are_in_the_scale() -> None:
    a_minor = Key(9, "minor")
    melodic, natural = "a4:4 b4:4 c5:4 d5:4 e5:4 f#5:4 g#5:4 a5:4", "a5:4 g5:4 f5:4 e5:4"
    assert out_of_key(music("r:4", melodic), a_minor).value == 0
    assert out_of_key(music("r:4", natural), a_minor).value == 0
    assert out_of_key(music("r:4", "c#5:4 d#5:4 bb4:4"), a_minor).value == 1


def test_what_sounds_on_each_beat_has_a_name() -> None:
    tune = "c5:4 b4:4 c5:4 c5:4 r:4"
    found = sonorities(
        music(tune, "e4:4 d4:4 g3:4 d4:4 r:4", "g3:4 f3:4 r:4 c#4:4 r:4", "c3:4 g3:4 r:4 r:4 r:4")
    )
    # C major; G seventh; C over G; C, D and C sharp; silence, which is not counted.
    assert [share.part for share in found] == [1, 1, 1, 1]
    assert found.triads.whole == 4


def test_the_beat_is_what_is_felt_in_the_metre() -> None:
    """Six eighths have two beats, not three."""
    found = sonorities(music("c5:12", "e4:4 f4:8", "g3:12", metre=Metre(6, 8)))
    assert (found.triads.part, found.triads.whole) == (1, 2)


def test_the_tune_is_in_the_chord_or_not() -> None:
    others = ("e4:16", "g3:16", "c3:16")
    assert chord_tone(music("c5:4 d5:4 e5:4 f5:4", *others)) == Share(2, 4)
    assert chord_tone(music("c5:4 r:4 c#5:4 b4:4", "r:8 e4:8")) == Share(2, 2), "E and C sharp, E and B"


def test_semitones_against_the_tune_whatever_the_octave() -> None:
    """B under C, and two octaves lower; a semitone among the others is not against the tune."""
    assert semitone(music("c5:16", "b4:4 b2:4 db3:4 d3:4")) == Share(12, 16)
    assert semitone(music("c5:16", "e3:16", "f3:16")).value == 0
    assert dissonant(music("c5:16", "e3:16", "f3:16")).value == 1


def test_dissonance_is_counted_where_two_keys_sound() -> None:
    assert dissonant(music("c5:4 d5:4 f#5:4 g5:4 c5:4", "c4:16 r:4")) == Share(8, 16)


def test_several_pieces_count_by_their_length() -> None:
    clear, clash = of("c5:32", "c4:32"), of("c5:16", "c#4:16")
    assert pooled([clear, clash]).semitone == Share(16, 48)


def test_the_error_is_what_the_choice_of_tunes_makes_of_a_figure() -> None:
    """Of tunes of one length it is that of their mean; takes over one tune are not counted as several tunes."""
    clash = [0.0, 0.25, 0.5, 0.25]
    tunes = [of("c5:16", f"db4:{int(16 * c)} c4:{int(16 - 16 * c)}" if c else "c4:16") for c in clash]
    expected = np.std(clash, ddof=1) / np.sqrt(len(clash))
    assert errors([[each] for each in tunes])["semitone"] == pytest.approx(expected)
    assert errors([[each, each] for each in tunes])["semitone"] == pytest.approx(expected)
    assert np.isnan(errors([tunes])["semitone"])
    assert np.isnan(errors([[each] for each in tunes])["root_ends"]), "no phrase ends anywhere"
