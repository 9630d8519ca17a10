"""The laws of a timeline."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.time.timeline import Timeline, ns_per_tick

timelines = st.builds(
    Timeline,
    st.integers(0, 10_000_000),
    st.floats(0, 1e15),
    st.floats(20, 400).map(ns_per_tick),
)


@settings(deadline=None)
@given(timelines, st.integers(-1000, 1_000_000))
def test_the_time_of_a_tick_is_at_that_tick(line: Timeline, ahead: int) -> None:
    tick = line.tick + ahead
    assert line.tick_at(line.time_of(tick)) == pytest.approx(tick, abs=1e-6)


@settings(deadline=None)
@given(timelines, st.integers(0, 10**15))
def test_the_tick_at_a_time_is_at_that_time(line: Timeline, time: int) -> None:
    assert abs(line.time_of(line.tick_at(time)) - time) <= 1000


@settings(deadline=None)
@given(timelines, st.integers(-1000, 1000))
def test_ticks_follow_each_other_at_the_tempo(line: Timeline, ahead: int) -> None:
    tick = line.tick + ahead
    assert abs(line.time_of(tick + 24) - line.time_of(tick) - 60e9 / line.bpm) <= 2


@pytest.mark.parametrize(("bpm", "ns"), [(120, 20_833_333.333), (125, 20e6), (60, 41_666_666.667)])
def test_a_quarter_has_24_ticks(bpm: float, ns: float) -> None:
    assert ns_per_tick(bpm) == pytest.approx(ns)
    assert Timeline(0, 0.0, ns).bpm == pytest.approx(bpm)
    assert Timeline(48, 5e9, ns).time_of(48) == 5_000_000_000
