"""The internal clock, and the one that chooses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.clock import Happening, Kind, State
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.time.rest import IDLE_TICKS

MS = 1_000_000
CLOCK, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"
NOW = 5_000_000_000  # 125 BPM: 20 ms a tick


def running(bpm: float = 125) -> InternalClock:
    clock = InternalClock(bpm)
    clock.start(NOW)
    assert list(clock.advance(NOW)) == [Happening(Kind.STARTED, NOW, 0)]
    return clock


def tick(clock: InternalClock | AutoClock, now: int) -> float:
    assert clock.timeline is not None
    return clock.timeline.tick_at(now)


def test_it_stands_until_it_is_started() -> None:
    clock = InternalClock(125)
    assert not clock.running
    assert clock.timeline is None
    assert clock.next_deadline() is None
    assert clock.bpm == 125


def test_it_runs_for_ever_at_its_tempo() -> None:
    clock = running()
    assert clock.trusted_until is None
    assert clock.timeline is not None
    assert clock.timeline.time_of(24 * 60 * 125 * 8) == NOW + 8 * 3600 * 1000 * MS


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**10), st.floats(10, 999)), max_size=20))
def test_a_new_tempo_keeps_the_position(changes: list[tuple[int, float]]) -> None:
    clock, now = running(), NOW
    for later, bpm in changes:
        now += later
        before = tick(clock, now)
        clock.set_tempo(bpm, now)
        assert tick(clock, now) == pytest.approx(before, abs=1e-5)
        assert clock.timeline is not None
        assert clock.timeline.bpm == pytest.approx(bpm)
        assert clock.bpm == bpm
        assert not clock.advance(now)


def test_a_new_tempo_while_stopped_serves_the_next_start() -> None:
    clock = InternalClock(125)
    clock.set_tempo(250, NOW)
    assert not clock.running
    clock.start(NOW)
    assert tick(clock, NOW + 100 * MS) == pytest.approx(10)


def test_news_wait_to_be_asked_for() -> None:
    clock = InternalClock(125)
    clock.start(NOW)
    assert clock.next_deadline() == NOW
    assert len(clock.advance(NOW)) == 1
    assert clock.next_deadline() is None


def test_a_daw_may_start_stop_and_continue_it() -> None:
    clock = InternalClock(125)
    assert list(clock.feed(CLOCK, NOW)) == []
    assert not clock.running
    assert list(clock.feed(START, NOW)) == [Happening(Kind.STARTED, NOW, 0)]
    assert list(clock.feed(CONTINUE, NOW + MS)) == []
    assert list(clock.feed(STOP, NOW + 110 * MS)) == [Happening(Kind.STOPPED, NOW + 110 * MS, 6)]
    assert list(clock.feed(STOP, NOW + 120 * MS)) == []
    assert list(clock.feed(CONTINUE, NOW + 500 * MS)) == [Happening(Kind.CONTINUED, NOW + 500 * MS, 6)]
    assert tick(clock, NOW + 500 * MS) == 6


def test_a_stop_stamped_before_its_start_stays_at_the_start() -> None:
    clock = running()
    assert list(clock.feed(STOP, NOW - 500 * MS)) == [Happening(Kind.STOPPED, NOW - 500 * MS, 0)]


def test_a_daw_may_locate_it() -> None:
    clock = InternalClock(125)
    assert list(clock.feed(b"\xf2\x04\x00", NOW)) == []
    assert list(clock.feed(CONTINUE, NOW)) == [Happening(Kind.CONTINUED, NOW, 24)]
    later = NOW + MS
    assert list(clock.feed(b"\xf2\x00\x01", later)) == [Happening(Kind.RELOCATED, later, 768)]
    assert tick(clock, later) == 768


# -- choosing ----------------------------------------------------------------------------------------


def test_the_first_key_is_the_first_beat() -> None:
    clock = AutoClock(125)
    assert not clock.running
    assert clock.bpm == 125
    assert list(clock.key_pressed(NOW)) == [Happening(Kind.STARTED, NOW, 0)]
    assert clock.running
    assert list(clock.key_pressed(NOW + 110 * MS)) == []
    assert tick(clock, NOW + 120 * MS) == pytest.approx(6)


def test_it_stops_two_bars_after_the_last_key() -> None:
    clock = AutoClock(125)
    clock.key_pressed(NOW)
    clock.keys_idle(NOW + 1000 * MS)
    stop = NOW + 1000 * MS + IDLE_TICKS * 20 * MS
    assert clock.next_deadline() == stop
    assert list(clock.advance(stop - 1)) == []
    assert [happening.kind for happening in clock.advance(stop + 5)] == [Kind.STOPPED]
    assert not clock.running
    assert clock.next_deadline() is None
    assert list(clock.key_pressed(2 * stop)) == [Happening(Kind.STARTED, 2 * stop, 0)]
    assert clock.next_deadline() is None


def test_a_key_in_time_keeps_it_going() -> None:
    clock = AutoClock(125)
    clock.key_pressed(NOW)
    clock.keys_idle(NOW + 1000 * MS)
    assert list(clock.key_pressed(NOW + 2000 * MS)) == []
    assert clock.next_deadline() is None
    assert list(clock.advance(NOW + 100_000 * MS)) == []
    assert clock.running


def test_a_key_after_idleness_that_nobody_noticed_begins_anew() -> None:
    clock = AutoClock(125)
    clock.key_pressed(NOW)
    clock.keys_idle(NOW + 1000 * MS)
    late = NOW + 100_000 * MS
    assert [happening.kind for happening in clock.key_pressed(late)] == [Kind.STOPPED, Kind.STARTED]
    assert tick(clock, late) == 0


def test_a_master_that_starts_takes_over_and_keeps_the_lead() -> None:
    clock = AutoClock(200)
    clock.key_pressed(NOW)
    assert list(clock.feed(START, NOW + 100 * MS)) == []
    assert clock.running
    first = NOW + 101 * MS
    news = clock.feed(CLOCK, first)
    assert [(happening.kind, happening.time) for happening in news] == [
        (Kind.STOPPED, first),
        (Kind.STARTED, first),
    ]
    clock.feed(CLOCK, first + 20 * MS)
    assert clock.bpm == 125
    assert tick(clock, first + 20 * MS) == pytest.approx(1)
    assert clock.trusted_until == first + 20 * MS + 250 * MS
    assert clock.guard > 0
    assert [happening.kind for happening in clock.feed(STOP, first + 30 * MS)] == [Kind.STOPPED]
    assert list(clock.key_pressed(first + 40 * MS)) == []
    assert not clock.running


def test_a_master_may_get_lost() -> None:
    clock = AutoClock(125)
    clock.feed(START, NOW)
    clock.feed(CLOCK, NOW)
    deadline = clock.next_deadline()
    assert deadline is not None
    assert [happening.kind for happening in clock.advance(deadline)] == [Kind.LOST]
    key = deadline + 5_000 * MS
    assert [(news.kind, news.time) for news in clock.key_pressed(key)] == [(Kind.STARTED, key)], "we play on"
    back = [happening.kind for happening in clock.feed(CLOCK, key + 1_000 * MS)]
    assert back == [Kind.STOPPED, Kind.CONTINUED], "the master is back, and leads"


def clocks(clock: AutoClock | MidiClock, begin: int, number: int, per_tick: int = 20 * MS) -> list[Happening]:
    return [each for index in range(number) for each in clock.feed(CLOCK, begin + index * per_tick)]


@pytest.mark.parametrize("make", [lambda: AutoClock(90), MidiClock])
@pytest.mark.parametrize(("off", "nearest"), [(0, 47), (9, 47), (11, 48)])
def test_where_clocks_come_and_no_start_the_first_key_is_the_first_beat_on_the_nearest_clock(
    make: Callable[[], AutoClock | MidiClock], off: int, nearest: int
) -> None:
    """Catches a late-comer to a DAW that plays, at another tempo than the DAW's, or off its grid."""
    clock = make()
    assert clocks(clock, NOW, 48) == []
    assert clock.bpm == 125
    assert clock.state is State.NO_START
    key = NOW + 47 * 20 * MS + off * MS
    assert list(clock.key_pressed(key)) == [Happening(Kind.STARTED, key, 0)]
    assert clock.running
    assert clock.timeline is not None
    assert clock.timeline.time_of(0) == pytest.approx(NOW + nearest * 20 * MS, abs=1000)
    assert clocks(clock, NOW + 48 * 20 * MS, 100) == []
    assert clock.timeline is not None
    assert clock.timeline.time_of(200) == pytest.approx(NOW + (200 + nearest) * 20 * MS, abs=1000)
    assert clock.state is State.NO_START


