"""How much is played, and where."""

from __future__ import annotations

from tests.export.evaluate.judge.harmony.score import music

from descant_export.evaluate.judge.harmony.measured import Share
from descant_export.evaluate.judge.harmony.rhythm import texture


def test_notes_and_voices() -> None:
    found = texture(music("c5:32", "e4:8 f4:8 r:16", "g3:4 g3:4 r:24"))
    assert found.voices == Share(24, 16)
    assert found.notes.value == 2


def test_a_beat_is_silent_when_nothing_sounds_in_all_of_it() -> None:
    assert texture(music("c5:16", "e4:4 r:3 e4:1 r:8")).silent == Share(2, 4)


def test_before_the_tune_begins_nobody_is_late() -> None:
    """An upbeat of one beat and a half: its first beat counts whole, the two empty ones before it do not."""
    found = texture(music("r:10 c5:6 c5:16", "r:16 e4:8 r:8"))
    assert found.silent == Share(4, 6)
    assert found.gaps == Share(14, 22)


def test_a_rhythm_comes_again_whatever_its_keys() -> None:
    """Of four bars with notes the third is like the first; the empty one is no rhythm."""
    found = texture(music("c5:80", "e4:8 e4:8 | e4:4 e4:12 | g4:8 c4:8 | r:16 | e4:16"))
    assert found.rhythm_again == Share(1, 3)


def test_above_the_tune_and_on_its_key() -> None:
    """In its rests the tune is where it was; before it begins nothing is above it."""
    found = texture(music("r:4 c4:4 r:4 e4:4", "c6:4 d4:4 c4:4 d4:4"))
    assert found.above == Share(1, 3)
    assert found.doubled == Share(1, 3)


def test_who_stutters_has_gaps_and_short_notes() -> None:
    """A sixteenth that ends, one that is struck again, and one that goes on in another voice."""
    found = texture(music("c5:16", "e4:1 r:3 e4:1 e4:3 g4:1 r:7", "r:8 c4:4 r:4"))
    assert found.short == Share(3, 5)
    assert found.gaps == Share(7, 16)
