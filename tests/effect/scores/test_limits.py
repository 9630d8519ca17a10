"""What cannot be in time, and what comes before the song begins."""

from __future__ import annotations

import pytest
from tests.effect.scores.pieces import CHORDS, free, sixteenths
from tests.effect.stage import CLOCK, START, Stage

from descant_daemon.effect.cables.outbox import Outbox
from descant_daemon.time.auto_clock import AutoClock
from descant_routing import message
from descant_routing.errors import UsageError
from descant_routing.timed import MAIN, Timed


@pytest.mark.parametrize("steps_per_beat", [0, 5, 7, 16, 48])
def test_steps_that_do_not_divide_a_beat_of_clock_are_refused(steps_per_beat: int) -> None:
    with pytest.raises(UsageError, match=f"{steps_per_beat} steps a beat"):
        free(steps_per_beat=steps_per_beat)


def test_a_clock_faster_than_any_music_plays_nothing_and_does_not_spin() -> None:
    stage = sixteenths(offset=-300)
    stage.at(-1, START)
    stage.at(0, CLOCK)
    for microsecond in range(1200, 1300):
        stage.at(microsecond / 1000, CLOCK)
    stage.run(10)
    assert stage.effect.counts.steps < 100
    assert stage.effect.patchbay.ledger(MAIN).sounding == []


def test_a_restless_pedal_does_not_keep_our_own_clock_going() -> None:
    stage = Stage(CHORDS, clock=AutoClock(120))
    stage.key(72, 0, 500)
    for beat in range(1, 20):
        stage.at(500 * beat + 250, message.control_change(0, 64, 0))
    stage.run(9000)
    assert not stage.effect.clock.running, "two bars after the last key"


def test_our_own_clock_begins_with_the_first_key() -> None:
    stage = Stage(CHORDS, clock=AutoClock(120))
    stage.key(72, 77, 300)
    stage.run(500)
    assert stage.ours == [(77, "+60"), (77, "+64"), (327, "-60"), (327, "-64")]


def test_keys_are_heard_on_the_grid_as_it_is_played() -> None:
    stage = Stage(CHORDS, offset=50)
    stage.roll(8)
    stage.key(72, 105)  # 55 ms after step 0 as it sounds
    stage.run(170)
    assert stage.ours == [(105, "+60"), (105, "+64")]


def test_nothing_is_played_on_a_guess_of_the_tempo() -> None:
    """17 BPM: after its first clock nobody knows, after its second the next step is 750 ms away."""
    stage = sixteenths()
    stage.at(-1, START)
    for tick in range(7):
        stage.at(150 * tick, CLOCK)
    stage.run(1000)
    assert stage.ours == [(0, "+40"), (900, "-40"), (900, "+41")]


def test_a_key_taken_up_again_from_the_pedal_outlives_it() -> None:
    stage = Stage(CHORDS)
    stage.roll(12)
    stage.at(0, message.control_change(0, 64, 127))
    stage.key(72, 10, 100)
    stage.key(72, 250, 990)
    stage.at(600, message.control_change(0, 64, 0))
    stage.run(980)
    assert stage.effect.held == [72]
    assert stage.sounding_at(980) == [60, 64]


def test_a_loop_forgets_in_which_step_the_last_key_was_struck() -> None:
    stage = Stage(CHORDS)
    stage.roll(12)
    stage.key(72, 250, 520)  # struck in step 2, lifted just after step 2 of the next pass
    stage.at(498, message.song_position(2))
    stage.run(700)
    assert stage.ours[-2:] == [(625, "-60"), (625, "-64")], "a lifted key alone changes no step"


def test_what_was_decided_later_is_not_sent_earlier() -> None:
    outbox = Outbox()
    outbox.put([Timed(20, b"a"), Timed(10, b"b")])
    outbox.send(5, [b"c"])
    outbox.send(30, [b"d"])
    assert outbox.take() == [Timed(20, b"a"), Timed(20, b"b"), Timed(20, b"c"), Timed(30, b"d")]
    assert outbox.take() == []


def test_reaper_s_all_notes_off_at_play_does_not_make_it_forget_the_chord_that_is_held() -> None:
    stage = Stage(CHORDS)
    stage.key(72, -700)
    everywhere = [
        message.control_change(channel, number, 0) for channel in range(16) for number in (120, 123)
    ]
    stage.at(-3, *everywhere)
    stage.roll(4)
    stage.run(100)
    assert stage.ours == [(0, "+60"), (0, "+64")]


def test_all_notes_off_long_before_the_song_is_meant() -> None:
    stage = Stage(CHORDS)
    stage.key(72, -700)
    stage.at(-400, message.control_change(0, 123, 0))
    stage.roll(4)
    stage.run(100)
    assert stage.ours == []


def test_a_key_let_go_between_all_notes_off_and_the_song_is_not_held() -> None:
    stage = Stage(CHORDS)
    stage.key(72, -700, -2)
    stage.at(-10, message.control_change(0, 123, 0))
    stage.roll(4)
    stage.run(100)
    assert stage.ours == []


def test_the_staleness_goes_out_by_the_controller_that_asks_for_it() -> None:
    stage = sixteenths(late_cc=102)
    stage.engine.silent = {3, 4}
    stage.roll(8)
    stage.run(900)
    told = [(data[1], data[2]) for _, data, _ in stage.backend.sent if data[0] == 0xB1]
    assert told == [(102, 0), (102, 1), (102, 2), (102, 0)]
    assert stage.effect.counts.stalest == 2
    assert stage.effect.counts.staleness == 0
