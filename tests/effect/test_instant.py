"""Instant mode as scores: a key is answered when it is pressed, off the grid."""

from __future__ import annotations

import itertools

import pytest
from tests.effect.stage import CONTINUE, START, STOP, Stage, by_melody, internal

from descant_routing import message

CHORDS = by_melody({72: (60, 64), 74: (62, 65), 76: (55,)})


def stage_with(**options: object) -> Stage:
    return Stage(CHORDS, mode="instant", **options)  # type: ignore[arg-type]


def test_a_key_between_two_ticks_is_answered_at_once_and_ends_with_its_release() -> None:
    stage = stage_with()
    stage.roll(8)
    stage.key(72, 40, 170)
    stage.run(900)
    assert stage.ours == [(40, "+60"), (40, "+64"), (170, "-60"), (170, "-64")]


def test_the_grid_strikes_nothing_while_the_key_is_held() -> None:
    stage = stage_with()
    stage.roll(16)
    stage.key(72, 40)
    stage.run(1900)
    assert stage.ours == [(40, "+60"), (40, "+64")]
    assert stage.effect.counts.late == 0


def test_the_next_key_is_answered_by_another_chord_even_in_the_same_step() -> None:
    stage = stage_with()
    stage.roll(8)
    stage.key(72, 20, 60)
    stage.key(74, 60, 110)
    stage.run(300)
    assert stage.ours == [
        (20, "+60"), (20, "+64"), (60, "-60"), (60, "-64"), (60, "+62"), (60, "+65"), (110, "-62"), (110, "-65"),
    ]  # fmt: skip


def test_it_plays_where_no_clock_runs() -> None:
    stage = stage_with()
    stage.key(72, 100, 300)
    stage.key(74, 400, 500)
    stage.run(900)
    assert [note for _, note in stage.ours] == ["+60", "+64", "-60", "-64", "+62", "+65", "-62", "-65"]
    assert [ms for ms, _ in stage.ours] == [100, 100, 300, 300, 400, 400, 500, 500]


def test_the_engine_hears_every_step_that_the_song_goes_through() -> None:
    """Else it would be somewhere else when the next key comes, and have to find its way back first."""
    stage = stage_with()
    stage.roll(12)
    stage.key(72, 40)
    stage.key(74, 1040)
    stage.run(1400)
    steps = [ask.step for ask in stage.engine.heard]
    assert all(0 <= later - earlier <= 1 for earlier, later in itertools.pairwise(steps))
    moved_on = [ask for ask in stage.engine.heard if ask.sampling.voices == 0 and ask.step > 1]
    assert moved_on
    assert all(ask.given[60 - 21].tolist() == [1, 0] for ask in moved_on if ask.step <= 8), (
        "what sounds is told"
    )


def test_stop_ends_ours_and_keys_go_on_being_answered() -> None:
    stage = stage_with()
    stage.roll(4)
    stage.key(72, 40)
    stage.at(300, STOP)
    stage.key(74, 400, 450)
    stage.at(500, message.note_off(0, 72))
    stage.at(600, CONTINUE)
    stage.run(900)
    assert stage.ours[2:4] == [(300, "-60"), (300, "-64")]
    assert stage.sounding_at(401) == [60, 62, 64, 65], "72 is still held"
    assert stage.sounding_at(499) == [60, 62, 64, 65], "letting go of one of two keys changes nothing"
    assert stage.sounding_at(501) == []


def test_leaving_the_mode_where_no_clock_runs_leaves_no_note_behind() -> None:
    stage = stage_with(cc={20: "mode"})
    stage.key(72, 100)
    stage.at(300, message.control_change(0, 20, 64))
    stage.run(900)
    assert stage.sounding_at(299) == [60, 64]
    assert stage.sounding_at(301) == []


def test_an_answer_that_does_not_come_is_dropped_and_counted() -> None:
    stage = stage_with(delay=80)
    stage.key(72, 100, 500)
    stage.run(900)
    assert stage.ours == []
    assert stage.effect.counts.late == 1


@pytest.mark.parametrize("pressed", [3, 62, 124])
def test_on_a_clock_of_our_own_too(pressed: float) -> None:
    stage = Stage(CHORDS, clock=internal(), mode="instant")
    stage.key(72, 500 + pressed, 900)
    stage.run(1200)
    assert stage.ours[:2] == [(500 + pressed, "+60"), (500 + pressed, "+64")]
    assert stage.sounding_at(901) == []


def test_a_key_that_hangs_at_stop_ends_when_the_song_begins_elsewhere() -> None:
    stage = stage_with()
    stage.roll(4)
    stage.key(72, 40)
    stage.at(300, STOP)
    stage.at(600, START)
    stage.clocks(601, 12)
    stage.run(900)
    assert stage.effect.held == []
