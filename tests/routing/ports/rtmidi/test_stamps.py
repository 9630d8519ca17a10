"""RtMidi's input stamps on our clock, pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descant_routing.ports.rtmidi.stamps import StampMap

if TYPE_CHECKING:
    from collections.abc import Sequence

MS = 1_000_000


def stamped(sent: Sequence[int], delays: Sequence[int]) -> list[int]:
    """The stamps of messages sent at times and seen after delays, less the time of the first."""
    stamps = StampMap()
    before = sent[0]
    out: list[int] = []
    arrival = 0
    for at, delay in zip(sent, delays, strict=True):
        arrival = max(arrival, at + delay)
        out.append(stamps.stamp(arrival, at - before))
        before = at
    return [stamp - sent[0] for stamp in out]


def test_the_quickest_arrival_sets_the_clock_and_delays_vanish() -> None:
    sent = [0, 20 * MS, 40 * MS, 60 * MS, 80 * MS]
    assert stamped(sent, [2 * MS, 0, 3 * MS, 9 * MS, 1 * MS])[1:] == pytest.approx(sent[1:], abs=5000)


def test_a_stamp_too_far_from_the_arrival_is_replaced_by_it() -> None:
    """Bluetooth stamps lie 450 ms off."""
    stamps = StampMap()
    stamps.stamp(1000 * MS, 0)
    assert stamps.stamp(1500 * MS, 10 * MS) == 1500 * MS
    assert stamps.distrusted == 1
    assert stamps.stamp(1510 * MS, 10 * MS) == 1510 * MS
    assert stamps.distrusted == 1


def test_clocks_that_drift_apart_are_followed() -> None:
    """A source whose clock is 40 ppm slow, an hour of it: a plain minimum would end 144 ms off."""
    stamps = StampMap()
    off = [n * 1_000_040 * 1000 - stamps.stamp(n * 1_000_040 * 1000, 1000 * MS) for n in range(3600)]
    assert max(off[10:]) < MS
    assert stamps.distrusted == 0


@given(st.lists(st.tuples(st.integers(0, 1000 * MS), st.integers(0, 100 * MS)), min_size=1))
def test_stamps_are_never_late_and_never_go_back(story: list[tuple[int, int]]) -> None:
    stamps = StampMap()
    arrival = last = sent = 0
    for gap, delay in story:
        sent += gap
        arrival = max(arrival, sent + delay)
        stamp = stamps.stamp(arrival, gap)
        assert last <= stamp <= arrival
        last = stamp
