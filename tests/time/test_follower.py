"""How well the follower follows, in virtual time, beside what others ship. Targets: research/timing.md §6."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import pytest

from descant_daemon.time.follower import MEMORY, Follower
from descant_daemon.time.timeline import ns_per_tick

MS = 1_000_000
AHEAD = 6  # ticks: a sixteenth
T120, T140 = ns_per_tick(120), ns_per_tick(140)


class Predictor(Protocol):
    """Anything that is told of ticks and says when later ones will be."""

    def tick(self, time: int) -> int: ...

    def predict(self, ticks: int) -> float: ...


class Ours:
    def __init__(self) -> None:
        self.follower = Follower()

    def tick(self, time: int) -> int:
        return self.follower.tick(time)

    def predict(self, ticks: int) -> float:
        line = self.follower.timeline(0)
        return math.nan if line is None else float(line.time_of(line.tick + ticks))


class Dll:
    """A fixed second-order loop, as Ardour has it."""

    OMEGA = 2 * math.pi * (60 / 500) / 24

    def __init__(self) -> None:
        self.expected, self.last, self.period = math.nan, math.nan, math.nan

    def tick(self, time: int) -> int:
        if math.isnan(self.period):
            self.period = time - self.last
            self.expected = time + self.period
        else:
            error = time - self.expected
            self.expected += self.period + math.sqrt(2) * self.OMEGA * error
            self.period += self.OMEGA**2 * error
        self.last = time
        return 1

    def predict(self, ticks: int) -> float:
        return self.expected + (ticks - 1) * self.period


class MeanOf24:
    """The mean of the last 24 intervals on from the last tick, as norns has it."""

    def __init__(self) -> None:
        self.times: list[int] = []

    def tick(self, time: int) -> int:
        self.times = [*self.times[-24:], time]
        return 1

    def predict(self, ticks: int) -> float:
        if len(self.times) < 2:
            return math.nan
        return self.times[-1] + ticks * (self.times[-1] - self.times[0]) / (len(self.times) - 1)


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


def stepping() -> list[float]:
    """16 beats of 120, then 16 of 140."""
    return list(np.cumsum([1e9] + [T120] * 384 + [T140] * 384))


def ramping() -> list[float]:
    """8 beats of 120, in 8 beats to 140, 8 beats of 140."""
    tempi = [120.0] * 192 + list(np.linspace(120, 140, 192)) + [140.0] * 192
    return list(np.cumsum([1e9, *(ns_per_tick(bpm) for bpm in tempi)]))


Jittered = Callable[..., list[int]]
Steady = Callable[..., list[float]]


# -- a steady tempo --------------------------------------------------------------------------------


def test_the_phase_is_quiet_once_locked(jittered: Jittered, steady: Steady) -> None:
    true = steady(120, 64 * 24)
    figures = {
        kind: np.concatenate([errors(kind(), true, jittered(true, 0.3, seed))[MEMORY:] for seed in range(4)])
        for kind in (Ours, MeanOf24)
    }
    assert rms(figures[Ours]) <= 0.1 * MS
    assert np.percentile(np.abs(figures[Ours]), 99) <= 0.25 * MS
    assert rms(figures[Ours]) < rms(figures[MeanOf24]) / 4


def test_jitter_is_rejected_fivefold(jittered: Jittered, steady: Steady) -> None:
    true = steady(120, 64 * 24)
    for sigma in (0.3, 1.0, 2.0):
        wrong = np.concatenate(
            [errors(Ours(), true, jittered(true, sigma, seed))[MEMORY:] for seed in range(2)]
        )
        assert rms(wrong) <= sigma * MS / 5, sigma


def test_spikes_pass_unheard(jittered: Jittered, steady: Steady) -> None:
    true = steady(120, 64 * 24)
    heard = [jittered(true, 0.3, seed, spikes=0.01) for seed in range(4)]
    ours = np.concatenate([errors(Ours(), true, times)[MEMORY:] for times in heard])
    theirs = np.concatenate([errors(Dll(), true, times)[4 * MEMORY :] for times in heard])
    assert rms(ours) <= 0.1 * MS
    assert rms(ours) < rms(theirs)


def test_a_master_that_sends_at_block_edges_is_smoothed(steady: Steady) -> None:
    """512 samples at 48 kHz: a sawtooth of 10.7 ms, which looks like a slow change of tempo and is none."""
    true = steady(120, 64 * 24)
    block = 512 / 48000 * 1e9
    figures = {}
    for kind in (Ours, Dll, MeanOf24):
        wrong = [
            errors(kind(), true, [int((time + offset) // block * block) for time in true])[16 * 24 :]
            for offset in (0, 3e6, 8e6)
        ]
        figures[kind] = rms(np.concatenate([each - np.mean(each) for each in wrong]))
    assert figures[Ours] <= 0.5 * MS
    assert figures[Ours] < 1.05 * figures[Dll]
    assert figures[Ours] < figures[MeanOf24] / 5


@pytest.mark.parametrize(("ticks", "within"), [(6, 1.5), (24, 0.5)])
def test_the_prediction_is_usable_early(
    jittered: Jittered, steady: Steady, ticks: int, within: float
) -> None:
    true = steady(120, 48)
    wrong = {
        kind: np.asarray([errors(kind(), true, jittered(true, 0.3, s))[ticks - 1] for s in range(100)])
        for kind in (Ours, Dll, MeanOf24)
    }
    assert np.mean(np.abs(wrong[Ours]) <= within * MS) >= 0.95
    assert rms(wrong[Ours]) < 0.6 * rms(wrong[Dll])
    assert rms(wrong[Ours]) < 1.05 * rms(wrong[MeanOf24])


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


def test_a_step_of_tempo_is_followed_at_once(jittered: Jittered) -> None:
    true = stepping()
    change = 384 + 1
    for seed in range(6):
        heard = jittered(true, 0.3, seed)
        ours, dll, mean = (
            # a prediction from before the change cannot know of it
            settle(errors(kind(), true, heard)[change:], 2 * MS, T140)
            for kind in (Ours, Dll, MeanOf24)
        )
        assert ours <= 0.15
        assert ours < dll / 10
        assert ours < mean


def test_a_ramp_is_followed(jittered: Jittered) -> None:
    true = ramping()
    for seed in range(6):
        heard = jittered(true, 0.3, seed)
        ours = np.max(np.abs(errors(Ours(), true, heard)[MEMORY:]))
        dll = np.max(np.abs(errors(Dll(), true, heard)[MEMORY:]))
        assert ours <= 5 * MS
        assert ours < dll / 3


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


def test_the_grid_stays_quiet_with_dropped_ticks(jittered: Jittered, steady: Steady) -> None:
    true = steady(120, 64 * 24)
    random = np.random.default_rng(1)
    follower, wrong = Follower(), []
    for index, time in enumerate(jittered(true, 0.3, 1)[:-AHEAD]):
        if index < 8 or random.random() > 0.02:
            follower.tick(time)
            line = follower.timeline(0)
            if line is not None and index > MEMORY:
                wrong.append(line.time_of(index + AHEAD) - true[index + AHEAD])
    assert rms(np.asarray(wrong)) <= 0.1 * MS


def test_eight_hours_drift_by_no_tick(jittered: Jittered, steady: Steady) -> None:
    ticks = 8 * 60 * 30 * 24
    kept = np.random.default_rng(8).random(ticks) > 0.02
    kept[:8] = kept[-1] = True
    follower = Follower()
    for time in np.asarray(jittered(steady(30, ticks), 0.3, 8))[kept].tolist():
        follower.tick(time)
    assert follower.count == ticks - 1


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
