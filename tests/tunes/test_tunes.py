"""The melodies themselves: counted, bounded, and compared with what Bach set."""

import json
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from descant_daemon.tunes import COMMON_METRE, Tune, TuneNote, load, medley, names
from descant_routing.errors import UsageError

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "benchmark" / "jsb16.zip"

# name: (metre, bars with the pick-up's, notes in each phrase, the first five pitches, lowest, highest)
SHELF = {
    "azmon": ((3, 4), 9, (8, 6, 8, 7), "d4 g4 g4 a4 a4", "d4", "d5"),
    "carol": ((6, 8), 17, (9, 8, 9, 7, 9, 8, 9, 7), "f4 d5 a4 c5 a#4", "d4", "d5"),
    "dundee": ((4, 4), 9, (8, 6, 8, 6), "d#4 g4 g#4 a#4 d#4", "d4", "d#5"),
    "greensleeves": ((6, 8), 17, (19, 19, 17, 16), "e4 g4 a4 b4 c5", "b3", "d5"),
    "new-britain": ((3, 4), 17, (9, 7, 12, 7), "d4 g4 b4 g4 b4", "d4", "d5"),
    "ode-to-joy": ((4, 4), 16, (15, 15, 18, 14), "b4 b4 c5 d5 d5", "d4", "d5"),
    "old-hundredth": ((4, 4), 9, (8, 8, 8, 8), "g4 g4 f#4 e4 d4", "d4", "d5"),
    "silent-night": ((6, 8), 12, (8, 6, 9, 9, 7, 7), "f4 g4 f4 d4 f4", "a#3", "d#5"),
    "st-agnes": ((3, 4), 14, (9, 6, 8, 6), "b4 b4 b4 a4 b4", "d4", "c5"),
    "st-anne": ((4, 4), 9, (8, 6, 8, 6), "g4 e4 a4 g4 c5", "e4", "d5"),
    "st-flavian": ((4, 4), 9, (8, 6, 8, 6), "f4 f4 e4 f4 a4", "e4", "c5"),
    "tallis-canon": ((4, 4), 9, (8, 8, 8, 8), "g4 g4 f#4 g4 g4", "d4", "d5"),
    "winchester-old": ((4, 4), 9, (8, 6, 8, 6), "g4 b4 b4 a4 g4", "f#4", "e5"),
}
PITCHES = ("c", "c#", "d", "d#", "e", "f", "f#", "g", "g#", "a", "a#", "b")


def pitch(key: int) -> str:
    return f"{PITCHES[key % 12]}{key // 12 - 1}"


def phrases(tune: Tune) -> list[list[TuneNote]]:
    edges = [*tune.phrases, tune.end]
    return [[note for note in tune.notes if a <= note.start < b] for a, b in pairwise(edges)]


def test_the_table_below_names_every_tune_on_the_shelf() -> None:
    assert names() == tuple(sorted(SHELF))


@pytest.mark.parametrize("name", SHELF)
def test_a_tune_is_what_the_hymn_book_has(name: str) -> None:
    tune = load(name)
    keys = [note.key for note in tune.notes]
    metre, bars, counts, opening, lowest, highest = SHELF[name]
    assert (tune.metre, tune.bars) == (metre, bars)
    assert tuple(len(phrase) for phrase in phrases(tune)) == counts
    assert " ".join(pitch(key) for key in keys[:5]) == opening
    assert (pitch(min(keys)), pitch(max(keys))) == (lowest, highest)


@pytest.mark.parametrize("name", SHELF)
def test_a_tune_ends_on_its_key_note_and_can_be_sung(name: str) -> None:
    tune = load(name)
    assert tune.notes[-1].key % 12 == tune.tonic
    leaps = [b.key - a.key for phrase in phrases(tune) for a, b in pairwise(phrase)]
    assert max(abs(leap) for leap in leaps) <= 12
    assert sum(abs(leap) <= 4 for leap in leaps) >= 0.75 * len(leaps)


