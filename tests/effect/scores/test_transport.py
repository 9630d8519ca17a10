"""Stop, continue, song position, loops, a clock that is lost."""

from __future__ import annotations

from tests.effect.scores.pieces import CHORDS, sixteenths
from tests.effect.stage import BEGIN, CONTINUE, MS, START, STOP, Stage

from descant_daemon.time.internal_clock import InternalClock
from descant_routing import message


def test_stop_ends_ours_at_once_and_leaves_the_players() -> None:
    stage = Stage(CHORDS)
    stage.at(-1, START)
    stage.clocks(0, 60)
    stage.key(72, 250, 1000)
    stage.at(400, STOP)
    stage.run(1400)
    assert stage.ours == [(250, "+60"), (250, "+64"), (400, "-60"), (400, "-64")]
    assert stage.wire[-1] == (1000, "1:-72")


def test_continue_goes_on_where_stop_stopped() -> None:
    stage = sixteenths()
    stage.at(-1, START)
    stage.clocks(0, 13)  # ticks 0 to 12: two steps and a tick
    stage.at(260, STOP)
    stage.at(1999, CONTINUE)
    stage.clocks(2000, 20)  # ticks 13 to 32
    stage.run(2400)
    assert stage.ours[:6] == [
        (0, "+40"),
        (125, "-40"),
        (125, "+41"),
        (250, "-41"),
        (250, "+42"),
        (260, "-42"),
    ]
    assert [note for ms, note in stage.ours if ms > 1999 and note[0] == "+"] == ["+43", "+44", "+45"]
    assert stage.ours[6] == (2104, "+43")


def test_a_held_key_is_harmonised_after_stop_and_continue() -> None:
    stage = Stage(CHORDS)
    stage.at(-1, START)
    stage.clocks(0, 18)
    stage.key(72, 0)
    stage.at(370, STOP)
    stage.at(1999, CONTINUE)
    stage.clocks(2000, 20)
    stage.run(2100)
    assert stage.ours == [(0, "+60"), (0, "+64"), (370, "-60"), (370, "-64"), (2000, "+60"), (2000, "+64")]


def test_a_key_lifted_while_stopped_is_gone() -> None:
    stage = Stage(CHORDS)
    stage.roll(2)
    stage.key(72, 0, 300)
    stage.at(240, STOP)
    stage.at(999, CONTINUE)
    stage.clocks(1000, 20)
    stage.run(1300)
    assert len(stage.ours) == 4


def test_song_position_then_continue() -> None:
    stage = sixteenths()
    stage.at(-2, message.song_position(8), CONTINUE)
    stage.clocks(0, 12)
    stage.run(240)
    assert stage.ours[:2] == [(0, "+48"), (125, "-48")]
    jumps = [(ask.step, ask.jump) for ask in stage.engine.heard]
    assert jumps == [(0, True), (8, True), (9, False), (10, False)], "first what was likely, then what came"


def test_a_loop_wraps_while_running() -> None:
    stage = sixteenths()
    stage.roll(12)
    stage.at(4 * 125 - 2, message.song_position(2))  # steps 0 to 3, then 2, 3, ...
    stage.run(8 * 125 - 10)
    assert [note for _, note in stage.ours if note[0] == "+"] == [
        f"+{40 + n}" for n in (0, 1, 2, 3, 2, 3, 4, 5)
    ]
    assert [ms for ms, note in stage.ours if note[0] == "+"] == [125 * n for n in range(8)]


def test_start_while_running_begins_again() -> None:
    stage = sixteenths()
    stage.roll(8)
    stage.at(374, START)
    stage.run(600)
    assert stage.ours == [
        (0, "+40"),
        (125, "-40"),
        (125, "+41"),
        (250, "-41"),
        (250, "+42"),
        (374, "-42"),
        (375, "+40"),
        (500, "-40"),
        (500, "+41"),
    ]


def test_a_lost_clock_closes_our_notes_and_takes_them_up_when_it_is_back() -> None:
    stage = Stage(CHORDS)
    stage.at(-1, START)
    stage.clocks(0, 12)
    stage.key(72, 0)
    stage.clocks(3000, 24)
    stage.run(2900)
    assert stage.sounding_at(2900) == []
    assert stage.ours[-1][0] < 229.5 + 300, "250 ms after its last tick"
    stage.run(3400)
    assert stage.sounding_at(3400) == [60, 64]


def test_tempo_of_our_own_clock_may_change_on_the_way() -> None:
    clock = InternalClock(120)
    clock.start(BEGIN)
    stage = sixteenths(clock=clock)
    stage.run(200)
    clock.set_tempo(60, BEGIN + 200 * MS)
    stage.run(760)
    assert [ms for ms, note in stage.ours if note[0] == "+"] == [0, 125, 300, 550]


def test_our_own_clock_stopped_from_outside() -> None:
    clock = InternalClock(120)
    clock.start(BEGIN)
    stage = sixteenths(clock=clock)
    stage.run(200)
    clock.stop(BEGIN + 200 * MS)
    stage.run(900)
    assert stage.ours[-1] == (200, "-41")