@pytest.mark.parametrize("make", [lambda: AutoClock(90), MidiClock])
def test_start_continue_and_song_position_say_where_the_song_is_after_all(
    make: Callable[[], AutoClock | MidiClock],
) -> None:
    clock = make()
    clocks(clock, NOW, 48)
    clock.key_pressed(NOW + 47 * 20 * MS)
    clock.feed(b"\xf2\x08\x00", NOW + 950 * MS)
    assert clocks(clock, NOW + 960 * MS, 2) == [Happening(Kind.RELOCATED, NOW + 960 * MS, 48)]
    assert [each.kind for each in clock.feed(START, NOW + 990 * MS)] == [Kind.STOPPED]
    assert clocks(clock, NOW + 1000 * MS, 3) == [Happening(Kind.STARTED, NOW + 1000 * MS, 0)]
    assert clock.state is State.RUNNING


def test_a_song_position_before_the_first_key_is_believed() -> None:
    """Live says it at each turn of its loop, while it plays."""
    clock = MidiClock()
    clocks(clock, NOW, 48)
    clock.feed(b"\xf2\x08\x00", NOW + 950 * MS)
    clocks(clock, NOW + 960 * MS, 11)
    key = NOW + 1160 * MS
    assert list(clock.key_pressed(key)) == [Happening(Kind.CONTINUED, key, 58)]


