"""What is compared: stretches and bars of one length, melodies that were held out, nothing of the warm-up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from descant_daemon.settings.metre import Metre
from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate.judge.judgement import bar_lengths, generated_music, human_music, render
from descant_export.evaluate.takes.human import Human
from descant_export.evaluate.takes.style import load_style
from descant_export.evaluate.takes.take import Take, piece_of
from descant_routing.errors import DescantError

Pieces = Callable[[range], list[Piece]]


def waltz(number: int, bars: int = 8) -> Piece:
    notes = [(at, at + 4, 60 + at % 7) for at in range(0, bars * 12, 4)]
    return from_notes(f"waltz {number}", [notes], np.arange(bars * 12) % 12)


def test_human_music_is_in_the_bars_of_the_takes_where_there_is_enough(hymns: Pieces) -> None:
    both = [*hymns(range(8)), *(waltz(number) for number in range(3))]
    assert {each.group for each in human_music(both, 8, {16}).excerpts} == {f"hymn {n}" for n in range(8)}
    assert len(human_music(both, 8, {12}).excerpts) == 11, "three waltzes are too few to compare with"
    assert len(human_music(both, 8).whole) == 11


def test_the_first_bar_of_a_take_is_not_judged() -> None:
    """A take of 17 bars, a key a bar: 16 are judged, in two excerpts."""
    track = [
        (bar * 1920 + at, bytes((kind, 40 + bar, 80)))
        for bar in range(17)
        for at, kind in ((0, 0x90), (1900, 0x80))
    ]
    metre = Metre(4, 4)
    take = Take("t", "tune", metre, 100, {"Descant": track}, piece_of("t", [track], 17, metre))
    music = generated_music([take], 16)
    assert [piece.keys for piece in music.whole] == [(41, 56)]
    assert [(each.piece.keys, each.group) for each in music.excerpts] == [
        ((41, 48), "tune"),
        ((49, 56), "tune"),
    ]
    assert bar_lengths([take]) == {16}


def test_takes_are_over_melodies_that_were_held_out_drawn_by_the_seed(hymns: Pieces) -> None:
    long = [
        from_notes(piece.name, [[(0, 16, 60), (16, 5 * 16, 64)]], np.arange(5 * 16) % 16)
        for piece in hymns(range(4))
    ]
    human = Human("hymns", hymns(range(10, 12)), long)
    style = load_style("bach-chorale")
    sources = [take.source for take in render(style, human, 4, 4, seed=1)]
    assert sorted(sources) == sorted(piece.name for piece in long)
    assert sources[:1] != [take.source for take in render(style, human, 1, 4, seed=2)]
    with pytest.raises(DescantError, match="only 0 have a melody of 9 bars to play to bach-chorale"):
        render(style, human, 4, 8)
