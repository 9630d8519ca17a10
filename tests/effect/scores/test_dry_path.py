"""The dry path, beside what we play."""

from __future__ import annotations

import pytest
from tests.effect.scores.pieces import CHORDS, free
from tests.effect.stage import Stage

from descant_routing import message
from descant_routing.timed import MAIN


def test_without_thru_only_ours_is_heard() -> None:
    stage = Stage(CHORDS, thru=False)
    stage.roll(8)
    stage.key(72, 250, 500)
    stage.at(300, message.control_change(0, 1, 64))
    stage.run(900)
    assert {message.channel(data) for _, data, _ in stage.backend.sent} == {1}
    assert len(stage.ours) == 4


def test_switching_thru_off_ends_what_it_let_through() -> None:
    stage = Stage(CHORDS, cc={31: "thru"})
    stage.at(-50, message.control_change(0, 64, 127))
    stage.key(72, 0, 300)
    stage.at(100, message.control_change(0, 31, 0))
    stage.run(400)
    assert stage.wire == [(0, "1:+72"), (100, "1:-72")]
    assert stage.effect.patchbay.ledger(MAIN).sounding == []
    assert stage.backend.sent[-1].data == message.control_change(0, 64, 0), "and its pedal"


def test_everything_that_is_no_note_passes_untouched_and_timing_stays() -> None:
    passing = [
        message.program_change(0, 5),
        message.pitch_bend(0, -100),
        message.control_change(0, 7, 90),
        b"\xd0\x11",
        b"\xa0\x3c\x22",
        b"\xf0\x7d\x01\xf7",
    ]
    stage = Stage(CHORDS)
    stage.roll(2)
    stage.at(10, *passing, b"\xfe", b"\xf2\x00\x00")
    stage.run(100)
    assert [data for _, data, _ in stage.backend.sent] == passing


@pytest.mark.parametrize("torn", [b"", b"\x90", b"\x90\x3c", b"\x90\xbc\x40", b"\xf2\xff\xff", b"\x3c\x40"])
@pytest.mark.parametrize("thru", [True, False])
def test_a_torn_message_is_counted_and_changes_nothing(torn: bytes, thru: bool) -> None:
    stage = Stage(CHORDS, thru=thru)
    stage.roll(8)
    stage.at(100, torn)
    stage.run(400)
    assert stage.effect.counts.torn == 1
    assert stage.effect.held == []
    assert stage.effect.step == 3
    assert stage.backend.sent == []


def test_player_and_effect_on_one_key_of_one_channel_do_not_cut_each_other() -> None:
    stage = free(channel=1)
    stage.roll(8)
    stage.key(60, 20, 40)  # while ours sounds, from 0 on: it is handed over
    stage.key(64, 200, 600)
    stage.run(900)
    assert stage.wire == [
        (0, "1:+60"),
        (20, "1:-60"),
        (20, "1:+60"),
        (40, "1:-60"),
        (125, "1:+60"),  # the model holds it, and nothing sounds
        (125, "1:+64"),
        (200, "1:-64"),
        (200, "1:+64"),
        (250, "1:-60"),
        (250, "1:+60"),
        (375, "1:-60"),
        (600, "1:-64"),
    ]


def test_the_player_lets_go_of_a_key_that_we_play_too() -> None:
    """Struck and lifted between two steps: our note goes on."""
    stage = free(channel=1, late=0)
    stage.roll(8)
    stage.key(60, 20, 40)
    stage.run(120)
    assert stage.wire == [(0, "1:+60"), (20, "1:-60"), (20, "1:+60")]
