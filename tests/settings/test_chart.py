"""Chord charts: what is written, what is called for where, and what is no chart."""

from __future__ import annotations

import pytest

from descant_daemon.settings.chart import NO_CHORD, QUALITIES, Chart, parse_chart
from descant_daemon.settings.parameters import Parameters, parse_setting
from descant_routing.errors import UsageError

NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
SPELLED = {
    "C": "C E G", "F#": "F# A# C#", "Bb": "A# D F", "Am": "A C E", "A-": "A C E", "Amin": "A C E", "G7": "G B D F",
    "Cmaj7": "C E G B", "CM7": "C E G B", "CΔ": "C E G B", "Dm7": "D F A C", "Bdim": "B D F", "Bo7": "B D F G#",
    "Bm7b5": "B D F A", "Bø": "B D F A", "Caug": "C E G#", "C+": "C E G#", "Dsus2": "D E A", "Dsus4": "D G A",
    "Dsus": "D G A", "C6": "C E G A", "Cm6": "C D# G A", "G9": "G B D F A", "Cadd9": "C D E G", "A7sus4": "A D E G",
    "E7#9": "E G# B D G", "Cm(maj7)": "C D# G B", "G13": "G B D F E", "E5": "E B", "E♭": "D# G A#",
}  # fmt: skip


def classes(bits: int) -> set[str]:
    return {NAMES[at] for at in range(12) if bits >> at & 1}


@pytest.mark.parametrize("sign", SPELLED)
def test_a_chord_has_the_notes_that_players_know(sign: str) -> None:
    ((chord,),) = parse_chart(sign).bars
    assert classes(chord.bits) == set(SPELLED[sign].split())
    assert NAMES[chord.bass] == next(iter(SPELLED[sign].split()))


def test_what_stands_under_the_slash_is_the_bass() -> None:
    (one,) = parse_chart("| G/B C/Bb |").bars
    assert (classes(one[0].bits), NAMES[one[0].bass]) == ({"G", "B", "D"}, "B")
    assert (classes(one[1].bits), NAMES[one[1].bass]) == ({"C", "E", "G", "A#"}, "A#")


@pytest.mark.parametrize("quality", QUALITIES)
def test_every_quality_can_be_read_on_every_root(quality: str) -> None:
    for root in ("C", "Bb", "F#"):
        ((chord,),) = parse_chart(f"{root}{quality}").bars
        assert chord.bits.bit_count() == len(QUALITIES[quality])


def test_a_bar_is_shared_alike_and_a_chart_begins_again() -> None:
    chart = parse_chart("| C | Am7 G/B | F . . G | % | N.C. | . D |")
    c, am7, g_b, f, g, d = (parse_chart(sign).bars[0][0] for sign in ("C", "Am7", "G/B", "F", "G", "D"))
    quarters = [[chart.at(bar, 4 * beat, 16) for beat in range(4)] for bar in range(7)]
    assert quarters == [
        [c] * 4, [am7, am7, g_b, g_b], [f, f, f, g], [f, f, f, g], [NO_CHORD] * 4, [NO_CHORD, NO_CHORD, d, d], [c] * 4,
    ]  # fmt: skip
    assert chart.at(2, 8, 12) == f  # a waltz's third quarter begins before the last of four
    assert chart.at(2, 9, 12) == g


def test_none_is_a_chart_too() -> None:
    assert parse_chart("") == parse_chart(" | ") == Chart()
    assert Chart().at(3, 0, 16) == NO_CHORD


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("| C | Hm7 |", r"chords, bar 2: 'Hm7' is no chord such as Am7"),
        ("| C | C7b5b9x |", r"bar 2: 'C7b5b9x' is no chord"),
        ("| C | | G |", r"bar 2: nothing stands between two bar lines"),
        ("| . C |", r"bar 1: '\.' goes on with the chord before it, and there is none"),
        ("| % |", r"bar 1: '%' is no chord"),
        ("| C % |", r"bar 1: '%' is no chord"),
        ("| C/H |", r"bar 1: 'C/H' is no chord"),
        ("| " + "C " * 33 + "|", r"bar 1: a bar has at most 32 signs, not 33"),
        ("| C " * 300, r"at most 800 characters, not 1(199|200)"),
    ],
)
def test_what_is_wrong_is_said_with_its_bar(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        parse_setting(f"chords={text}")
    with pytest.raises(UsageError, match=sentence):
        Parameters().with_values({"chords": text})
