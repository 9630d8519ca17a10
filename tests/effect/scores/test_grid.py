"""Free mode, and the grid it plays on."""

from __future__ import annotations

import pytest
from tests.effect.scores.pieces import free
from tests.effect.stage import BEGIN, MS, internal

from descant_daemon.settings.metre import Metre

FREE = [
    (0, "+60"),
    (125, "+64"),
    (250, "-60"),
    (250, "-64"),
    (250, "+60"),
    (250, "+64"),
    (375, "-60"),
    (375, "-64"),
]


def test_free_plays_by_itself_on_the_grid() -> None:
    stage = free()
    stage.roll(8)
    stage.run(900)
    assert stage.ours == FREE
    assert stage.effect.counts.steps == 8
    assert stage.effect.counts.late == 0


def test_our_own_clock_gives_the_same() -> None:
    stage = free(clock=internal())
    stage.run(900)
    assert stage.ours == FREE


def test_stamps_are_on_the_tick_to_the_nanosecond() -> None:
    stage = free(clock=internal())
    stage.run(900)
    assert {time for time, *_ in stage.backend.sent} == {BEGIN + step * 125 * MS for step in (0, 1, 2, 3)}


def test_free_hears_the_player_but_waits_for_nobody() -> None:
    stage = free()
    stage.roll(8)
    stage.key(72, 0, 300)
    stage.run(900)
    assert stage.ours == FREE
    assert [ask.given.any() for ask in stage.engine.heard[:4]] == [False, True, True, False]
    assert stage.engine.heard[1].played[72 - 21].tolist() == [1, 1], "what sounded in step 0"


def test_in_free_we_leave_a_pitch_to_the_player_who_takes_it() -> None:
    stage = free()
    stage.roll(8)
    stage.key(60, 125, 300)
    stage.run(900)
    assert (125, "-60") in stage.ours
    assert stage.sounding_at(200) == [64]


def test_three_steps_a_beat_come_from_the_model() -> None:
    stage = free(steps_per_beat=3)
    stage.roll(8)
    stage.run(900)
    assert [ms for ms, _ in stage.ours] == [0, 166.5, 333.5, 333.5, 333.5, 333.5, 500, 500]


def test_three_four_makes_bars_of_twelve_steps() -> None:
    stage = free(metre="3/4")
    stage.roll(16)
    stage.run(12 * 125 + 10)
    assert {ask.steps_per_bar for ask in stage.engine.heard} == {12}
    assert stage.effect.bar_and_beat == (2, 1)
    stage.run(12 * 125 + 260)
    assert stage.effect.bar_and_beat == (2, 1)
    stage.run(16 * 125 - 60)
    assert stage.effect.step == 15
    assert stage.effect.bar_and_beat == (2, 1)


@pytest.mark.parametrize("offset", [-20, 35])
def test_an_offset_moves_the_whole_grid(offset: int) -> None:
    stage = free(offset=offset)
    stage.roll(8)
    stage.run(900)
    late_start = max(offset, 0)  # before the first tick nobody knows that the song begins
    assert stage.ours == [(max(ms + offset, late_start), note) for ms, note in FREE]


def test_an_offset_of_several_steps_back_drops_what_cannot_be_in_time_and_bursts_nothing() -> None:
    stage = free(offset=-300)
    stage.roll(16)
    stage.run(1900)
    instants = [ms for ms, note in stage.ours if note.startswith("+")]
    assert len(set(instants)) * 2 >= len(instants), "no more than one step's notes at once"
    assert stage.effect.counts.steps >= 16


def test_whoever_tells_the_metre_is_believed_from_its_tick_on() -> None:
    """A bar of four, then bars of three: asks say it to the engine half a step ahead, the status on the tick."""
    stage = free()
    stage.effect.metres.change(0, Metre(4, 4))
    stage.effect.metres.change(96, Metre(3, 4))
    stage.roll(34)
    for step, place in ((0, (1, 1)), (15, (1, 4)), (16, (2, 1)), (27, (2, 3)), (28, (3, 1))):
        stage.run(step * 125 + 10)
        assert (stage.effect.step, stage.effect.bar_and_beat) == (step, place)
    first = {ask.step: (ask.bar, ask.step_in_bar, ask.steps_per_bar) for ask in stage.engine.heard}
    assert [first[step] for step in (0, 15, 16, 27, 28)] == [
        (0, 0, 16), (0, 15, 16), (1, 0, 12), (1, 11, 12), (2, 0, 12),
    ]  # fmt: skip
    assert stage.effect.parameters.metre == Metre(3, 4)
