"""Clocks that others keep: Ableton Link and JACK's transport, each from a double that is told what to say."""

from __future__ import annotations

import pytest

from descant_daemon.time.clock import Kind
from descant_daemon.time.host_axis import HostAxis
from descant_daemon.time.link_source import LinkMoment, LinkSource
from descant_daemon.time.sampled_clock import SampledClock
from descant_daemon.time.transport_source import TransportSource
from descant_routing.ports.jack.transport import Bar, Transport

MS = 1_000_000
SECOND = 1_000_000_000
DRIFT = 1.00004  # their second in ours: 40 millionths, a bad crystal
APART = 77 * SECOND  # between the zeros of the two clocks


class Peer:
    """A Link session whose host clock is not ours."""

    def __init__(self) -> None:
        self.now = 0  # ours, ns
        self.bpm, self.playing = 120.0, True
        self.begin = 0  # host µs of beat 0

    @property
    def host(self) -> int:
        return round((self.now - APART) / DRIFT / 1000)

    def moment(self) -> LinkMoment:
        return LinkMoment(self.host, self.bpm, (self.host - self.begin) / 60e6 * self.bpm, self.playing)

    def tempo(self, bpm: float) -> None:
        """As Link does it: the beat stays where it is."""
        beat = self.moment().beat
        self.bpm = bpm
        self.begin = round(self.host - beat * 60e6 / bpm)


def join(peer: Peer, at: int = 0) -> SampledClock:
    peer.now = at + APART
    peer.begin = peer.host
    return SampledClock(LinkSource(peer, lambda: peer.now))


def go(clock: SampledClock, peer: Peer, seconds: float, step: int = 5 * MS) -> list[tuple[Kind, int]]:
    told = []
    for _ in range(round(seconds * SECOND / step)):
        peer.now += step
        told += [(each.kind, each.tick) for each in clock.advance(peer.now)]
    return told


def test_link_is_followed_from_where_it_is() -> None:
    peer = Peer()
    clock = join(peer)
    peer.now += SECOND
    assert [(each.kind, each.tick) for each in clock.advance(peer.now)] == [(Kind.CONTINUED, 48)]
    assert clock.running
    assert clock.bpm == pytest.approx(120)


def test_link_s_beat_is_where_ours_is_though_the_clocks_drift_apart() -> None:
    peer = Peer()
    clock = join(peer)
    go(clock, peer, 40)
    assert clock.timeline is not None
    for ahead in (0, 1, 6):
        beat = (peer.moment().beat * 24) + ahead
        due = peer.now + ahead * SECOND / 48 * DRIFT
        assert clock.timeline.time_of(beat) == pytest.approx(due, abs=20_000), "to 20 µs"


def test_a_change_of_tempo_moves_nothing() -> None:
    peer = Peer()
    clock = join(peer)
    go(clock, peer, 5)
    peer.tempo(174)
    assert go(clock, peer, 5) == []
    assert clock.bpm == pytest.approx(174)


def test_a_beat_that_is_realigned_is_a_relocation() -> None:
    peer = Peer()
    clock = join(peer)
    go(clock, peer, 5)
    peer.begin -= 1_000_000  # two beats
    (kind, tick), *rest = go(clock, peer, 1)
    assert kind is Kind.RELOCATED
    assert tick == pytest.approx(5 * 48 + 48, abs=2)
    assert not rest


def test_link_s_start_and_stop() -> None:
    peer = Peer()
    peer.playing = False
    clock = join(peer)
    assert go(clock, peer, 1) == []
    assert not clock.running
    peer.playing, peer.begin = True, peer.host + 20_000
    assert go(clock, peer, 1) == [(Kind.STARTED, 0)]
    peer.playing = False
    assert [kind for kind, _ in go(clock, peer, 1)] == [Kind.STOPPED]


def test_a_song_that_begins_in_a_bar_is_not_begun_yet() -> None:
    peer = Peer()
    clock = join(peer)
    peer.begin = peer.host + 2_000_000
    assert go(clock, peer, 0.9) == []
    told = go(clock, peer, 1.5)
    assert told == [(Kind.STARTED, 0)]


def test_reading_two_clocks_late_now_and_then_does_not_move_the_line() -> None:
    axis = HostAxis()
    for pair in range(600):
        theirs = pair * 10 * MS
        late = 3 * MS if pair % 50 == 7 else 0
        axis.pair(theirs, round(theirs * DRIFT) + 5 * SECOND + late)
    theirs = 6 * SECOND
    assert axis.ours(theirs) == pytest.approx(theirs * DRIFT + 5 * SECOND, abs=150_000)


class Roll:
    """JACK's transport at 48 kHz, told cycle by cycle."""

    def __init__(self) -> None:
        self.rolling, self.frame, self.now = False, 0, 1000
        self.bbt = False
        self.bpm = 120.0
        self.quarters = 0.0

    def query(self) -> Transport:
        place = Transport(self.rolling, self.now * SECOND // 48000, self.frame / 48000)
        if not self.bbt:
            return place
        number, into = divmod(int(self.quarters * 1920) / 1920, 4)  # bar, beat and tick are whole numbers
        return place._replace(bar=Bar(int(number), 4, 4, 4 * number, into, 1 / 1920), bpm=self.bpm)

    def cycle(self, clock: SampledClock, frames: int = 256) -> list[tuple[Kind, int]]:
        told = [(each.kind, each.tick) for each in clock.advance((self.now + frames) * SECOND // 48000)]
        self.now += frames
        if self.rolling:
            self.frame += frames
            self.quarters += frames / 48000 * self.bpm / 60
        return told


def test_the_transport_rolls_stops_and_is_moved() -> None:
    roll = Roll()
    clock = SampledClock(TransportSource(roll.query, 120))
    assert roll.cycle(clock) == []
    roll.rolling = True
    assert roll.cycle(clock) == [(Kind.STARTED, 0)]
    for _ in range(400):
        assert roll.cycle(clock) == []
    roll.frame = 48000 * 10
    assert roll.cycle(clock) == [(Kind.RELOCATED, 480)]
    roll.rolling = False
    assert [kind for kind, _ in roll.cycle(clock)] == [Kind.STOPPED]


def test_ticks_lie_on_their_frames_for_an_hour_though_bbt_is_rounded() -> None:
    roll = Roll()
    roll.bbt = roll.rolling = True
    clock = SampledClock(TransportSource(roll.query, 99))
    began = roll.now
    for _ in range(48000 * 60 // 256):
        roll.cycle(clock)
    assert clock.timeline is not None
    for tick in range(2000, 2048):
        frames = (clock.timeline.time_of(tick) / SECOND * 48000) - began
        assert frames == pytest.approx(tick * 1000, abs=0.01), "120 BPM: 1,000 frames a tick"


def test_the_timebase_master_changes_the_tempo_and_the_place_stays() -> None:
    roll = Roll()
    roll.bbt = roll.rolling = True
    clock = SampledClock(TransportSource(roll.query, 99))
    for _ in range(500):
        roll.cycle(clock)
    roll.bpm = 90.0
    told = [each for _ in range(500) for each in roll.cycle(clock)]
    assert told == []
    assert clock.bpm == pytest.approx(90)
    assert clock.timeline is not None
    assert clock.timeline.tick_at(roll.now * SECOND // 48000) == pytest.approx(roll.quarters * 24, abs=1)
