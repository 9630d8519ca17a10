"""The notation as scores: text in, notes or one clear sentence out."""

from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tunes.as_midi import write_midi

from descant_daemon.tunes import TuneError, TuneNote, load, names, parse

HEAD = """title: T
composer: C
year: 1700
key: F# minor
metre: 3/4
pickup: 4
tempo: 90
bach: no

"""


def test_pitches_lengths_rests_and_ties() -> None:
    tune = parse(HEAD + "f#4:4 | bb4:4 r:4 c5:4 | ~:2 b3:2 c4:4\n", "t.tune")
    assert tune.notes == (
        TuneNote(8, 4, 66),
        TuneNote(12, 4, 70),
        TuneNote(20, 6, 72),
        TuneNote(26, 2, 59),
        TuneNote(28, 4, 60),
    )
    assert (tune.tonic, tune.steps_per_bar, tune.bars, tune.bach) == (6, 12, 3, None)


def test_a_line_is_a_phrase_and_its_end_a_bar_line_where_the_bar_is_full() -> None:
    tune = parse(HEAD.replace("pickup: 4", "pickup: 0") + "c4:12\nd4:8\n\ne4:4 | f4:12\n", "t.tune")
    assert tune.phrases == (0, 12, 20)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + "c4:4 | c4:4 c4:4 | c4:8", "t.tune:10: the bar has 4 steps too few"),
        (HEAD + "c4:4 | c4:4 c4:4 c4:4 c4:1 |", "t.tune:10: the bar has 1 steps too many"),
        (HEAD + "c4:4 |\nc4:12 | c4:7", "t.tune: the last bar has 7 steps, not 8 or 12"),
        (HEAD + "c4:4\nc4:24", "t.tune: the last bar has 24 steps"),
        (HEAD + "c4:4 | h4:12 | c4:8", "t.tune:10: 'h4:12' is not a note"),
        (HEAD + "c4:4 | c4:0 c4:12", "t.tune:10: 'c4:0' is not a note"),
        (HEAD + "~:4 | c4:8", "t.tune:10: the tie '~:4' has no note"),
        (HEAD + "c4:4 | r:4 ~:4 c4:4 | c4:8", "the tie '~:4' has no note before it"),
        (HEAD + "g#9:4 | c4:8", "'g#9:4' is above the highest MIDI key"),
        (HEAD, "t.tune: no notes"),
        (HEAD.replace("year: 1700\n", "") + "c4:4", "t.tune: the head lacks year"),
        (HEAD.replace("year: 1700", "yaer: 1700") + "c4:4", "t.tune:3: expected one each of title"),
        (HEAD.replace("year: 1700", "year: old") + "c4:4", "year should be a whole number, not 'old'"),
        (HEAD.replace("3/4", "3/5") + "c4:4", "the metre '3/5' should look like"),
        (HEAD.replace("F# minor", "H") + "c4:4", "the key 'H' should look like"),
        (HEAD.replace("pickup: 4", "pickup: 12") + "c4:4", "a pick-up of 12 steps does not fit"),
        ("", "t.tune: the head lacks title"),
    ],
)
def test_a_slip_of_the_pen_is_named_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(TuneError) as caught:
        parse(text, "t.tune")
    assert sentence in str(caught.value)


@given(st.text(alphabet="abcdefgr~:|#0123456789 \n", max_size=60))
def test_any_scribble_gives_a_tune_or_a_sentence(music: str) -> None:
    try:
        tune = parse(HEAD + music, "t.tune")
    except TuneError:
        return
    assert tune.notes
    assert all(0 <= note.key <= 127 for note in tune.notes)


def test_transposing_leaves_the_midi_keys_only_with_a_sentence() -> None:
    tune = load("st-anne")
    assert [note.key for note in tune.transposed(-5).notes] == [note.key - 5 for note in tune.notes]
    with pytest.raises(TuneError, match="leaves the MIDI keys"):
        tune.transposed(60)


@pytest.mark.parametrize("name", names())
def test_a_tune_written_as_midi_reads_back_the_same(name: str, tmp_path: Path) -> None:
    tune = load(name)
    path = write_midi(tune.notes, tmp_path / "t.mid", tempo=tune.tempo, metre=tune.metre, title=tune.title)
    file = mido.MidiFile(path)
    assert (file.type, len(file.tracks)) == (1, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["t.mid"]
    now, sounding, back = 0, dict[int, int](), list[TuneNote]()
    for message in file.tracks[1]:
        now += message.time
        step, rest = divmod(now * 4, file.ticks_per_beat)
        assert rest == 0
        if message.type == "note_on":
            assert message.note not in sounding
            sounding[message.note] = step
        elif message.type == "note_off":
            start = sounding.pop(message.note)
            back.append(TuneNote(start, step - start, message.note))
    assert tuple(back) == tune.notes
    assert not sounding


def test_chords_and_the_other_hand() -> None:
    """Sorted by time, the tie holds all of the chord, and each hand's bars are counted."""
    text = "r:4 | c4+e4:8 ~:4 | g4:8\n&\nr:4 | c3:12 | c3:8\n"
    tune = parse(HEAD + text, "t.tune")
    assert tune.notes == (
        TuneNote(12, 12, 48),
        TuneNote(12, 12, 60),
        TuneNote(12, 12, 64),
        TuneNote(24, 8, 48),
        TuneNote(24, 8, 67),
    )
    assert (tune.phrases, tune.end) == ((8,), 32)
    with pytest.raises(TuneError, match=r"t\.tune:12: the bar has 1 steps too many"):
        parse(HEAD + text.replace("c3:12", "c3:13"), "t.tune")
    with pytest.raises(TuneError, match=r"t\.tune: no notes"):
        parse(HEAD + "c4:4 | c4:8\n&\n", "t.tune")
