"""Where a tune closes, and what has to stand there."""

from __future__ import annotations

import re

import pytest
from tests.export.evaluate.judge.harmony.score import line, music

from descant_daemon import tunes
from descant_daemon.tunes.book import SHELVES
from descant_export.evaluate.judge.harmony.phrases import closings, phrase_ends, top_line
from descant_export.evaluate.judge.harmony.setting import built_in

PHRASE = "c5:4 d5:4 e5:4 r:4 | f5:4 e5:4 d5:4 c5:4 | e5:8 c5:8"


def test_before_a_rest_and_on_long_notes() -> None:
    ends = closings(line("c5:4 d5:4 e5:4 r:4 f5:4 e5:2 r:2 d5:4 c5:12"), 4, 48)
    assert [on for on, _, _ in ends] == [8, 28], "a rest of half a beat ends nothing"


def test_the_end_of_the_piece_is_no_rest_but_silence_before_it_is() -> None:
    tune = line("c5:4 d5:4 e5:4")
    assert closings(tune, 4, 12) == []
    assert closings(tune, 4, 16) == [tune[-1]]
    assert closings(line("c5:4 d5:4 e5:16"), 4, 16) == [(8, 16, 76)], "cut, and still as long as two beats"


def test_where_all_notes_are_long_none_is() -> None:
    assert closings(line("c5:16 d5:16 e5:16 d5:16"), 4, 64) == []


@pytest.mark.parametrize("name", ["st-anne", "winchester-old", "dundee", "st-flavian"])
def test_hymn_tunes_close_where_the_book_has_their_phrases(name: str) -> None:
    """Wherever the last note of a line is longer than its neighbours."""
    tune = tunes.load(name)
    notes = [(note.start, note.start + note.length, note.key) for note in tune.notes]
    last = [max(n.start for n in tune.notes if n.start < at) for at in (*tune.phrases[1:], tune.end)]
    found = [on for on, _, _ in closings(notes, 4, tune.end)]
    assert set(found) <= set(last)
    assert last[-1] in found


def test_of_ends_that_are_found_two_of_three_are_on_the_page_and_half_of_those_are_found() -> None:
    """As docs/harmony.md says; of all tunes but chords and basses."""
    found = there = right = 0
    for shelf in SHELVES:
        for setting in built_in(shelf):
            if re.search("pads|ground|bass", setting.name):
                continue
            melody, tune = setting.melody, tunes.load(setting.name, shelf)
            steps = melody.bars * melody.metre.steps_per_bar(4)
            ends = closings(top_line(melody.notes), melody.metre.steps_per_pulse(4), steps)
            lines = [max(n.start for n in tune.notes if n.start < at) for at in (*tune.phrases[1:], tune.end)]
            found, there = found + len(ends), there + len(lines)
            right += len({on for on, _, _ in ends} & set(lines))
    assert right / found == pytest.approx(0.68, abs=0.005)
    assert right / there == pytest.approx(0.50, abs=0.005)


@pytest.mark.parametrize(
    ("others", "stable", "root"),
    [
        (("c3:16", "e4:16"), 1, 1),  # C major over C
        (("e3:16", "g4:16"), 1, 0),  # over its third
        (("c3:16",), 1, 0),  # no third: consonant, and no chord
        (("c3:16", "bb3:16"), 0, 0),  # a seventh
        (("c3:16", "d4:8 e4:8"), 1, 1),  # half of the note is enough
        (("c3:16", "d4:12 e4:4"), 0, 0),
        (("r:16",), 0, 0),  # the tune alone
        (("a2:16", "e4:16"), 1, 1),  # A minor
    ],
)
def test_what_stands_under_the_closing_note(others: tuple[str, ...], stable: int, root: int) -> None:
    tune = "g4:4 a4:4 b4:4 d5:4 | c5:16"
    heard = music(tune, *(f"r:16 {text}" for text in others))
    found = phrase_ends(heard, line(tune))
    assert (found.stable.part, found.root.part, found.root.whole) == (stable, root, 1)


def test_a_chord_is_heard_by_its_highest_note() -> None:
    assert top_line([(0, 4, 60), (0, 4, 64), (4, 8, 62)]) == [(0, 4, 64), (4, 8, 62)]
