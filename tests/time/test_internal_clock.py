"""A beat that is near a tap glides to it: the song never jumps, and whoever follows our clock stays with us."""

from __future__ import annotations

import itertools
import random

import pytest
from tests.time.test_clock_master_tapped import MS, SECOND, Wire

from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.clock import Kind
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock

HALF = SECOND // 2


def begun(bpm: float = 120) -> Wire:
    """Tick 0 at 1 s."""
    clock = InternalClock(bpm)
    clock.start(SECOND)
    wire = Wire(clock)
    wire.hear(list(clock.advance(SECOND)))
    return wire


def tick(wire: Wire, now: int) -> float:
    assert wire.clock.timeline is not None
    return wire.clock.timeline.tick_at(now)


@pytest.mark.parametrize("late", [-120, -60, -3, 0, 3, 60, 120])
def test_the_song_does_not_jump_and_its_next_beat_comes_with_the_next_tap(late: int) -> None:
    """At 120 BPM a quarter beat, the farthest that is near, lasts 125 ms."""
    wire = begun()
    first = now = 3 * SECOND + late * MS
    for tap in range(4):
        now = first + tap * HALF
        wire.run(now)
        before = tick(wire, now)
        wire.clock.tap(now)
        assert tick(wire, now) == pytest.approx(before, abs=0.05)
    wire.run(now + HALF)
    assert tick(wire, now + HALF) == pytest.approx(8 * 24, abs=1e-6)
    assert wire.clock.bpm == pytest.approx(120)
    assert wire.clock.timeline is not None
    assert wire.clock.timeline.bpm == pytest.approx(120), "and from there on it is the tapped tempo"


def test_no_clock_of_the_glide_is_hurried_more_than_by_a_third() -> None:
    for late in range(-124, 125, 8):
        wire = begun()
        for tap in range(8):
            wire.run(now := 3 * SECOND + late * MS + tap * HALF)
            wire.clock.tap(now)
        wire.run(9 * SECOND)
        gaps = [(later - earlier) / SECOND * 48 for earlier, later in itertools.pairwise(wire.clocks)]
        assert min(gaps) > 0.75
        assert max(gaps) < 1.4


@pytest.mark.parametrize("seed", range(40))
def test_a_follower_of_our_clock_stays_with_us_while_a_player_taps(seed: int) -> None:
    dice = random.Random(seed)
    beat = 60 * SECOND / dice.uniform(100, 140)
    wire, now = begun(), 2.0 * SECOND
    for _ in range(8):
        now += dice.gauss(beat, 0.02 * beat)
        wire.run(int(now))
        wire.clock.tap(int(now))
    end = int(now) + 4 * SECOND
    wire.run(end)
    follower = MidiClock()
    for at, data in wire.sent:
        assert Kind.RELOCATED not in [each.kind for each in follower.feed(data, at)]
    assert follower.timeline is not None
    assert follower.timeline.tick_at(end) == pytest.approx(tick(wire, end), abs=0.1)


def gliding(clock: InternalClock | AutoClock, at: int = SECOND) -> int:
    """Four taps, each 60 ms after a beat of 120 BPM that began at ``at``; when the last one was."""
    first = at + 4 * HALF + 60 * MS
    for tap in range(4):
        clock.tap(first + tap * HALF)
    return first + 3 * HALF


def test_nothing_is_planned_beyond_the_glide_s_end() -> None:
    wire = begun()
    now = gliding(wire.clock)
    assert wire.clock.trusted_until == wire.clock.next_deadline() == now + HALF
    wire.run(now + HALF)
    assert wire.clock.trusted_until is None
    assert wire.clock.next_deadline() is None


def test_whoever_plays_without_a_master_is_woken_at_the_glide_s_end_too() -> None:
    clock = AutoClock(120)
    clock.key_pressed(SECOND)
    now = gliding(clock)
    assert clock.next_deadline() == now + HALF


@pytest.mark.parametrize("command", [b"\xfa", b"\xfc", b"\xf2\x10\x00"])
def test_start_stop_and_a_new_place_end_the_glide(command: bytes) -> None:
    wire = begun()
    now = gliding(wire.clock)
    wire.clock.feed(command, now + MS)
    assert wire.clock.trusted_until is None
    line = wire.clock.timeline
    wire.clock.advance(now + SECOND)
    assert wire.clock.timeline == line
    assert line is None or line.bpm == pytest.approx(120)
