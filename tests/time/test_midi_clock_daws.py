"""What DAWs and devices do to those who follow their clock, and what has to come of it.

One test for each habit that is known. 125 BPM where nothing else is said: a tick is 20 ms. Times in ms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from descant_daemon.time.clock import Kind
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.time.timeline import ns_per_tick

MS = 1_000_000
TICK = 20
CLOCK, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"
Jittered = Callable[..., list[int]]


def song_position(tick: int) -> bytes:
    return bytes([0xF2, tick // 6 & 127, tick // 6 >> 7])


def tell(ear: Any, *stream: tuple[float, bytes]) -> list[str]:
    """The listener hears (ms, message) after (ms, message); what happened, in words."""
    before = len(ear.happened)
    for ms, data in stream:
        ear.feed(data, round(ms * MS))
    return [f"{happening.kind.value} {happening.tick}" for happening in ear.happened[before:]]


def clocks(begin: float, number: int, tick: float = TICK) -> list[tuple[float, bytes]]:
    return [(begin + index * tick, CLOCK) for index in range(number)]


def position(ear: Any) -> int:
    assert ear.clock.running
    return int(ear.clock.timeline.tick)


@pytest.fixture
def ear(listener: Any) -> Any:
    return listener(MidiClock())


# -- Start -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 19, 500])
def test_start_arms_and_the_next_clock_is_beat_0(ear: Any, after: float) -> None:
    assert tell(ear, (1000, START)) == []
    assert ear.clock.armed == 0, "what is played on beat 1 is prepared from here on"
    assert ear.fired == [], "nothing is played on Start itself"
    assert tell(ear, (1000 + after, CLOCK)) == ["started 0"]
    assert ear.clock.armed is None
    assert tell(ear, *clocks(1000 + after + TICK, 24)) == []
    assert position(ear) == 24
    assert [step for _, step in ear.fired] == [0, 1, 2, 3]


@pytest.mark.parametrize("before", [0, 0.3, 1, 5])
def test_a_clock_before_or_with_start_is_no_beat(ear: Any, before: float) -> None:
    """Renoise, Cubase and most hardware send clocks all the time: the tempo is known, the phase begins anew."""
    now = 1000 + 60 * TICK
    tell(ear, *clocks(1000, 61), (now + before, START))
    assert tell(ear, (now + TICK, CLOCK)) == ["started 0"]
    assert ear.clock.timeline.time_of(24) == pytest.approx((now + 25 * TICK) * MS, abs=0.1 * MS)
    assert ear.clock.bpm == 125


@pytest.mark.parametrize("shift", [3, 10, 17])
def test_clocks_all_the_time_but_start_off_their_grid(ear: Any, shift: float) -> None:
    now = 1000 + 60 * TICK + shift
    tell(ear, *clocks(1000, 61), (now, START))
    assert tell(ear, (now, CLOCK)) == ["started 0"]
    tell(ear, *clocks(now + TICK, 5))
    assert position(ear) == 5
    assert ear.clock.timeline.time_of(12) == pytest.approx((now + 12 * TICK) * MS, abs=0.5 * MS)


def test_start_while_running_begins_again(ear: Any) -> None:
    """Ardour ignores it; whoever presses play on a drum machine means it."""
    assert tell(ear, (1000, START), *clocks(1001, 100)) == ["started 0"]
    assert tell(ear, (2990, START)) == ["stopped 100"]
    assert ear.clock.armed == 0
    assert tell(ear, *clocks(3001, 3)) == ["started 0"]
    assert position(ear) == 2


# -- clocks that stay away -----------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [1, 3, 4, 5, 7])
def test_a_gap_in_the_clock_is_free_wheeled_and_counted(ear: Any, missing: int) -> None:
    back = 1001 + (48 + missing) * TICK
    tell(ear, (1000, START), *clocks(1001, 48))
    ear.advance((back - 1) * MS)
    assert ear.step == (47 + missing) // 6, "steps are played through the gap"
    assert tell(ear, *clocks(back, 30)) == []
    assert position(ear) == 48 + missing + 29


@pytest.mark.parametrize(("tick", "patience"), [(8, 250), (20, 250), (30, 250), (50, 400), (100, 800)])
def test_a_clock_is_lost_after_a_quarter_of_a_second_or_eight_ticks(
    ear: Any, tick: float, patience: float
) -> None:
    last = 1001 + 47 * tick
    tell(ear, (1000, START), *clocks(1001, 48, tick))
    ear.advance(round((last + patience - 1) * MS))
    assert ear.clock.running
    ear.advance(round((last + patience + 1) * MS))
    assert not ear.clock.running
    assert ear.happened[-1].kind is Kind.LOST
    assert ear.happened[-1].tick == 48


@pytest.mark.parametrize("away", [300, 1000, 1900])
def test_a_lost_clock_that_is_soon_back_has_the_tempo_that_it_had(ear: Any, away: float) -> None:
    last = 1001 + 47 * TICK
    tell(ear, (1000, START), *clocks(1001, 48))
    tick = 47 + round(away / TICK)
    assert tell(ear, (last + away, CLOCK)) == ["lost 48", f"continued {tick}"]
    assert ear.clock.timeline.time_of(tick + 6) == pytest.approx((last + away + 6 * TICK) * MS, abs=0.1 * MS)


@pytest.mark.parametrize("pause", [250, 1000, 4000])
def test_clocks_only_while_playing_leave_gaps(ear: Any, pause: float) -> None:
    """A gap after Stop is no loss."""
    stop = 1001 + 48 * TICK
    tell(ear, (1000, START), *clocks(1001, 48))
    assert tell(ear, (stop - 5, STOP)) == ["stopped 48"]
    ear.advance(round((stop + pause) * MS))
    assert tell(ear, (stop + pause, CONTINUE), *clocks(stop + pause + 1, 7)) == ["continued 48"]
    assert position(ear) == 54


@pytest.mark.parametrize(
    ("old", "between", "new"), [(1000, 1905, 952), (968, 1714, 857), (1250, 2223, 1111), (857, 1600, 800)]
)
def test_jack_midi_clock_leaves_out_a_clock_when_its_tempo_rises(
    ear: Any, old: int, between: int, new: int
) -> None:
    """Frames between clocks at 48 kHz, as an hour of it was recorded; JACK's transport loses no tick there."""
    frame = 1000 / 48_000  # ms
    rise = 1001 + 47 * old * frame + between * frame
    tell(ear, (1000, START), *clocks(1001, 48, old * frame))
    assert tell(ear, *clocks(rise, 48, new * frame)) == []
    assert position(ear) == 47 + 2 + 47
    assert ear.clock.bpm == pytest.approx(60_000 / 24 / (new * frame), abs=0.1)


