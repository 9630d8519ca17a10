"""Where a song that others keep begins, jumps and ends: at the very tick, however seldom we can look."""

from __future__ import annotations

import itertools

import pytest

from descant_daemon.time.clock import Happening, Kind
from descant_daemon.time.host_axis import HostAxis
from descant_daemon.time.sampled_clock import Sample, SampledClock
from descant_daemon.time.timeline import Timeline, ns_per_tick
from descant_daemon.time.transport_source import TransportSource
from descant_routing.ports.jack.transport import Transport

MS = 1_000_000
SECOND = 1_000_000_000
RATE = 48000
PERIODS = (16, 64, 256, 1024, 2048, 8192)
TEMPI = (20, 120, 200, 400)


class Transporter:
    """JACK's transport, a clock that follows it, and everything that it has told."""

    def __init__(self, period: int, bpm: float) -> None:
        self.period, self.rolling, self.frame, self.begin = period, False, 0, 10 * period
        self.clock = SampledClock(TransportSource(self.query, bpm))
        self.told: list[Happening] = []

    def query(self) -> Transport:
        return Transport(self.rolling, self.ns, self.frame / RATE)

    @property
    def ns(self) -> int:
        """The first frame of the present cycle."""
        return self.begin * SECOND // RATE

    def cycles(self, count: int) -> None:
        """As the back-end drives the effect: up to the end of each cycle."""
        for _ in range(count):
            self.told += self.clock.advance((self.begin + self.period) * SECOND // RATE)
            self.begin += self.period
            self.frame += self.period if self.rolling else 0


@pytest.mark.parametrize(("period", "bpm"), list(itertools.product(PERIODS, TEMPI)))
def test_the_transport_starts_at_tick_0_on_the_cycle_s_first_frame(period: int, bpm: int) -> None:
    jack = Transporter(period, bpm)
    jack.cycles(3)
    jack.rolling, began = True, jack.ns
    jack.cycles(3)
    assert jack.told == [Happening(Kind.STARTED, began, 0)]
    assert jack.clock.timeline is not None
    assert jack.clock.timeline.time_of(0) == began


@pytest.mark.parametrize(("period", "bpm"), list(itertools.product(PERIODS, TEMPI)))
def test_the_transport_is_moved_to_the_tick_where_it_is(period: int, bpm: int) -> None:
    jack = Transporter(period, bpm)
    jack.cycles(1)
    jack.rolling = True
    jack.cycles(3)
    jack.told.clear()
    jack.frame, moved = round(1000 * 60 * RATE / (24 * bpm)), jack.ns  # tick 1000
    jack.cycles(3)
    assert jack.told == [Happening(Kind.RELOCATED, moved, 1000)]


@pytest.mark.parametrize("period", PERIODS)
def test_the_transport_stops_on_the_cycle_s_first_frame(period: int) -> None:
    jack = Transporter(period, 120)
    jack.rolling = True
    jack.cycles(5)
    jack.told.clear()
    jack.rolling, stopped = False, jack.ns
    jack.cycles(3)
    assert [(each.kind, each.time) for each in jack.told] == [(Kind.STOPPED, stopped)]


class Told:
    """A source that says what it is given."""

    def __init__(self) -> None:
        self.now = Sample(running=False, line=None)

    def sample(self, now: int) -> Sample:
        return self.now


def test_news_that_come_between_two_looks_count_from_the_first_of_them() -> None:
    """Link's peers start the song while JACK plays a long cycle: nothing of the song has been played yet."""
    source = Told()
    clock = SampledClock(source)
    clock.advance(SECOND)
    source.now = Sample(running=True, line=Timeline(0, SECOND + 5 * MS, ns_per_tick(240)))
    assert clock.advance(SECOND + 43 * MS) == [Happening(Kind.STARTED, SECOND, 0)]


def test_who_joins_a_running_song_joins_it_where_it_is() -> None:
    source = Told()
    source.now = Sample(running=True, line=Timeline(0, 0.0, ns_per_tick(125)))  # 20 ms a tick
    assert SampledClock(source).advance(SECOND) == [Happening(Kind.CONTINUED, SECOND, 50)]


def test_a_clock_that_jumps_is_believed_after_eight_pairs() -> None:
    """Jumped by 20 ms, as JACK's frame counter may after an xrun; a line through both sides would be off for 5 s."""
    axis = HostAxis()
    for pair in range(2000):
        axis.pair(pair * 10 * MS, pair * 10 * MS + SECOND)
    for pair in range(2000, 2010):
        axis.pair(pair * 10 * MS, pair * 10 * MS + SECOND + 20 * MS)
    assert axis.ours(2010 * 10 * MS) == pytest.approx(2010 * 10 * MS + SECOND + 20 * MS, abs=1000)


def test_seven_late_readings_in_a_row_are_no_jump() -> None:
    axis = HostAxis()
    for pair in range(600):
        late = 5 * MS if 500 <= pair < 507 else 0
        axis.pair(pair * 10 * MS, pair * 10 * MS + SECOND + late)
    assert axis.ours(6 * SECOND) == pytest.approx(7 * SECOND, abs=0.2 * MS)
