"""What the clock master sends, under fingers: taps, offsets, and a DAW that takes over."""

from __future__ import annotations

import itertools

from hypothesis import example, given, settings
from hypothesis import strategies as st

from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.clock import Happening
from descant_daemon.time.clock_master import ClockMaster
from descant_daemon.time.internal_clock import InternalClock
from descant_routing import message

MS = 1_000_000
SECOND = 1_000_000_000
START, CLOCK, STOP = bytes([message.START]), bytes([message.CLOCK]), bytes([message.STOP])


class Wire:
    """A clock, its master, and what went out."""

    def __init__(self, clock: InternalClock | AutoClock, offset: int = 0) -> None:
        self.clock, self.master = clock, ClockMaster(clock, offset)
        self.sent: list[tuple[int, bytes]] = []

    def hear(self, happenings: list[Happening]) -> None:
        for each in happenings:
            self.sent += [(each.time, data) for data in self.master.happen(each)]

    def run(self, until: int) -> None:
        """Wakes at every deadline, as a host does."""
        while (deadline := self.clock.next_deadline()) is not None and deadline < until:
            self.send(deadline)
            self.hear(list(self.clock.advance(deadline)))
        self.send(until)
        self.hear(list(self.clock.advance(until)))
        self.send(until)

    def send(self, until: int) -> None:
        while (due := self.master.next_due()) is not None and due < until:
            self.sent += [(due, data) for data in self.master.send(due)]

    @property
    def clocks(self) -> list[int]:
        return [at for at, data in self.sent if data == CLOCK]


def played(intervals: list[int], offset: int = 0, until: int = 3 * SECOND) -> tuple[Wire, int]:
    """A running song, taps so many ns apart from 2 s on, and the end."""
    clock = InternalClock(120)
    clock.start(SECOND)
    wire = Wire(clock, offset)
    wire.hear(list(clock.advance(SECOND)))
    now = 2 * SECOND
    for interval in [0, *intervals]:
        now += interval
        wire.run(now)
        clock.tap(now)
    wire.run(now + until)
    return wire, now + until


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1 * MS, 1500 * MS), min_size=3, max_size=20))
@example([401 * MS] * 12)  # each tap moves the beat back
@example([600 * MS, 440 * MS] * 6)
def test_taps_neither_skip_nor_double_a_clock(intervals: list[int]) -> None:
    """A beat that is moved back must not send its ticks again, one that is moved ahead must send them all."""
    wire, end = played(intervals)
    line = wire.clock.timeline
    assert line is not None
    assert [data for _, data in wire.sent] == [START] + [CLOCK] * len(wire.clocks)
    assert wire.clocks == sorted(wire.clocks)
    assert len(wire.clocks) == int(line.tick_at(end - 1)) + 1


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 300), st.lists(st.integers(200 * MS, 1000 * MS), max_size=8))
def test_an_offset_moves_every_clock_and_loses_none(later: int, intervals: list[int]) -> None:
    wire, end = played(intervals, later * MS)
    line = wire.clock.timeline
    assert line is not None
    assert wire.sent[0] == (SECOND, START)
    assert wire.clocks[0] == SECOND + later * MS
    assert len(wire.clocks) == int(line.tick_at(end - 1 - later * MS)) + 1


def test_a_daw_that_takes_over_ends_our_song_and_silences_our_clock() -> None:
    clock = AutoClock(120)
    wire = Wire(clock)
    wire.hear(list(clock.key_pressed(SECOND)))
    daw = 3 * SECOND
    wire.run(daw)
    wire.hear(list(clock.feed(START, daw)))
    for tick in range(96):
        now = daw + tick * SECOND // 48
        wire.run(now)
        wire.hear(list(clock.feed(CLOCK, now)))
    assert [data for _, data in wire.sent] == [START] + [CLOCK] * 96 + [STOP]
    assert wire.sent[-1][0] == daw


def test_where_the_daw_is_lost_the_next_key_makes_us_master_again() -> None:
    clock = AutoClock(120)
    wire = Wire(clock)
    wire.hear(list(clock.feed(START, SECOND)))
    for tick in range(96):
        wire.hear(list(clock.feed(CLOCK, SECOND + tick * SECOND // 48)))
    wire.run(5 * SECOND)
    assert wire.sent == []
    wire.hear(list(clock.key_pressed(6 * SECOND)))
    wire.run(7 * SECOND)
    assert wire.sent[0] == (6 * SECOND, START)
    assert {b - a for a, b in itertools.pairwise(wire.clocks)} <= {20_833_333, 20_833_334}
    assert len(wire.clocks) == 48