# -- song position -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tick", [6, 96, 6 * 127, 6 * 128, 6 * 16383])
def test_from_the_middle_a_song_position_comes_before_continue(ear: Any, tick: int) -> None:
    """Logic, Live, Ardour: Start is sent at 1.1.1.1 alone. 14 bits of sixteenths."""
    tell(ear, (1000, song_position(tick)))
    assert tell(ear, (1001, CONTINUE)) == []
    assert ear.clock.armed == tick
    assert tell(ear, *clocks(1002, 13)) == [f"continued {tick}"]
    assert position(ear) == tick + 12
    assert [step for _, step in ear.fired][:2] == [tick // 6, tick // 6 + 1]


@pytest.mark.parametrize("early", [19, 10, 1, 0])
def test_live_sends_the_position_again_when_the_loop_turns_over(ear: Any, early: float) -> None:
    """While running: it counts from the next clock, and the tempo is that of before."""
    turn = 1001 + 96 * TICK
    tell(ear, (1000, START), *clocks(1001, 96))
    for _ in range(3):
        assert tell(ear, (turn - early, song_position(0)), (turn, CLOCK)) == ["relocated 0"]
        assert ear.clock.timeline.time_of(24) == pytest.approx((turn + 24 * TICK) * MS, abs=0.1 * MS)
        assert tell(ear, *clocks(turn + TICK, 95)) == []
        assert position(ear) == 95
        turn += 96 * TICK
    assert [step for _, step in ear.fired] == [*range(16)] * 4, "every pass has the same steps, each once"


def test_a_position_is_believed_over_what_has_been_counted(ear: Any) -> None:
    """128 BPM by the block: the ticks that were not counted before the position are no longer owed after it."""
    true, block = 1100 + np.arange(400) * 2500 / 128, 1024 / 48
    heard = [float(ms) for ms in true // block * block]
    tell(ear, (1000, START), *((ms, CLOCK) for ms in heard[:15]), (heard[14] + 1, song_position(0)))
    assert tell(ear, *((ms, CLOCK) for ms in heard[15:]))[0] == "relocated 0"
    assert position(ear) == 400 - 15 - 1


def test_a_position_that_says_what_is_known_moves_nothing(ear: Any) -> None:
    tell(ear, (1000, START), *clocks(1001, 96))
    assert tell(ear, (1001 + 96 * TICK - 1, song_position(96)), *clocks(1001 + 96 * TICK, 8)) == []
    assert position(ear) == 103


def test_a_loop_without_a_word_counts_on(ear: Any) -> None:
    """Many DAWs: nobody can know, but nothing may go wrong either."""
    tell(ear, (1000, START))
    assert tell(ear, *clocks(1001, 4 * 96)) == ["started 0"]
    assert position(ear) == 383


def test_a_dragged_playhead_floods_song_positions(ear: Any) -> None:
    """Ardour, Reaper: while stopped they are but the last of them, and nothing happens before Continue."""
    drag = [(1000 + index / 10, song_position(6 * (index * 37 % 400))) for index in range(2000)]
    assert tell(ear, *drag, (1300, song_position(600))) == []
    assert tell(ear, (1301, CONTINUE), (1302, CLOCK)) == ["continued 600"]


def test_a_playhead_dragged_while_running_jumps_once_a_clock(ear: Any) -> None:
    tell(ear, (1000, START), *clocks(1001, 48))
    now = 1001 + 48 * TICK
    drag = [(now - 19 + index / 100, song_position(6 * (index * 37 % 400))) for index in range(1800)]
    assert tell(ear, *drag, (now - 0.5, song_position(600)), (now, CLOCK)) == ["relocated 600"]


# -- Stop ----------------------------------------------------------------------------------------------


def reaper_plays(now: float) -> list[tuple[float, bytes]]:
    """All sound off and all notes off on every channel, in one burst."""
    return [(now, bytes([0xB0 | channel, cc, 0])) for channel in range(16) for cc in (120, 123)]


def test_reaper_rewinds_after_a_pause_and_sends_all_notes_off_at_play(ear: Any) -> None:
    """All notes off is no Stop, and a position that comes while stopped is where Continue goes on."""
    assert tell(ear, *reaper_plays(999), (1000, START), *clocks(1001, 48)) == ["started 0"]
    assert tell(ear, *reaper_plays(1950)) == [], "nor while it plays"
    assert tell(ear, (1955, STOP), (2500, song_position(0)), (7000, song_position(192))) == ["stopped 48"]
    assert tell(ear, *reaper_plays(8000), (8000, CONTINUE), *clocks(8001, 4)) == ["continued 192"]
    assert position(ear) == 195


@pytest.mark.parametrize("pause", [0, 1, 10, 19])
@pytest.mark.parametrize("back_to", [0, None])
def test_stop_and_continue_at_once_is_a_loop(ear: Any, pause: float, back_to: int | None) -> None:
    """Hosts that stop and play at every turn of the loop: our notes end there, the grid does not."""
    turn, here = 1001 + 96 * TICK, 96
    tell(ear, (1000, START), *clocks(1001, 96))
    for _ in range(3):
        where = here if back_to is None else back_to
        located = [] if back_to is None else [(turn - 19, song_position(back_to))]
        news = tell(ear, (turn - 19, STOP), *located, (turn - 19 + pause, CONTINUE), (turn, CLOCK))
        assert news == [f"stopped {here}", f"continued {where}"]
        assert ear.clock.timeline.time_of(where + 24) == pytest.approx((turn + 24 * TICK) * MS, abs=0.1 * MS)
        assert tell(ear, *clocks(turn + TICK, 95)) == []
        here, turn = where + 96, turn + 96 * TICK
        assert position(ear) == here - 1
    assert len(ear.fired) == 64, "no step is missed or played twice"


def test_a_loop_whose_clock_is_a_tick_late_keeps_tempo_and_position(ear: Any) -> None:
    """Within 50 ms, and a clock has been swallowed by the turn."""
    turn = 1001 + 96 * TICK
    tell(ear, (1000, START), *clocks(1001, 96), (turn - 1, STOP), (turn - 1, song_position(0)))
    assert tell(ear, (turn + 40, CONTINUE), (turn + 41, CLOCK)) == ["continued 0"]
    assert ear.clock.timeline.time_of(24) == pytest.approx((turn + 41 + 24 * TICK) * MS, abs=0.5 * MS)


# -- time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [68, -40])
def test_a_master_that_is_late_all_the_time_is_late_by_just_that(ear: Any, late: float) -> None:
    """Live's clock sync delay, SuperCollider's 68 ms: followed exactly, so that an offset can undo it."""
    tell(ear, (1000, START), *clocks(1100 + late, 200))
    assert ear.clock.timeline.time_of(240) == pytest.approx((1100 + late + 240 * TICK) * MS, abs=1000)


def test_a_master_that_drifts_for_minutes_is_counted(ear: Any, jittered: Jittered) -> None:
    """Ardour and a drum machine that came apart after minutes: a position is counted, no tempo adds up."""
    bpm = 120 + 0.5 * np.sin(np.arange(10 * 60 * 48) / 2000)
    true = 1e9 + np.cumsum([ns_per_tick(each) for each in bpm])
    tell(ear, (1000, START))
    for time in jittered(true.tolist(), 0.3, 7):
        ear.feed(CLOCK, time)
    assert position(ear) == len(true) - 1
    assert abs(ear.clock.timeline.time - true[-1]) < 0.5 * MS
    assert [step for _, step in ear.fired] == [*range(len(true) // 6)]


def test_a_count_in_is_what_the_master_makes_of_it(ear: Any) -> None:
    """Clocks before Start, as many as there may be, are not of the song."""
    tell(ear, *clocks(1000, 96), (1000 + 95.5 * TICK, START))
    assert tell(ear, *clocks(1000 + 96 * TICK, 2)) == ["started 0"]
    assert position(ear) == 1


@pytest.mark.parametrize(("off", "tick"), [(-450, 191), (440, 191 + 22)])
def test_bluetooth_stamps_that_jump_back_lose_no_tick_and_ahead_time_has_passed(
    ear: Any, off: float, tick: int
) -> None:
    """The port mends stamps that are far from their arrival; what it lets through must not stop the song."""
    tell(ear, (1000, START), *clocks(1001, 96))
    tell(ear, *clocks(1001 + 96 * TICK + off, 96))
    assert position(ear) == tick
    assert ear.clock.bpm == 125


def elektron() -> list[float]:
    """A Machinedrum over USB, 1001 intervals as somebody counted them: 797 of 21 ms, 191 of 22, 13 of 20."""
    intervals = np.repeat([21.0, 22.0, 20.0], [797, 191, 13])
    np.random.default_rng(1).shuffle(intervals)
    return [1001 + float(ms) for ms in np.cumsum(intervals)]


def test_usb_that_counts_in_milliseconds_is_smoothed(ear: Any) -> None:
    heard = elektron()
    tell(ear, (1000, START), *((ms, CLOCK) for ms in heard))
    assert position(ear) == 1000
    assert ear.clock.bpm == pytest.approx(60_000 / 24 / float(np.mean(np.diff(heard))), abs=0.3)
