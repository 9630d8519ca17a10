"""Melodies out of pieces: pick-ups stay before their bar line, of chords the top is heard, metres stay."""

from __future__ import annotations

import numpy as np
import pytest

from descant_daemon.settings.metre import Metre
from descant_daemon.tunes.book import names
from descant_export.corpus.piece import from_notes
from descant_export.evaluate.takes.melody import melodies_of, melody_of, metre_of, tunes

WALTZ = [8, 9, 10, 11, *range(12), *range(12), *range(12)]


def test_a_pick_up_stands_late_in_the_first_bar() -> None:
    piece = from_notes("waltz", [[(0, 4, 72), (4, 16, 74), (16, 28, 76), (28, 40, 77)]], WALTZ)
    melody = melody_of(piece)
    assert melody is not None
    assert melody.metre == Metre(3, 4)
    assert melody.notes == ((8, 12, 72), (12, 24, 74), (24, 36, 76), (36, 48, 77))
    assert melody.bars == 4


def test_the_top_voice_sings_and_only_its_highest_notes() -> None:
    top = [(0, 8, 60), (0, 8, 67), (8, 16, 69), (16, 32, 71)]
    piece = from_notes("chords", [top, [(0, 32, 90)]], [*range(16), *range(16)])
    melody = melody_of(piece)
    assert melody is not None
    assert [key for _, _, key in melody.notes] == [67, 69, 71]


def test_a_melody_ends_where_the_metre_changes() -> None:
    bars = [*range(16), *range(16), *range(12), *range(12)]
    melody = melody_of(from_notes("turn", [[(0, 30, 60), (30, 40, 62), (40, 56, 64)]], bars))
    assert melody is not None
    assert melody.bars == 2
    assert melody.notes == ((0, 30, 60), (30, 32, 62))


def test_short_ones_are_not_asked_for() -> None:
    piece = from_notes("short", [[(0, 30, 60)]], [*range(16), *range(16)])
    assert melodies_of([piece], 3) == []
    assert len(melodies_of([piece], 2)) == 1


def test_messages_end_with_their_bars_and_end_a_note_before_the_next_begins() -> None:
    piece = from_notes("x", [[(0, 16, 60), (16, 40, 60)]], [*range(16), *range(16), *range(16)])
    melody = melody_of(piece)
    assert melody is not None
    assert melody.messages(2) == [
        (0, bytes((0x90, 60, 80))),
        (16 * 120, bytes((0x80, 60, 64))),
        (16 * 120, bytes((0x90, 60, 80))),
        (32 * 120, bytes((0x80, 60, 64))),
    ]


@pytest.mark.parametrize(
    ("bar", "metre"), [(16, (4, 4)), (12, (3, 4)), (6, (3, 8)), (10, (5, 8)), (7, (7, 16)), (32, (8, 4))]
)
def test_a_bar_has_a_metre(bar: int, metre: tuple[int, int]) -> None:
    assert metre_of(bar) == Metre(*metre)
    assert metre_of(bar).steps_per_bar(4) == bar


def test_our_own_tunes_are_all_there() -> None:
    assert len(tunes()) == len(names())
    assert all(melody.bars > 1 for melody in tunes())


def test_a_melody_of_a_finer_grid_is_played_at_its_own_steps() -> None:
    """Triplets: twelve steps a beat, three of them in the time of two eighths."""
    triplets = [(at, at + 4, 60 + at // 4) for at in range(0, 96, 4)]
    melody = melody_of(from_notes("triplets", [triplets], np.arange(96) % 48, 12))
    assert melody is not None
    assert (melody.metre, melody.bars) == (Metre(4, 4), 2)
    assert [tick for tick, data in melody.messages(1) if data[0] == 0x90] == [160 * at for at in range(12)]
    assert melody_of(from_notes("odd", [triplets], np.arange(96) % 40, 12)) is None, (
        "a bar of 13 1/3 sixteenths"
    )
