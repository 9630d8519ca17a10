"""Silence on demand."""

from __future__ import annotations

import pytest
from tests.effect.scores.pieces import CHORDS, free
from tests.effect.stage import Stage

from descant_routing import message


@pytest.mark.parametrize("controller", [120, 123, 124, 125, 126, 127])
@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize("thru", [True, False])
def test_all_notes_off_ends_ours_on_any_channel_and_the_song_goes_on(
    controller: int, channel: int, thru: bool
) -> None:
    stage = Stage(CHORDS, thru=thru)
    stage.roll(8)
    stage.key(72, 0)
    stage.key(74, 0, channel=channel)
    stage.at(200, message.control_change(channel, controller, 0))
    stage.run(230)
    assert stage.sounding_at(210) == []
    stage.key(76, 250)
    stage.run(300)
    assert 67 in stage.sounding_at(300), "the next key is harmonised again"


def test_all_notes_off_forgets_the_keys_of_its_channel() -> None:
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.key(72, 0)
    stage.at(200, message.control_change(0, 123, 0))
    stage.run(900)
    assert stage.effect.held == []
    assert stage.sounding_at(900) == []


def test_system_reset_is_the_end_of_everything() -> None:
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.at(0, message.control_change(0, 64, 127))
    stage.key(72, 0, 100)
    stage.at(200, b"\xff")
    stage.run(900)
    assert stage.effect.held == []
    assert stage.sounding_at(210) == stage.sounding_at(900) == []


def test_panic_silences_both_and_the_song_goes_on() -> None:
    stage = free()
    stage.roll(8)
    stage.key(72, 0)
    stage.run(200)
    stage.panic()
    stage.run(240)
    assert stage.wire[-3:] == [(200, "1:-72"), (200, "2:-60"), (200, "2:-64")]
    assert stage.effect.held == []
    stage.run(900)
    assert stage.ours[-4:] == [(250, "+60"), (250, "+64"), (375, "-60"), (375, "-64")]


def test_after_panic_the_engine_is_told_that_nothing_of_ours_sounds() -> None:
    stage = Stage(lambda ask: ((), (60,)), mode="free")
    stage.roll(8)
    stage.run(130)
    stage.panic()
    stage.run(240)
    ask = next(ask for ask in stage.engine.heard if ask.step == 2)
    assert not ask.ours.any()
    assert not ask.played.any()


@pytest.mark.parametrize("how", ["panic", "all notes off", "reset"])
def test_an_answer_under_way_does_not_break_the_silence(how: str) -> None:
    stage = Stage(CHORDS, delay=20)
    stage.roll(8)
    stage.key(72, 260)  # answered at 280
    stage.run(265)
    if how == "panic":
        stage.panic()
    else:
        stage.at(265, b"\xff" if how == "reset" else message.control_change(0, 123, 0))
    stage.run(900)
    assert stage.ours == []
    assert stage.effect.counts.late == 0
