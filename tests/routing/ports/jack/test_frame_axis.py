"""JACK's frames and nanoseconds, as laws; and the 32-bit counter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from descant_routing.ports.jack.frame_axis import FrameAxis

RATES = st.sampled_from([8000, 22050, 44100, 48000, 88200, 96000, 176400, 192000])
FRAMES = st.integers(0, 1 << 50)
WRAP = 1 << 32


@given(RATES, FRAMES)
def test_from_frame_to_time_and_back(rate: int, frame: int) -> None:
    axis = FrameAxis(rate, 0)
    assert axis.frame(axis.time(frame)) == frame


@given(RATES, st.integers(0, 1 << 62))
def test_a_time_lands_within_half_a_frame(rate: int, time: int) -> None:
    axis = FrameAxis(rate, 0)
    off = axis.time(axis.frame(time)) - time
    assert 2 * abs(off) * rate <= 1_000_000_000 + 2 * rate  # and a ns for rounding down


@given(st.integers(0, WRAP - 1), st.lists(st.integers(0, 5), max_size=40))
def test_cycles_follow_each_other_across_the_wrap(counter: int, skipped: list[int]) -> None:
    """Periods of 2^28 frames, some skipped by xruns: the whole count never wraps and never loses any."""
    period = 1 << 28
    axis = FrameAxis(48000, counter)
    expected = counter
    for skip in skipped:
        expected += skip * period
        assert axis.begin(expected % WRAP, period) == (expected, expected + period)
        assert axis.whole((expected + 100) % WRAP) == expected + 100  # the present, seen from another thread
        assert axis.whole((expected - 100) % WRAP) == expected - 100
        expected += period


def test_a_counter_that_falls_back_does_not_turn_time_back() -> None:
    axis = FrameAxis(48000, 1000)
    assert axis.begin(1000, 256) == (1000, 1256)
    assert axis.begin(1100, 256) == (1256, 1512)
    assert axis.begin(1356, 256) == (1512, 1768)
    assert axis.begin(2000, 256) == (2000, 2256)


@given(st.integers(5000, WRAP - 1), st.integers(0, 5000), st.lists(st.integers(0, 3), max_size=8))
def test_the_first_cycles_are_where_jack_says_though_a_busy_server_told_a_later_frame(
    counter: int, late: int, skipped: list[int]
) -> None:
    axis, here = FrameAxis(48000, counter), counter - late
    for skip in [0, *skipped]:
        here += skip * 256
        assert axis.begin(here % WRAP, 256) == (here, here + 256)
        here += 256
