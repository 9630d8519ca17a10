"""Stop, continue, song position, loops, a clock that is lost."""

from __future__ import annotations

import pytest
from tests.checklist.desk import Desk
from tests.effect.scores.pieces import CHORDS, sixteenths
from tests.effect.stage import BEGIN, CLOCK, CONTINUE, MS, START, STOP, TICK, Stage

from descant_daemon.settings.metre import FOUR_FOUR, Metre
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Ears, Instance, Program
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.metre_map import Stretch
from descant_daemon.time.sampled_clock import Sample, SampledClock
from descant_daemon.time.timeline import Timeline
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


@pytest.mark.parametrize("again", [[START], [message.song_position(16), CONTINUE]])
def test_a_key_whose_note_off_never_comes_after_stop_is_not_harmonised_where_the_song_begins_elsewhere(
    again: list[bytes],
) -> None:
    """A DAW that stops in the middle of a note and says nothing: catches a key that is held for ever."""
    stage = Stage(CHORDS)
    stage.at(-1, START)
    stage.clocks(0, 18)
    stage.key(72, 0)
    stage.at(370, STOP)
    stage.run(1000)
    assert stage.effect.held == []
    stage.at(1999, *again)
    stage.clocks(2000, 20)
    stage.key(74, 2125, 2250)
    stage.run(2400)
    assert stage.effect.held == []
    assert stage.ours == [
        (0, "+60"), (0, "+64"), (370, "-60"), (370, "-64"), (2125, "+60"), (2125, "+65"), (2250, "-60"), (2250, "-65")
    ]  # fmt: skip


@pytest.mark.parametrize("again", [START, CONTINUE])
@pytest.mark.parametrize("lifted", [1000, 2100])
def test_a_player_who_holds_a_key_through_stop_has_its_note_off_passed_once(
    lifted: float, again: bytes
) -> None:
    """When he lets go, and not before: catches a stop, or a start, that cuts what a hand holds."""
    stage = Stage(CHORDS)
    stage.at(-1, START)
    stage.clocks(0, 18)
    stage.key(72, 0, lifted)
    stage.at(370, STOP)
    stage.at(1999, again)
    stage.clocks(2000, 20)
    stage.run(2400)
    assert [note for note in stage.wire if note[1].startswith("1:")] == [(0, "1:+72"), (lifted, "1:-72")]
    assert stage.effect.held == []


def test_a_key_is_held_over_a_stop_that_turns_a_loop() -> None:
    stage = Stage(CHORDS)
    stage.at(-1, START)
    stage.clocks(0, 18)
    stage.key(72, 0, 700)
    stage.at(370, STOP)
    stage.at(374, message.song_position(0), CONTINUE)
    stage.clocks(375, 40)
    stage.run(1000)
    assert stage.ours[2:] == [
        (370, "-60"),
        (370, "-64"),
        (375, "+60"),
        (375, "+64"),
        (750, "-60"),
        (750, "-64"),
    ]
    assert [note for note in stage.wire if note[1].startswith("1:")] == [(0, "1:+72"), (700, "1:-72")]


def test_a_latched_chord_outlasts_a_stop() -> None:
    stage = Stage(CHORDS, latch=True)
    stage.at(-1, START)
    stage.clocks(0, 18)
    stage.key(72, 0, 100)
    stage.at(370, STOP)
    stage.at(1999, CONTINUE)
    stage.clocks(2000, 20)
    stage.run(2400)
    assert stage.ours[-2:] == [(2000, "+60"), (2000, "+64")]


def test_a_key_of_a_keyboard_beside_the_daw_outlasts_its_stop() -> None:
    """Catches a stop that ends what comes by another cable, where a player sits."""
    player = Instance((Program(Parameters()),), hears=Ears("keys"))
    desk = Desk(CHORDS, inputs=("daw", "keys"), tracks=[player])
    desk.come("daw", -1, START)
    desk.come("keys", 0, message.note_on(0, 72, 100))
    for tick in range(18):
        desk.come("daw", tick * 1000 / 48, CLOCK)
    desk.come("daw", 370, STOP)
    desk.run(1000)
    assert desk.effect.held == [72]


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


class Rolling:
    """A source that keeps bars: 120 BPM from 0 ms on, two bars of 4/4 and then 3/4."""

    def sample(self, now: int) -> Sample:
        line = Timeline(0, float(BEGIN), TICK)
        late = now >= BEGIN + 4000 * MS
        bar = Stretch(192, 2, Metre(3, 4)) if late else Stretch(0, 0, FOUR_FOUR)
        return Sample(now >= BEGIN, line, bar)


def test_bars_are_those_of_whoever_keeps_the_clock() -> None:
    """Catches bars of 4/4, of the preset's metre, where the timebase master is in 3/4."""
    stage = Stage(CHORDS, clock=SampledClock(Rolling()), metre="6/8")
    stage.clocks(-100, 24 * 20)  # nobody heeds them, but time passes
    places = []
    for ms in range(0, 9000, 500):
        stage.run(ms + 100)
        places.append("{}.{}".format(*stage.effect.bar_and_beat))
    assert places == [
        *(f"{bar}.{beat}" for bar in (1, 2) for beat in (1, 2, 3, 4)),
        *(f"{bar}.{beat}" for bar in (3, 4, 5) for beat in (1, 2, 3)),
        "6.1",
    ]
    assert stage.effect.parameters.metre == Metre(3, 4)


def test_a_metre_of_which_a_bar_is_no_whole_number_of_steps_is_passed_over() -> None:
    """Catches an error in the middle of a concert."""
    stage = Stage(CHORDS, clock=SampledClock(Rolling()), steps_per_beat=1)
    stage.effect.metres.change(0, FOUR_FOUR)
    assert not stage.effect.parts[0].can_play_in(Metre(7, 8))
    assert stage.effect.parts[0].can_play_in(Metre(6, 8))
    assert stage.effect.parts[0].can_play_in(Metre(3, 4))
