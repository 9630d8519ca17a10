"""What the follower must not be misled by, in virtual time; how quiet it is stands in test_follower_table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from tests.time.rivals import Ours, Predictor

from descant_daemon.time.follower import Follower
from descant_daemon.time.regression import MEMORY
from descant_daemon.time.timeline import ns_per_tick

MS = 1_000_000
AHEAD = 6  # ticks: a sixteenth
T120 = ns_per_tick(120)

Jittered = Callable[..., list[int]]
Steady = Callable[..., list[float]]


def errors(predictor: Predictor, true: Sequence[float], heard: Sequence[int]) -> np.ndarray:
    """After every tick: by how many ns the prediction of the tick ``AHEAD`` of it is off."""
    wrong: list[float] = []
    for index in range(len(true) - AHEAD):
        predictor.tick(heard[index])
        wrong.append(predictor.predict(AHEAD) - true[index + AHEAD])
    return np.asarray(wrong)


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def settle(wrong: np.ndarray, within: float, per_tick: float) -> float:
    """Seconds until the error stays within, ns."""
    outside = np.flatnonzero(np.abs(wrong) > within)
    return float((outside[-1] + 1 if len(outside) else 0) * per_tick / 1e9)


# -- a steady tempo --------------------------------------------------------------------------------


@pytest.mark.parametrize("bpm", [30, 60, 97.3, 180, 300])
def test_every_tempo_is_followed(jittered: Jittered, steady: Steady, bpm: float) -> None:
    true = steady(bpm, 400)
    follower = Ours()
    wrong = errors(follower, true, jittered(true, 0.3, 1))
    assert rms(wrong[MEMORY:]) <= 0.1 * MS
    line = follower.follower.timeline(0)
    assert line is not None
    assert line.bpm == pytest.approx(bpm, abs=0.1)
    assert follower.follower.count == len(wrong) - 1


def test_a_growing_memory_is_least_squares(jittered: Jittered, steady: Steady) -> None:
    heard = jittered(steady(120, MEMORY), 0.05, 3)  # too small for gate and refit
    follower = Follower()
    for count, time in enumerate(heard):
        follower.tick(time)
        if count in (1, 2, 3, 10, 40, MEMORY - 1):
            slope, start = np.polyfit(np.arange(count + 1), np.asarray(heard[: count + 1]) - heard[0], 1)
            line = follower.timeline(0)
            assert line is not None
            assert line.per_tick == pytest.approx(slope, abs=1)
            assert line.time - heard[0] == pytest.approx(start + count * slope, abs=1)


# -- a changing tempo --------------------------------------------------------------------------------


def test_a_step_of_phase_is_followed(jittered: Jittered, steady: Steady) -> None:
    true = steady(120, 200)
    true = true[:150] + [time + 5 * MS for time in true[150:]]
    wrong = errors(Ours(), true, jittered(true, 0.3, 5))
    assert settle(wrong[150:], 2 * MS, T120) <= 0.15


@pytest.mark.parametrize("factor", [0.5, 2.0, 3.0, 1 / 3, 0.77, 1.5, 0.45, 0.55])
def test_any_other_tempo_is_followed_and_counted(jittered: Jittered, factor: float) -> None:
    true = list(np.cumsum([1e9] + [T120] * 120 + [T120 / factor] * 120))
    follower = Ours()
    wrong = errors(follower, true, jittered(true, 0.3, 2))
    assert follower.follower.count == len(wrong) - 1
    assert rms(wrong[150:]) <= 1 * MS


# -- ticks that are missing, doubled, late -----------------------------------------------------------


def counted(heard: Sequence[int], kept: Sequence[bool]) -> list[int]:
    """The follower's count after every tick that it was told of, less what it should be."""
    follower = Follower()
    off: list[int] = []
    for index, time in enumerate(heard):
        if kept[index]:
            follower.tick(time)
            off.append(follower.count - index)
    return off


def test_dropped_ticks_are_counted(jittered: Jittered, steady: Steady) -> None:
    true = steady(120, 64 * 24)
    for seed in range(4):
        kept = [
            index < 8 or drop > 0.02 for index, drop in enumerate(np.random.default_rng(seed).random(1536))
        ]
        assert sum(kept) < 1536 - 10
        assert set(counted(jittered(true, 0.3, seed), kept)) == {0}


@pytest.mark.parametrize(("bpm", "sigma"), [(240, 1.0), (120, 1.5)])
def test_dropped_ticks_that_jitter_hides_are_counted_after_all(
    jittered: Jittered, steady: Steady, bpm: float, sigma: float
) -> None:
    true = steady(bpm, 2000)
    for seed in range(12):
        kept = np.random.default_rng(seed + 77).random(len(true)) > 0.02
        kept[:8] = kept[-16:] = True
        assert counted(jittered(true, sigma, seed), kept.tolist())[-1] == 0, seed


