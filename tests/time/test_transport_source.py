"""Timebase masters as they really are, cycle by cycle at 48 kHz: what they tell beside what the frames say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from descant_daemon.settings.metre import FOUR_FOUR, Metre
from descant_daemon.time.clock import Kind, State
from descant_daemon.time.metre_map import Stretch
from descant_daemon.time.sampled_clock import SampledClock
from descant_daemon.time.transport_source import TransportSource
from descant_routing.ports.jack.transport import Bar, Transport

SECOND = 1_000_000_000
RATE, PERIOD = 48_000, 256
PPQ = 1920
Told = tuple[float, float, float, float, float]
"""Bar from 0, beats and unit of its metre, where it begins and how far into it we are, both in quarters."""


def four_four(quarter: float) -> Told:
    bar, into = divmod(quarter, 4)
    return bar, 4, 4, 4 * bar, into


class Master:
    """``bars`` says what is told of a quarter, ``ahead`` how many frames it is wrong in a cycle after a move."""

    def __init__(
        self,
        bars: Callable[[float], Told] = four_four,
        ahead: Callable[[int], int] = lambda _: 0,
        tempo: Callable[[float], float] = lambda _: 120.0,
    ) -> None:
        self.bars, self.ahead, self.tempo = bars, ahead, tempo
        self.frame, self.quarter, self.now, self.since = 0, 0.0, 5000, 0
        self.clock = SampledClock(TransportSource(self.query, 99))
        self.told: list[tuple[Kind, int]] = []

    def query(self) -> Transport:
        bpm = self.tempo(self.quarter)
        number, beats, unit, begin, into = self.bars(self.quarter + self.ahead(self.since) / RATE * bpm / 60)
        bar = Bar(int(number), beats, unit, begin, int(into * PPQ) / PPQ, 1 / PPQ)
        return Transport(True, self.now * SECOND // RATE, self.frame / RATE, bar, bpm)

    def roll(self, seconds: float) -> Master:
        for _ in range(round(seconds * RATE / PERIOD)):
            end = (self.now + PERIOD) * SECOND // RATE
            self.told += [(each.kind, each.tick) for each in self.clock.advance(end)]
            self.quarter += PERIOD / RATE * self.tempo(self.quarter) / 60
            self.now, self.frame, self.since = self.now + PERIOD, self.frame + PERIOD, self.since + 1
        return self

    def locate(self, frame: int, quarter: float) -> None:
        self.frame, self.quarter, self.since = frame, quarter, 0

    @property
    def off(self) -> float:
        """Frames by which our place is ahead of the master's."""
        assert self.clock.timeline is not None
        tick = self.clock.timeline.tick_at(self.now * SECOND // RATE)
        return (tick / 24 - self.quarter) * 60 / self.tempo(self.quarter) * RATE


@pytest.mark.parametrize("ahead", [512, -512, 300, 2000])
def test_cycles_that_are_wrong_after_a_move_are_not_believed_for_long(ahead: int) -> None:
    """Ardour 7 is 512 frames ahead in its first four: catches a song that is early to its end."""
    master = Master(ahead=lambda since: ahead if since < 4 else 0)
    master.roll(0.2)
    assert abs(master.off) < 20
    master.locate(8 * RATE, 16.0)
    master.roll(0.2)
    assert abs(master.off) < 20
    assert master.roll(8).off == pytest.approx(0, abs=3), "nearer than a bar's ticks, which are 12 frames"


def test_rounding_of_ticks_moves_nothing() -> None:
    master = Master(tempo=lambda _: 117.3).roll(1)
    line = master.clock.timeline
    for _ in range(200):
        master.roll(0.1)
        assert master.clock.timeline == line


def moved_on(quarters: int) -> Callable[[float], Told]:
    """Bars that lie so many quarters further on."""
    return lambda quarter: four_four(quarter + quarters)


def test_a_lasting_difference_within_the_bar_is_a_jump() -> None:
    master = Master()
    master.roll(2.5)
    master.bars = moved_on(1)
    master.roll(1)
    assert [kind for kind, _ in master.told] == [Kind.STARTED, Kind.RELOCATED]


def test_bars_that_are_counted_anew_have_other_numbers_and_nothing_jumps() -> None:
    """Somebody has put bars before: the frames go on."""
    master = Master()
    master.roll(2)
    master.bars = moved_on(8)
    master.roll(1)
    assert [kind for kind, _ in master.told] == [Kind.STARTED]
    assert master.clock.bar == Stretch(96, 3, FOUR_FOUR)


def klick(quarter: float) -> Told:
    """3 bars of 4/4, 4 of 3/4, 2 of 6/8, then 4/4; bar's begin by the ticks of its own beats."""
    for number, beats, unit, begin, end in (
        (0, 4, 4, 0, 12),
        (3, 3, 4, 12, 24),
        (7, 6, 8, 24, 30),
        (9, 4, 4, 30, 999),
    ):
        if quarter < end:
            length = beats * 4 / unit
            bars = (quarter - begin) // length
            told = (begin + bars * length) * (4 / unit)  # as wrong as ticks of an eighth make it
            return number + bars, beats, unit, told, (quarter - begin) % length
    raise AssertionError(quarter)


def test_a_song_runs_on_through_all_changes_of_metre_and_its_bars_are_the_master_s() -> None:
    """Catches a jump back where 3/4 begins, and another where eighths do."""
    master = Master(bars=klick)
    seen: list[Stretch] = []
    for _ in range(200):
        master.roll(0.1)
        bar = master.clock.bar
        if bar is not None and bar not in seen:
            seen.append(bar)
    assert [kind for kind, _ in master.told] == [Kind.STARTED]
    assert abs(master.off) < 20
    three, six = Metre(3, 4), Metre(6, 8)
    assert seen[:12] == [
        *(Stretch(96 * bar, bar, FOUR_FOUR) for bar in range(3)),
        *(Stretch(288 + 72 * bar, 3 + bar, three) for bar in range(4)),
        *(Stretch(576 + 72 * bar, 7 + bar, six) for bar in range(2)),
        *(Stretch(720 + 96 * bar, 9 + bar, FOUR_FOUR) for bar in range(3)),
    ]
    master.locate(12 * RATE, 24.0)
    master.roll(0.1)
    assert master.told[-1] == (Kind.RELOCATED, 576), "a bar that has been passed is where it was"


def test_tempi_that_change_with_the_bars_keep_the_place() -> None:
    master = Master(
        bars=klick, tempo=lambda quarter: 120.0 if quarter < 12 else 96.0 if quarter < 24 else 150.0
    )
    master.roll(15)
    assert [kind for kind, _ in master.told] == [Kind.STARTED]
    assert abs(master.off) < 20


def hydrogen(quarter: float) -> Told:
    """Beat 1 for the whole bar, and ticks at a quarter of the pace."""
    bar, into = divmod(quarter, 4)
    return bar, 4, 4, 4 * bar, into / 4


def test_a_master_that_contradicts_itself_is_told_of_and_frames_are_counted() -> None:
    """Catches a chord that is struck again at every tick."""
    master = Master(bars=hydrogen).roll(0.3)
    states = [master.clock.state]
    for _ in range(100):
        master.roll(0.1)
        assert abs(master.off) < 20
    states.append(master.clock.state)
    assert [kind for kind, _ in master.told] == [Kind.STARTED]
    master.locate(10 * RATE, 20.0)
    master.roll(1)
    assert master.told[-1] == (Kind.RELOCATED, 480)
    master.bars = four_four
    master.roll(4)
    assert [*states, master.clock.state] == [State.RUNNING, State.CONTRADICTORY, State.RUNNING]


def test_a_cycle_that_was_missed_moves_the_line_by_it() -> None:
    """After an xrun the transport is where its frames are, and time is not."""
    master = Master().roll(2)
    master.now += 1000
    master.roll(0.5)
    assert abs(master.off) < 20
