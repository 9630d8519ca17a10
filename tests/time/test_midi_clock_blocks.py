"""Masters that send at the edges of audio blocks, that drop many ticks, that leap: every tick is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from descant_daemon.time.clock import Kind
from descant_daemon.time.follower import Follower
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.time.timeline import ns_per_tick

MS = 1_000_000
START, CLOCK = b"\xfa", b"\xf8"
Times = NDArray[np.float64]


def grid(*parts: tuple[float, int]) -> Times:
    """Where the ticks are, ns: (BPM, ticks) after (BPM, ticks)."""
    intervals = [ns_per_tick(bpm) for bpm, ticks in parts for _ in range(ticks)]
    return 1.1e9 + np.cumsum([0.0, *intervals])


def by_the_block(true: Times, frames: int, rate: int = 48_000, offset: float = 0.0) -> Times:
    """When they are heard; ``offset`` in blocks."""
    block = frames / rate * 1e9
    return (true + offset * block) // block * block


def follow(heard: Times) -> Follower:
    follower = Follower()
    for time in heard:
        follower.tick(int(time))
    return follower


@pytest.mark.parametrize("frames", [512, 1024, 2048])
@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("bpm", [90, 106, 110, 118, 119.5, 120, 128, 174])
def test_clocks_at_the_edges_of_audio_blocks_are_all_counted(
    listener: Any, frames: int, rate: int, bpm: float
) -> None:
    """RtMidi on JACK, and DAWs that emit by the block: two clocks have one stamp, or a block has none."""
    ear = listener(MidiClock())
    ear.feed(START, 1_000 * MS)
    for time in by_the_block(grid((bpm, 24 * 60)), frames, rate):
        ear.feed(CLOCK, int(time))
    assert ear.clock.timeline.tick == 24 * 60
    assert ear.clock.bpm == pytest.approx(bpm, rel=0.01)
    first, *others = ear.happened
    assert first.kind is Kind.STARTED
    assert {happening.kind for happening in others} <= {Kind.RELOCATED}
    assert all(happening.time < 8e9 for happening in others), "put right in the first seconds"


@pytest.mark.parametrize("scatter", [0.02, 0.1, 0.3])
@pytest.mark.parametrize(("frames", "bpm"), [(1024, 108), (1024, 119.5), (1024, 128), (2048, 120)])
def test_edges_need_not_be_exact(frames: int, bpm: float, scatter: float) -> None:
    """A thread wakes up a little late for its block, and all its clocks with it."""
    edges = by_the_block(grid((bpm, 3000)), frames)
    which = (edges * 48_000 / frames / 1e9).astype(int)
    late = np.abs(np.random.default_rng(3).normal(0, scatter * MS, which.max() + 2))
    assert follow(edges + late[which]).count == 3000


@pytest.mark.parametrize("frames", [1024, 2048])
@pytest.mark.parametrize(("first", "second"), [(120, 140), (140, 120), (180, 90), (100, 200), (110, 128)])
def test_a_tempo_that_changes_within_the_blocks_is_followed(frames: int, first: float, second: float) -> None:
    true = grid((first, 600), (second, 600))
    for offset in (0, 0.3, 0.7):
        follower = follow(by_the_block(true, frames, offset=offset))
        assert follower.count == 1200
        line = follower.timeline(0)
        assert line is not None
        assert line.bpm == pytest.approx(second, rel=0.01)


@pytest.mark.parametrize(("first", "second", "rate"), [(100, 200, 48_000), (90, 180, 44_100)])
def test_ticks_put_right_once_are_not_put_right_again(first: float, second: float, rate: int) -> None:
    """At first the gaps look like drops; that they are even tells, and soon after so does their length."""
    true = grid((first, 600), (second, 1200))
    for offset in range(6):
        assert follow(by_the_block(true, 512, rate, offset / 6)).count == 1800


def test_a_master_that_no_longer_sends_by_the_block_is_followed_as_any_other() -> None:
    true = grid((125, 600), (97, 400))
    heard = true + np.random.default_rng(1).normal(0, 0.3 * MS, len(true))
    heard[:600] = by_the_block(true[:600], 1024)
    follower = follow(heard)
    assert follower.count == 1000
    line = follower.timeline(0)
    assert line is not None
    assert abs(line.time - true[-1]) < 0.5 * MS


def test_a_block_master_that_starts_again_is_known_at_once() -> None:
    follower = follow(by_the_block(grid((125, 600)), 1024))
    follower.restart(keep_tempo=True)
    for index, time in enumerate(by_the_block(grid((125, 100)) + 15e9, 1024)):
        follower.tick(int(time))
        line = follower.timeline(0)
        assert line is not None
        assert follower.count == index
        assert line.bpm == pytest.approx(125, rel=0.03), "its tempo is not the block's"


def test_what_blocks_have_hidden_is_told_as_a_relocation(listener: Any) -> None:
    """128 BPM in blocks of 1024: until they are known for what they are, every twelfth clock looks doubled."""
    ear = listener(MidiClock())
    ear.feed(START, 1_000 * MS)
    for index, time in enumerate(by_the_block(grid((128, 200)), 1024)):
        ear.feed(CLOCK, int(time))
        if index > 60:
            assert ear.clock.timeline.tick == index
    assert [happening.kind for happening in ear.happened] == [Kind.STARTED, Kind.RELOCATED]
    assert ear.step == 200 // 6


@pytest.mark.parametrize("bpm", [60, 97.3, 120, 200])
@pytest.mark.parametrize("every", [1, 7])
@pytest.mark.parametrize("later", [0, 0.6])
def test_clocks_that_come_twice_by_two_ways_count_once(bpm: float, every: int, later: float) -> None:
    true = grid((bpm, 300))
    assert follow(np.sort(np.concatenate([true, true[::every] + later * MS]))).count == 300


@pytest.mark.parametrize("bpm", [60, 117.1, 120, 200])
@pytest.mark.parametrize("drops", [0.05, 0.1, 0.15])
def test_steady_drops_are_counted(bpm: float, drops: float) -> None:
    """117.1 BPM: nearly, but not, a tick of 1024 frames at 48 kHz."""
    true = grid((bpm, 4800))
    for seed in range(4):
        random = np.random.default_rng(seed)
        arrives = random.random(len(true)) >= drops
        arrives[:8] = arrives[-1] = True
        assert follow((true + random.normal(0, 0.3 * MS, len(true)))[arrives]).count == 4800


@pytest.mark.parametrize("second", [150, 210, 240, 300, 360, 20])
@pytest.mark.parametrize("first", [60, 65, 140])
def test_a_leap_of_tempo_is_counted(first: float, second: float) -> None:
    true = grid((first, 120), (second, 120))
    for seed in range(6):
        follower = follow(true + np.random.default_rng(seed).normal(0, 0.3 * MS, len(true)))
        assert follower.count == 240
        line = follower.timeline(0)
        assert line is not None
        assert abs(line.time - true[-1]) < 0.6 * MS