@pytest.mark.parametrize(("bpm", "rate"), [(174, 44100), (180, 44100), (188, 48000), (200, 48000)])
def test_a_master_that_sends_by_the_block_drops_nothing(steady: Steady, bpm: float, rate: int) -> None:
    """Blocks of 512 samples: intervals of one block and of two, which look like drops of a faster clock."""
    block = 512 / rate * 1e9
    true = steady(bpm, 800)
    for offset in range(10):
        heard = [int((time + offset * block / 10) // block * block) for time in true]
        assert counted(heard, [True] * len(heard))[-1] == 0, offset


def test_doubled_ticks_count_once(steady: Steady) -> None:
    follower = Follower()
    for index, time in enumerate(steady(120, 200)):
        assert follower.tick(int(time)) == 1
        if index % 7 == 1:
            assert follower.tick(int(time) + 600_000) == 0
    assert follower.count == 199


@pytest.mark.parametrize("bpm", [120, 200, 300])
def test_late_ticks_are_neither_lost_nor_doubled(jittered: Jittered, steady: Steady, bpm: float) -> None:
    follower = Follower()
    heard = jittered(steady(bpm, 2000), 0.1, 4, spikes=0.02)
    heard[-12:] = [int(time) for time in steady(bpm, 2000)[-12:]]
    for time in heard:
        follower.tick(time)
    assert follower.count == 1999


@pytest.mark.parametrize("late", [8, -8])
def test_a_spike_on_the_second_tick_is_forgotten(steady: Steady, late: float) -> None:
    true = steady(120, 60)
    heard = [int(time) for time in true]
    heard[1] += int(late * MS)
    wrong = errors(Ours(), true, heard)
    assert np.max(np.abs(wrong[9:])) <= 0.5 * MS


@pytest.mark.parametrize("late", [15, 30, 35, 45, 70, 111])
def test_a_stall_and_the_burst_after_it_are_counted(steady: Steady, late: float) -> None:
    """The host hung; what it should have sent meanwhile comes at once."""
    true = steady(120, 200)
    woken = true[100] + late * MS
    heard = [
        int(time if index < 100 else max(time, woken + (index - 100) * 300_000))
        for index, time in enumerate(true)
    ]
    follower = Ours()
    wrong = errors(follower, true, heard)
    assert follower.follower.count == len(wrong) - 1
    assert np.max(np.abs(wrong[112:])) <= 2 * MS


@pytest.mark.parametrize("late", [0, 6])
def test_a_tick_that_is_sent_twice_counts_once(steady: Steady, late: float) -> None:
    follower = Follower()
    for index, time in enumerate(steady(120, 60)):
        heard = int(time + (late * MS if index == 40 else 0))
        assert follower.tick(heard) == 1
        if index in (0, 40):
            assert follower.tick(heard + 500_000) == 0
    assert follower.count == 59


# -- a fresh start -----------------------------------------------------------------------------------


def test_a_kept_tempo_that_is_wrong_is_soon_forgotten(jittered: Jittered, steady: Steady) -> None:
    true = steady(140, 48, start=5e9)
    for seed in range(20):
        follower = Ours()
        for time in steady(120, 100):
            follower.tick(int(time))
        follower.follower.restart(keep_tempo=True)
        wrong = errors(follower, true, jittered(true, 0.3, seed))
        assert np.max(np.abs(wrong[5:])) <= 2 * MS


def test_a_kept_tempo_serves_from_the_first_tick(steady: Steady) -> None:
    follower = Follower()
    for time in steady(97, 30):
        follower.tick(int(time))
    follower.restart(keep_tempo=True)
    assert follower.timeline(0) is None
    follower.tick(7_000_000_000)
    line = follower.timeline(0)
    assert line is not None
    assert line.tick == 0
    assert line.bpm == pytest.approx(97, abs=0.01)


@pytest.mark.parametrize(
    "intervals",
    [[0] * 20, [100_000] * 50, [1] * 20, [3_500_000_000 // 24] * 20, [5_000_000_000] * 4, [-1_000_000] * 9],
    ids=["none", "0.1 ms", "1 ns", "3.5 s a beat", "5 s gaps", "backward"],
)
def test_absurd_ticks_give_a_tempo_and_are_left_behind(steady: Steady, intervals: list[int]) -> None:
    follower = Follower()
    now = 10_000_000_000
    for interval in [0, *intervals]:
        now += interval
        follower.tick(now)
        line = follower.timeline(0)
        assert line is None or line.per_tick > 0
    for time in steady(120, 30, start=now + 20e6):
        follower.tick(int(time))
    line = follower.timeline(0)
    assert line is not None
    assert line.bpm == pytest.approx(120, abs=0.5)
