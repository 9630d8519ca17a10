"""The last bars, as a DAW finds them in the file: ticks counted by hand, 960 a quarter."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.tape.page import Page, tracks
from tests.tape.studio import header

from descant_daemon.tape.capture import capture, file_name

BAR = 3840


def page(**more: object) -> Page:
    """Four bars of 4/4 at 120 BPM from 0 ms on, a melody on every half note, a voice that is held across bars."""
    made = Page(header(**more))  # type: ignore[arg-type]
    made.at(0, ("metre", "4/4"))
    made.song(0, 0, 16)
    for half in range(8):
        made.key(60 + half, 1000 * half, 1000 * half + 900)
        made.key(60 + half, 1000 * half, 1000 * half + 900, 0, "out")
    made.key(40, 500, 3500, 1, "out")
    made.key(43, 3500, None, 1, "out")
    return made


def test_two_bars_of_four() -> None:
    made = page()
    made.at(7990, ("capture",))
    captured = capture(made.header, made.music, 2)
    assert captured is not None
    assert captured.numbers == (3, 4)
    head, played, left = tracks(captured.content)
    assert head == [
        "0 name Coins",
        "0 text Descant 0.1.0, 2026-11-21T20:00:00+01:00",
        "0 copyright Tossed for Descant.",
        "0 marker Coins",
        "0 marker bar 3",
        "0 4/4",
        "0 500000 µs",
        "7661 marker captured",
        "7680 end",
    ]
    assert played == [
        "0 name Player",
        "0 1:+64", "1728 1:-64", "1920 1:+65", "3648 1:-65", "3840 1:+66", "5568 1:-66", "5760 1:+67",
        "7488 1:-67",
        "7680 end",
    ]  # fmt: skip
    assert left == [
        "0 name Descant",  # what only passed is in the other track
        "0 2:+43",  # it began in bar 2
        "7664 2:-43",  # it sounds on, but nobody knows for how long
        "7680 end",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ms", "numbers", "length"),
    [
        (7600, (3, 4), 2 * BAR),  # late in bar 4: it counts, though its end is to come
        (8400, (3, 4), 2 * BAR),  # early in bar 5: it does not count
        (6500, (2, 3), 2 * BAR),
        (900, (1, 1), BAR),  # what there is
    ],
)
def test_the_bar_line_nearest_to_the_wish(ms: float, numbers: tuple[int, int], length: int) -> None:
    made = page()
    made.song(8000, 384, 4)
    music = Page(made.header)
    for cycle in made.cycles:
        if cycle.begin <= made.header.origin + ms * 1_000_000:
            music.at((cycle.begin - made.header.origin) / 1_000_000, *cycle.items)
    music.at(ms, ("capture",))
    captured = capture(made.header, music.music, 2)
    assert captured is not None
    assert captured.numbers == numbers
    assert {track[-1] for track in tracks(captured.content)} == {f"{length} end"}


def test_after_the_song_has_stopped_its_last_bars_are_meant() -> None:
    made = page()
    made.at(8010, ("stop",))
    made.at(8010, ("out", 0, "812b40"))
    made.at(47_000, ("capture",))
    captured = capture(made.header, made.music, 2)
    assert captured is not None
    assert captured.numbers == (3, 4)


def test_without_a_song_bars_are_those_of_the_tempo() -> None:
    made = Page(header())
    made.at(0, ("metre", "3/4"))
    for second in range(20):
        made.key(60, 1000 * second, 1000 * second + 500, 3)
    made.at(20_100, ("capture",))
    captured = capture(made.header, made.music, 2)
    assert captured is not None
    assert captured.numbers is None
    assert (
        file_name(captured, datetime(2026, 11, 21, 20, 5, 9, tzinfo=UTC)) == "descant-2026-11-21-200509.mid"
    )
    head, played, _ = tracks(captured.content)
    assert head[-3:] == ["0 3/4", "0 500000 µs", "5760 end"]
    assert played[1:3] == ["960 4:+60", "1920 4:-60"], "a bar is a second and a half: from 16.5 s to 19.5 s"


def test_the_name_says_when_and_which_bars() -> None:
    made = page()
    captured = capture(made.header, made.music, 2)
    assert captured is not None
    assert (
        file_name(captured, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
        == "descant-2026-01-02-030405-bars-3-4.mid"
    )


def test_where_nothing_was_heard_there_is_nothing_to_keep() -> None:
    made = Page(header())
    made.song(0, 0, 16)
    assert capture(made.header, made.music) is None


def test_a_loop_keeps_its_bars_and_says_where_it_jumped() -> None:
    made = Page(header())
    made.at(0, ("metre", "4/4"))
    made.song(0, 192, 8)
    made.song(4000, 192, 8)
    for half in range(8):
        made.key(60 + half, 1000 * half, 1000 * half + 500)
    made.at(8001, ("capture",))
    captured = capture(made.header, made.music, 3)
    assert captured is not None
    assert captured.numbers == (4, 4)
    head, played, _ = tracks(captured.content)
    assert [line for line in head if "bar" in line] == ["0 marker bar 4", "3840 marker bar 3"]
    assert [line for line in played if "+" in line] == [
        f"{1920 * number} 1:+{62 + number}" for number in range(6)
    ]


def test_every_cable_has_a_track_of_its_name() -> None:
    made = Page(header(inputs=("keys", "pads"), outputs=("synth",)))
    made.song(0, 0, 4)
    made.key(60, 0, 400, 0, "in", "keys")
    made.key(40, 100, 400, 9, "in", "pads")
    made.key(72, 100, 400, 1, "out", "synth")
    made.at(2000, ("capture",))
    captured = capture(made.header, made.music)
    assert captured is not None
    assert [track[:2] for track in tracks(captured.content)[1:]] == [
        ["0 name keys", "0 1:+60"], ["0 name pads", "192 10:+40"], ["0 name synth", "192 2:+72"],
    ]  # fmt: skip


def test_what_left_otherwise_than_it_came_has_a_track_of_its_own() -> None:
    """A route that moves what is played up an octave: neither the player's track nor Descant's has it."""
    made = Page(header())
    made.at(0, ("metre", "4/4"))
    made.song(0, 0, 16)
    made.key(60, 0, 400)
    made.key(72, 0, 400, 0, "out")
    made.key(48, 0, 400, 1, "out")
    made.at(2000, ("capture",))
    captured = capture(made.header, made.music)
    assert captured is not None
    assert [track[:2] for track in tracks(captured.content)[1:]] == [
        ["0 name Player", "0 1:+60"], ["0 name Descant", "0 2:+48"], ["0 name Player, passed on", "0 1:+72"],
    ]  # fmt: skip


def test_presets_that_were_switched_stand_at_their_place() -> None:
    made = page()
    made.at(1000, ("mark", "Ragtime"))
    made.at(5000, ("mark", "Hymn"))
    made.at(8000, ("capture",))
    captured = capture(made.header, made.music, 2)
    assert captured is not None
    marks = [line for line in tracks(captured.content)[0] if "marker" in line]
    assert marks == ["0 marker Ragtime", "0 marker bar 3", "1920 marker Hymn", "7680 marker captured"]