@pytest.mark.parametrize("name", SHELF)
def test_a_tune_has_one_voice_without_gaps_from_its_pick_up_to_the_end_of_a_bar(name: str) -> None:
    tune = load(name)
    assert tune.notes[0].start == (tune.steps_per_bar - tune.pickup) % tune.steps_per_bar
    assert all(a.start + a.length == b.start for a, b in pairwise(tune.notes))
    assert (tune.end + tune.pickup) % tune.steps_per_bar == 0


def test_tallis_is_a_canon_at_the_octave_one_bar_later() -> None:
    tune = load("tallis-canon")
    sounding = [note.key for note in tune.notes for _ in range(note.length)]
    consonant = {0, 3, 4, 7, 8, 9}

    def fit(delay: int) -> float:
        pairs = list(zip(sounding[delay:], sounding, strict=False))
        return sum((a - b) % 12 in consonant for a, b in pairs) / len(pairs)

    assert fit(16) > 0.9
    assert all(fit(16) > 1.3 * fit(delay) for delay in (4, 8, 12, 20, 24, 28))


def test_the_tie_of_the_ode_comes_a_beat_early() -> None:
    # Beethoven lets the last line begin before its bar: one long note across the bar line, not two.
    assert TuneNote(start=188, length=8, key=71) in load("ode-to-joy").notes


def test_an_unknown_tune_is_a_sentence_that_names_the_others() -> None:
    with pytest.raises(UsageError, match=r"no tune 'st-ann'; there are azmon, .*winchester-old"):
        load("st-ann")


def test_the_medley_has_32_bars_and_a_pick_up() -> None:
    notes = medley(COMMON_METRE)
    assert len(notes) == 4 * 28
    assert notes[0].start == 12
    assert notes[-1].start + notes[-1].length == 33 * 16 - 4
    assert all(a.start + a.length == b.start for a, b in pairwise(notes))
    assert [notes[28 * tune].start % 16 for tune in range(4)] == [12] * 4


def test_a_medley_can_be_brought_to_one_key_by_the_shortest_way() -> None:
    notes = medley(COMMON_METRE, tonic=5)
    finals = [notes[28 * tune + 27].key for tune in range(4)]
    assert [final % 12 for final in finals] == [5] * 4
    for tune, name in enumerate(COMMON_METRE):
        assert abs(finals[tune] - load(name).notes[-1].key) <= 6


def test_a_tune_with_a_pick_up_after_one_that_fills_its_last_bar_gets_a_bar_for_it() -> None:
    notes = medley(("ode-to-joy", "st-anne"))
    ode = load("ode-to-joy")
    assert notes[len(ode.notes)].start == ode.end + 12


def test_a_medley_keeps_one_metre() -> None:
    with pytest.raises(UsageError, match="st-anne is in 4/4 and azmon in 3/4"):
        medley(("st-anne", "azmon"))
    with pytest.raises(UsageError, match="at least one"):
        medley(())


@pytest.mark.skipif(not CORPUS.is_file(), reason="the JSB chorales at sixteenths are not beside the checkout")
@pytest.mark.parametrize("name", [*COMMON_METRE, "old-hundredth"])
def test_bach_set_the_tunes_that_say_so_and_none_of_the_medley(name: str) -> None:
    # Two phrases of at least six notes in one chorale, at any pitch and rhythm, make it the same tune.
    def intervals(keys: list[int]) -> tuple[int, ...]:
        moves = (b - a for a, b in pairwise(keys))
        return tuple(move for move in moves if move)  # the corpus does not tell repeated from held

    with zipfile.ZipFile(CORPUS) as archive:
        corpus = json.loads(archive.read("Jsb16thSeparated.json"))
    pieces = [piece for part in corpus.values() for piece in part]
    sopranos = [intervals([step[0] for step in piece if step[0] > 0]) for piece in pieces]
    assert len(sopranos) == 382
    wanted = [intervals([note.key for note in phrase]) for phrase in phrases(load(name))]

    def shared(soprano: tuple[int, ...]) -> int:
        return sum(
            any(soprano[at : at + len(phrase)] == phrase for at in range(len(soprano) - len(phrase) + 1))
            for phrase in wanted
            if len(phrase) >= 5
        )

    assert (max(map(shared, sopranos)) >= 2) is (load(name).bach is not None) is (name not in COMMON_METRE)
