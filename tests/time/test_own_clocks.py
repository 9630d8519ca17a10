"""The clock of our own, and the one that chooses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.time.auto_clock import IDLE_TICKS, AutoClock
from descant_daemon.time.clock import Happening, Kind
from descant_daemon.time.internal_clock import InternalClock

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
@given(st.lists(st.tuples(st.integers(0, 10**10), st.floats(20, 400)), max_size=20))
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


def test_a_keyboard_that_ticks_but_never_starts_does_not_silence_us() -> None:
    """Many keyboards send clocks all day; whoever only ticks is nobody's master."""
    clock = AutoClock(125)
    for index in range(48):
        clock.feed(CLOCK, NOW + index * 10 * MS)
    assert [happening.kind for happening in clock.key_pressed(NOW + 500 * MS)] == [Kind.STARTED]
    clock.feed(CLOCK, NOW + 510 * MS)
    assert clock.running
    assert tick(clock, NOW + 520 * MS) == pytest.approx(1)