@pytest.mark.parametrize("make", [lambda: AutoClock(90), MidiClock])
def test_clocks_that_go_on_after_stop_begin_nothing(make: Callable[[], AutoClock | MidiClock]) -> None:
    """Live, and most hardware: catches a song that begins while the DAW stands."""
    clock = make()
    clocks(clock, NOW, 48)
    clock.feed(STOP, NOW + 950 * MS)
    clocks(clock, NOW + 960 * MS, 48)
    assert list(clock.key_pressed(NOW + 1900 * MS)) == []
    assert clocks(clock, NOW + 1920 * MS, 48) == []
    assert not clock.running
    assert clock.state is State.STOPPED


@pytest.mark.parametrize("make", [lambda: AutoClock(90), MidiClock])
def test_a_song_that_a_key_began_ends_in_a_rest_and_the_next_key_begins_anew(
    make: Callable[[], AutoClock | MidiClock],
) -> None:
    clock = make()
    clocks(clock, NOW, 48)
    begun = NOW + 47 * 20 * MS
    clock.key_pressed(begun)
    clock.keys_idle(begun + 100 * MS)
    told = clocks(clock, begun + 20 * MS, 2 * IDLE_TICKS)
    assert [(each.kind, each.tick) for each in told] == [(Kind.STOPPED, IDLE_TICKS + 5)]
    key = begun + 2 * IDLE_TICKS * 20 * MS
    assert list(clock.key_pressed(key)) == [Happening(Kind.STARTED, key, 0)]


def test_a_key_before_the_clocks_are_known_begins_the_song_where_it_was() -> None:
    clock = MidiClock()
    clocks(clock, NOW, 3)
    assert list(clock.key_pressed(NOW + 41 * MS)) == []
    told = clocks(clock, NOW + 60 * MS, 6)
    assert told == [Happening(Kind.CONTINUED, NOW + 120 * MS, 4)]


def test_our_own_clock_goes_over_to_clocks_that_begin_without_a_start() -> None:
    """Catches a player and a drum machine side by side at two tempi."""
    clock = AutoClock(100)
    clock.key_pressed(NOW)
    told = clocks(clock, NOW + 2401 * MS, 48)
    assert [each.kind for each in told] == [Kind.STOPPED, Kind.CONTINUED]
    assert told[1].tick == round((2401 + 6 * 20) / 25)
    assert clock.bpm == 125


def test_a_few_stray_clocks_are_no_master() -> None:
    clock = AutoClock(100)
    clock.key_pressed(NOW)
    assert clocks(clock, NOW + 500 * MS, 5) == []
    assert clock.bpm == 100
    assert clock.state is State.OWN


# -- a master that is lost while somebody plays ---------------------------------------------------------


def led(held: bool = True) -> AutoClock:
    """125 BPM from a master, at tick 95; a key is down, or went up a while ago."""
    clock = AutoClock(100)
    clock.feed(START, NOW)
    clocks(clock, NOW, 60)
    clock.key_pressed(NOW + 1195 * MS)
    if not held:
        clock.keys_idle(NOW + 1250 * MS)
    clocks(clock, NOW + 1200 * MS, 36)
    return clock


@pytest.mark.parametrize("held", [True, False])
def test_the_song_of_a_lost_master_goes_on_while_somebody_plays(held: bool) -> None:
    """Catches a pulled cable that throws a player back to bar 1 at 100 BPM."""
    clock = led(held)
    last = NOW + 95 * 20 * MS
    for ms in range(0, 3000, 10):
        assert list(clock.advance(last + ms * MS)) == []
    assert clock.running
    assert clock.bpm == 125
    assert tick(clock, last + 3000 * MS) == pytest.approx(95 + 150, abs=0.01)
    assert clock.state is State.LOST
    assert clock.leads


