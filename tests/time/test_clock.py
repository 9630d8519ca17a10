"""Whatever comes, at whatever time, no clock raises, and no tick goes back unannounced."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.clock import Clock, Happening, Kind
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock

MS = 1_000_000
BEGIN = 60_000_000_000

realtime = st.integers(0xF8, 0xFF).map(lambda status: bytes([status]))
position = st.tuples(st.integers(0, 127), st.integers(0, 127)).map(lambda data: bytes([0xF2, *data]))
message = st.one_of(realtime, position, st.sampled_from([b"\xf8", b"\xfa", b"\xfb", b"\xfc"]))
pause = st.one_of(
    st.integers(0, 30 * MS),
    st.sampled_from([0, 1, 20 * MS, 40 * MS]),
    st.integers(-3_000 * MS, 10_000 * MS),
)
# An event: after a pause, a message or None (time passes, a key), then a number of clocks at some tempo.
event = st.tuples(pause, st.one_of(st.none(), message), st.integers(0, 20), st.integers(0, 100 * MS))


@pytest.mark.parametrize("make", [MidiClock, lambda: InternalClock(120), lambda: AutoClock(120)])
@settings(deadline=None, max_examples=200)
@given(events=st.lists(event, max_size=30))
@example(
    events=[(0, None, 1, 0), (0, None, 7, 2_085_419), (50_696_010, None, 11, 2_078_824)]
)  # corrected below 0
@example(events=[(0, None, 0, 0), (0, None, 7, 2_085_419), (3_126_357, b"\xf2\x7f}", 0, 0), (0, None, 0, 0)])
@example(
    events=[(0, None, 7, 2_085_419), (0, b"\xf2\x00\x00", 0, 0), (5_213_548, None, 0, 0)]
)  # a key between clocks
def test_no_clock_raises_nor_goes_back(
    make: Callable[[], Clock], events: list[tuple[int, bytes | None, int, int]]
) -> None:
    clock, now, last = make(), BEGIN, -1
    was_running = False

    def look(news: list[Happening]) -> None:
        nonlocal last, was_running
        for happening in news:
            assert happening.tick >= 0
            if happening.kind in (Kind.STARTED, Kind.CONTINUED, Kind.RELOCATED):
                # From here on. Where the song begins between two clocks, its line may be anchored before that.
                last, was_running = -1, True
            else:
                assert was_running, "what does not run cannot stop"
                was_running = False
        assert clock.running is was_running
        line = clock.timeline
        assert clock.guard >= 0
        assert clock.bpm is None or clock.bpm > 0
        if line is None:
            assert not clock.running
            return
        assert line.per_tick > 0
        if clock.running:
            assert line.tick >= last
            last = line.tick

    for wait, data, clocks, apart in events:
        now += wait
        if data is not None:
            look(list(clock.feed(data, now)))
        else:
            look(list(clock.advance(now)))
            look(list(clock.key_pressed(now)))
            clock.keys_idle(now)
        for _ in range(clocks):
            now += apart
            look(list(clock.feed(b"\xf8", now)))
        deadline = clock.next_deadline()
        if deadline is not None and deadline <= now:
            look(list(clock.advance(now)))
            later = clock.next_deadline()
            assert later is None or later > now, "a deadline that stays due would spin"
