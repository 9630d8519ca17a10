"""Descant as clock master: what it sends, a follower of MIDI clock turns into the very same ticks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.time.clock import Happening, Kind
from descant_daemon.time.clock_master import ClockMaster
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock
from descant_routing import message

MS = 1_000_000
SECOND = 1_000_000_000
CLOCK, START, CONTINUE, STOP = 0xF8, 0xFA, 0xFB, 0xFC


class Pair:
    """A clock, the master that sends it, and everything that was sent."""

    def __init__(self, bpm: float = 120) -> None:
        self.clock = InternalClock(bpm)
        self.master = ClockMaster(self.clock)
        self.sent: list[tuple[int, bytes]] = []

    def hear(self, now: int) -> None:
        for happening in self.clock.advance(now):
            self.sent += [(happening.time, data) for data in self.master.happen(happening)]

    def run(self, until: int) -> None:
        while (due := self.master.next_due()) is not None and due < until:
            self.sent += [(due, data) for data in self.master.send(due)]

    def start(self, now: int) -> None:
        self.run(now)
        self.clock.start(now)
        self.hear(now)

    def feed(self, data: bytes, now: int) -> None:
        self.run(now)
        for happening in self.clock.feed(data, now):
            self.sent += [(happening.time, data) for data in self.master.happen(happening)]

    def change(self, bpm: float, now: int) -> None:
        self.run(now)
        self.clock.set_tempo(bpm, now)

    def statuses(self) -> list[int]:
        return [data[0] for _, data in self.sent]

    def clocks(self) -> list[int]:
        return [at for at, data in self.sent if data[0] == CLOCK]


def followed(sent: list[tuple[int, bytes]], at: int) -> float:
    """Where a follower is at a time: it is told everything up to then."""
    follower = MidiClock()
    for time, data in sent:
        if time <= at:
            follower.feed(data, time)
    assert follower.timeline is not None
    return follower.timeline.tick_at(at)


def counted(sent: list[tuple[int, bytes]]) -> int | None:
    """The tick of the last clock, as MIDI 1.0 has it; None while stopped."""
    tick, pending, running = 0, 0, False
    for _, data in sent:
        match data[0]:
            case 0xFA:
                pending, running = 0, True
            case 0xF2:
                pending = message.sixteenths(data) * 6
            case 0xFB:
                running = True
            case 0xFC:
                running = False
            case 0xF8 if running:
                tick, pending = pending, pending + 1
            case _:
                pass
    return tick if running else None


def test_start_then_24_clocks_a_quarter() -> None:
    pair = Pair()
    pair.start(SECOND)
    pair.run(2 * SECOND)
    assert pair.statuses() == [START] + [CLOCK] * 48
    assert pair.clocks() == [SECOND + round(tick * SECOND / 48) for tick in range(48)]


def test_a_song_that_begins_in_a_moment_is_announced_at_once() -> None:
    pair = Pair()
    pair.clock.start(SECOND)
    pair.hear(0)
    assert pair.sent[0] == (SECOND, bytes([START])) or pair.sent[0][0] <= SECOND
    assert pair.master.next_due() == SECOND


def test_stop_ends_the_clocks_and_continue_goes_on_at_the_next_sixteenth() -> None:
    pair = Pair()
    pair.start(0)
    pair.feed(bytes([STOP]), SECOND + 1)
    pair.feed(bytes([CONTINUE]), 2 * SECOND)
    pair.run(3 * SECOND)
    tail = pair.statuses()[-48:]
    assert pair.statuses().count(STOP) == 1
    position = next(data for _, data in pair.sent if data[0] == message.SONG_POSITION)
    assert message.sixteenths(position) * 6 == 54, "49 was next; 54 is the next that can be said"
    assert tail.count(CLOCK) > 40


def test_a_relocation_is_stop_position_continue() -> None:
    pair = Pair()
    pair.start(0)
    pair.feed(message.song_position(32), SECOND)
    pair.run(2 * SECOND)
    at = pair.statuses().index(STOP)
    assert pair.statuses()[at : at + 4] == [STOP, message.SONG_POSITION, CONTINUE, CLOCK]
    assert followed(pair.sent, 2 * SECOND - 1) == pytest.approx(32 * 6 + 48, abs=0.1)


def test_back_to_the_beginning_is_start() -> None:
    pair = Pair()
    pair.start(0)
    pair.feed(message.song_position(0), SECOND)
    assert pair.statuses()[-2:] == [STOP, START]


def test_beyond_what_song_position_can_say_it_begins_anew() -> None:
    master = ClockMaster(InternalClock(120))
    (position, _) = master.happen(Happening(Kind.CONTINUED, 0, (16384 + 5) * 6))
    assert message.sixteenths(position) == 5


def test_no_clock_is_skipped_or_doubled_over_changes_of_tempo() -> None:
    pair = Pair(60)
    pair.start(0)
    for turn, bpm in enumerate((300, 20, 400, 120, 40, 240)):
        moment = (turn + 1) * 3 * SECOND + 12_345_678
        pair.run(moment)
        pair.clock.set_tempo(bpm, moment)
    end = 24 * SECOND
    pair.run(end)
    assert pair.clock.timeline is not None
    assert len(pair.clocks()) == int(pair.clock.timeline.tick_at(end - 1)) + 1
    assert pair.clocks() == sorted(pair.clocks())


def test_eight_hours_without_a_tick_of_drift() -> None:
    pair = Pair(117.3)
    pair.start(0)
    hours = 8 * 3600 * SECOND
    count = 0
    last = 0
    while (due := pair.master.next_due()) is not None and due < hours:
        pair.master.send(due)
        count, last = count + 1, due
    assert pair.clock.timeline is not None
    assert count == int(pair.clock.timeline.tick_at(hours - 1)) + 1
    assert last == pytest.approx(round((count - 1) * 60e9 / (24 * 117.3)), abs=1)


class Foreign(InternalClock):
    leads = False


def test_it_is_silent_where_somebody_else_leads() -> None:
    master = ClockMaster(Foreign(120))
    assert master.happen(Happening(Kind.STARTED, 0, 0)) == []
    assert master.next_due() is None


ACTIONS: dict[str, Callable[[Pair, int, int], None]] = {
    "start": lambda pair, now, _: pair.feed(bytes([START]), now),
    "stop": lambda pair, now, _: pair.feed(bytes([STOP]), now),
    "continue": lambda pair, now, _: pair.feed(bytes([CONTINUE]), now),
    "locate": lambda pair, now, value: pair.feed(message.song_position(value), now),
    "tempo": lambda pair, now, value: pair.change(40 + value, now),
}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(ACTIONS)), st.integers(300, 3000), st.integers(0, 200)), max_size=12
    )
)
def test_a_follower_is_where_we_are_whatever_happens(script: list[tuple[str, int, int]]) -> None:
    pair = Pair()
    pair.start(0)
    now = 0
    for name, wait, value in script:
        now += wait * MS
        ACTIONS[name](pair, now, value)
    now += 4 * SECOND
    pair.run(now)
    if pair.clock.timeline is None:
        assert counted(pair.sent) is None
        return
    assert counted(pair.sent) == int(pair.clock.timeline.tick_at(now - 1))