def test_it_ends_in_a_rest() -> None:
    clock = led(held=False)
    told = [each for ms in range(0, 6000, 10) for each in clock.advance(NOW + (1900 + ms) * MS)]
    assert [(each.kind, each.time) for each in told] == [
        (Kind.STOPPED, NOW + 1250 * MS + IDLE_TICKS * 20 * MS)
    ]


def test_a_lost_master_s_tempo_stays() -> None:
    clock = AutoClock(100)
    clock.feed(START, NOW)
    clocks(clock, NOW, 60)
    deadline = clock.next_deadline()
    assert deadline is not None
    assert [happening.kind for happening in clock.advance(deadline)] == [Kind.LOST]
    assert [each.kind for each in clock.key_pressed(deadline + MS)] == [Kind.STARTED]
    assert clock.bpm == 125


def test_a_master_that_comes_back_takes_over_unheard() -> None:
    clock = led()
    last, back = NOW + 95 * 20 * MS, 160
    for ms in range(0, 3200, 10):
        clock.advance(last + ms * MS)
    assert clocks(clock, last + back * 20 * MS, 24) == []
    assert not clock.leads
    assert clock.timeline is not None
    assert clock.timeline.tick == 95 + back + 23
    assert clock.state is State.RUNNING


def test_a_master_that_comes_back_after_the_tempo_was_tapped_is_where_it_has_come_to() -> None:
    clock = led()
    last = NOW + 95 * 20 * MS
    clock.advance(last + 300 * MS)
    for number in range(5):
        clock.tap(last + (400 + 300 * number) * MS)
    told = clocks(clock, last + 3200 * MS, 2)
    assert [(each.kind, each.tick) for each in told if each.kind is Kind.CONTINUED] == [
        (Kind.CONTINUED, 95 + 160)
    ]


# -- a master without clocks ------------------------------------------------------------------------------


def test_start_without_clocks_moves_our_own_clock() -> None:
    """Catches a DAW's Start that is waited on for ever, and bars that are counted from when the waiting ended."""
    clock = AutoClock(125)
    assert list(clock.feed(START, NOW)) == []
    assert list(clock.key_pressed(NOW + 5 * MS)) == [], "clocks may still come"
    deadline = clock.next_deadline()
    assert deadline == NOW + 250 * MS + 1
    assert [(each.kind, each.tick) for each in clock.advance(deadline)] == [(Kind.CONTINUED, 13)]
    assert tick(clock, NOW + 1000 * MS) == pytest.approx(50)
    assert clock.state is State.NO_CLOCK
    clock.keys_idle(NOW + 1000 * MS)
    assert list(clock.advance(NOW + 9000 * MS)) == [], "a DAW that plays rests"
    assert [each.kind for each in clock.feed(STOP, NOW + 9010 * MS)] == [Kind.STOPPED]
    clock.feed(b"\xf2\x10\x00", NOW + 9500 * MS)
    assert list(clock.feed(CONTINUE, NOW + 10_000 * MS)) == [Happening(Kind.CONTINUED, NOW + 10_000 * MS, 96)]
    assert [each.kind for each in clock.feed(STOP, NOW + 10_050 * MS)] == [Kind.STOPPED]
    assert list(clock.feed(CONTINUE, NOW + 11_000 * MS)) == [Happening(Kind.CONTINUED, NOW + 11_000 * MS, 99)]
    assert list(clock.feed(START, NOW + 12_000 * MS)) == [Happening(Kind.STARTED, NOW + 12_000 * MS, 0)]


def test_clocks_that_come_after_all_lead() -> None:
    clock = AutoClock(100)
    clock.feed(START, NOW)
    clock.advance(NOW + 300 * MS)
    assert clock.running
    told = clocks(clock, NOW + 400 * MS, 1)
    assert [(each.kind, each.tick) for each in told] == [(Kind.STOPPED, 17), (Kind.STARTED, 0)]
    assert clock.state is State.RUNNING


def test_a_stop_without_clocks_stops_ours_and_the_next_key_begins_anew() -> None:
    """The stop button of a keyboard: catches a player who is silenced by it for good."""
    clock = AutoClock(125)
    clock.key_pressed(NOW)
    assert [each.kind for each in clock.feed(STOP, NOW + 1000 * MS)] == [Kind.STOPPED]
    assert clock.state is State.STOPPED
    key = NOW + 2000 * MS
    assert list(clock.key_pressed(key)) == [Happening(Kind.STARTED, key, 0)]
    assert [clock.state, clock.bpm] == [State.OWN, 125]
