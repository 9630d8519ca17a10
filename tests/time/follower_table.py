"""How well the clock is followed, beside what others ship: one table, made of synthetic masters.

The truth is the grid that a master was made from; what is measured is by how much the tick a sixteenth
ahead is predicted wrongly, because that is when a step is prepared. Virtual time: the same on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import fmean
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tests.time.rivals import Dll, MeanOf24, Ours, Predictor

from descant_daemon.time.timeline import PPQN, ns_per_tick

MS = 1e6
AHEAD = 6  # ticks: a sixteenth
LOCKED = 4 * PPQN  # ticks: later errors are those of a follower that has settled
BEGIN = 1e9
SETTLED = 16  # beats
STARTS = 50  # starts for every seed
TEMPI = (30, 60, 97.3, 120, 180, 300)
Times = NDArray[np.float64]
Kind = Callable[[], Predictor]
Of = Callable[[Kind, Sequence[int]], float]


class Row(NamedTuple):
    """One measure. ``target``: what ours has to reach; ``met``: it does, and leaves the others far enough
    behind, where the others try at all."""

    name: str
    unit: str
    ours: float
    dll: float
    mean24: float
    target: float
    met: bool


class Stream(NamedTuple):
    """A master: where its ticks are, when they are heard (ns), and which of them arrive."""

    true: Times
    heard: NDArray[np.int64]
    arrives: NDArray[np.bool_]


class Measure(NamedTuple):
    """What is measured, and what it has to come to.

    ``most``: the target is the most that is allowed, else the least. ``dll``, ``mean24``: ours may be at most
    (at least) so many times theirs; None where they do not try, or are as good.
    """

    name: str
    unit: str
    of: Of
    target: float
    most: bool = True
    dll: float | None = None
    mean24: float | None = None


# -- masters -----------------------------------------------------------------------------------------


def grid(intervals: Iterable[float]) -> Times:
    """Tick times with these intervals (ns) between them."""
    return BEGIN + np.cumsum([0.0, *intervals])


def steady(bpm: float, beats: int) -> Times:
    """An even grid."""
    return BEGIN + np.arange(beats * PPQN, dtype=np.float64) * ns_per_tick(bpm)


def stepping() -> Times:
    """16 beats of 120, then 16 of 140 BPM."""
    return grid([ns_per_tick(120)] * 16 * PPQN + [ns_per_tick(140)] * 16 * PPQN)


def ramping() -> Times:
    """8 beats of 120, in 8 beats to 140, 8 beats of 140 BPM."""
    tempi = np.concatenate([np.full(192, 120.0), np.linspace(120, 140, 192), np.full(192, 140.0)])
    return grid(ns_per_tick(bpm) for bpm in tempi)


def gauss(true: Times, seed: int, sigma: float = 0.3, drops: float = 0.0) -> Stream:
    """``sigma`` in ms of jitter on every tick; ``drops``: the share of ticks that never arrives."""
    random = np.random.default_rng([seed, round(10 * sigma)])
    heard = true + random.normal(0, sigma * MS, len(true))
    arrives = random.random(len(true)) >= drops
    arrives[:8] = arrives[-1] = True
    return Stream(true, np.maximum.accumulate(heard).astype(np.int64), arrives)


def usb(true: Times, seed: int) -> Stream:
    """Late by |N(0, .5 ms)|, and one tick in a hundred by 8 ms more."""
    random = np.random.default_rng(seed)
    late = np.abs(random.normal(0, 0.5, len(true))) + 8 * (random.random(len(true)) < 0.01)
    heard = np.maximum.accumulate(true + late * MS)
    return Stream(true, heard.astype(np.int64), np.ones(len(true), bool))


def blocks(true: Times, seed: int, frames: int = 512, rate: int = 48000) -> Stream:
    """Sent at the edges of audio blocks."""
    block = frames / rate * 1e9
    begin = np.random.default_rng(seed).uniform(0, block)
    heard = ((true + begin) // block + 1) * block
    return Stream(true, heard.astype(np.int64), np.ones(len(true), bool))


# -- following them ----------------------------------------------------------------------------------


def follow(follower: Predictor, stream: Stream) -> Times:
    """After every tick that arrives: by how many ns the tick ``AHEAD`` of it is predicted wrongly."""
    return np.array([follower.predict(AHEAD) - true for true in _told(follower, stream)])


def _told(follower: Predictor, stream: Stream) -> Iterator[float]:
    """Tells the follower of each tick; where the tick ``AHEAD`` of it really is."""
    for index in np.flatnonzero(stream.arrives[:-AHEAD]):
        follower.tick(int(stream.heard[index]))
        yield float(stream.true[index + AHEAD])


def rms(wrong: Times) -> float:
    """Root mean square, ms."""
    return float(np.sqrt(np.mean(wrong**2))) / MS


def p99(wrong: Times) -> float:
    """99 of 100 errors are smaller, ms."""
    return float(np.percentile(np.abs(wrong), 99)) / MS


Master = Callable[[Times, int], Stream]


def _settled(master: Master, kind: Kind, seeds: Sequence[int], *, bpm: float = 120) -> Times:
    """Errors after ``SETTLED`` beats, less their mean: a constant delay is what the offset is for."""
    true = steady(bpm, 64)
    runs = [follow(kind(), master(true, seed))[SETTLED * PPQN :] for seed in seeds]
    return np.concatenate([run - run.mean() for run in runs])


def _with(**what: float) -> Master:
    return lambda true, seed: gauss(true, seed, **what)


def quiet(master: Master, of: Callable[[Times], float] = rms) -> Of:
    """How quiet the prediction is once it has settled."""

    def measure(kind: Kind, seeds: Sequence[int]) -> float:
        return of(_settled(master, kind, seeds))

    return measure


def rejection(sigma: float) -> Of:
    """By how much the prediction is quieter than ``sigma`` ms of jitter."""

    def measure(kind: Kind, seeds: Sequence[int]) -> float:
        return sigma / rms(_settled(_with(sigma=sigma), kind, seeds))

    return measure


def early(ticks: int, of: Callable[[Times], float]) -> Of:
    """Of the error after the first ``ticks``, over many starts."""

    def measure(kind: Kind, seeds: Sequence[int]) -> float:
        true = steady(120, 2)
        starts = [gauss(true, seed * STARTS + start) for seed in seeds for start in range(STARTS)]
        return of(np.array([follow(kind(), start)[ticks - 1] for start in starts]))

    return measure


def within(limit: float) -> Callable[[Times], float]:
    """The share of errors below ``limit`` ms, percent."""
    return lambda wrong: 100 * float(np.mean(np.abs(wrong) <= limit * MS))


def detection(kind: Kind, seeds: Sequence[int]) -> float:
    """Ticks after a step from 120 to 140 until the tempo is nearer to the new one, the slowest start."""
    true, change, slowest = stepping(), 16 * PPQN, 0
    for seed in seeds:
        follower, stream = kind(), gauss(true, seed)
        for index, time in enumerate(stream.heard):
            follower.tick(int(time))
            per_tick = follower.predict(1) - follower.predict(0)
            if index > change and per_tick < ns_per_tick(130):
                slowest = max(slowest, index - change)
                break
    return slowest


def step_time(kind: Kind, seeds: Sequence[int]) -> float:
    """Seconds after a step from 120 to 140 until errors stay below 2 ms, the slowest of all."""
    true, change = stepping(), 16 * PPQN + 1
    slowest = 0.0
    for seed in seeds:
        wrong = follow(kind(), gauss(true, seed))[change:]  # what was said before could not know
        outside = np.flatnonzero(np.abs(wrong) > 2 * MS)
        if len(outside):
            slowest = max(slowest, (true[change + outside[-1] + 1] - true[change]) / 1e9)
    return slowest


def ramp_peak(of: Callable[[Sequence[float]], float]) -> Of:
    """The largest error on a ramp of 20 BPM in 8 beats, ms: the mean or the worst over the seeds."""

    def measure(kind: Kind, seeds: Sequence[int]) -> float:
        true = ramping()
        return of([float(np.max(np.abs(follow(kind(), gauss(true, seed))[LOCKED:]))) / MS for seed in seeds])

    return measure


def shown_spread(kind: Kind, seeds: Sequence[int]) -> float:
    """By how much the shown tempo wanders at 1 ms of jitter, BPM, the worst."""
    spreads: list[float] = []
    for seed in seeds:
        follower, shown = kind(), list[float]()
        for time in gauss(steady(120, 64), seed, 1.0).heard:
            follower.tick(int(time))
            shown.append(follower.bpm)
        spreads.append(max(shown[8 * PPQN :]) - min(shown[8 * PPQN :]))
    return max(spreads)


def worst_tempo(kind: Kind, seeds: Sequence[int]) -> float:
    """The rms of the worst of the tempi from 30 to 300 BPM."""
    return max(rms(_settled(gauss, kind, seeds[:2], bpm=bpm)) for bpm in TEMPI)


def drift(kind: Kind, seeds: Sequence[int]) -> float:
    """Ticks by which the count is off after 8 h at 30 BPM with 2 % of the ticks dropped."""
    stream = gauss(steady(30, 8 * 60 * 30), seeds[0], drops=0.02)
    follower = kind()
    for time in stream.heard[stream.arrives].tolist():
        follower.tick(time)
    return abs(follower.count - (len(stream.true) - 1))


def loss(kind: Kind, seeds: Sequence[int]) -> float:
    """How long after the last tick the clock is known to be lost, ms."""
    follower = kind()
    for time in steady(120, 2):
        follower.tick(int(time))
    return follower.lost_after() / MS


MEASURES = (
    Measure("phase, jitter .3 ms: rms", "ms", quiet(gauss), 0.058, mean24=1 / 4),
    Measure("phase, jitter .3 ms: p99", "ms", quiet(gauss, p99), 0.25, mean24=1 / 4),
    *(
        Measure(f"jitter of {sigma:g} ms made smaller", "×", rejection(sigma), 5, most=False, mean24=4)
        for sigma in (0.3, 1.0, 2.0)
    ),
    Measure("USB-like jitter and spikes: rms", "ms", quiet(usb), 0.1, dll=1 / 2, mean24=1 / 4),
    Measure("sent by the block of 512: rms", "ms", quiet(blocks), 0.5, dll=1.05, mean24=1 / 5),
    Measure("2 % of ticks dropped: rms", "ms", quiet(_with(drops=0.02)), 0.1, dll=1 / 4, mean24=1 / 4),
    Measure("30 to 300 BPM: worst rms", "ms", worst_tempo, 0.1, mean24=1 / 4),
    Measure("after 4 ticks: rms", "ms", early(4, rms), 1.5, dll=0.6, mean24=1.05),
    Measure("after 6 ticks: rms", "ms", early(6, rms), 0.75, dll=0.6, mean24=1.05),
    Measure("after 6 ticks: below 1.5 ms", "%", early(6, within(1.5)), 97, most=False, dll=1, mean24=1),
    Measure("after a beat: below .5 ms", "%", early(24, within(0.5)), 97, most=False, dll=1, mean24=1),
    Measure("120 to 140 BPM: noticed", "ticks", detection, 6, dll=1 / 4, mean24=1),
    Measure("120 to 140 BPM: below 2 ms", "s", step_time, 0.15, dll=1 / 10, mean24=1),
    Measure("20 BPM in 8 beats: mean peak", "ms", ramp_peak(fmean), 3, dll=1 / 6, mean24=1),
    Measure("20 BPM in 8 beats: worst peak", "ms", ramp_peak(max), 5, dll=1 / 3),
    Measure("shown tempo at 1 ms of jitter", "BPM", shown_spread, 0, dll=0, mean24=0),
    Measure("8 h with 2 % dropped: drift", "ticks", drift, 0, dll=0, mean24=0),
    Measure("clock lost, 120 BPM", "ms", loss, 250.001),
)


def follower_table(seeds: Sequence[int]) -> list[Row]:
    """Every measure over these seeds, the more the truer. Pure; some five seconds with six of them."""
    return [_row(measure, seeds) for measure in MEASURES]


def _row(measure: Measure, seeds: Sequence[int]) -> Row:
    ours, dll, mean24 = (measure.of(kind, seeds) for kind in (Ours, Dll, MeanOf24))
    met = _reaches(measure, ours, measure.target)
    for share, theirs in ((measure.dll, dll), (measure.mean24, mean24)):
        met = met and (share is None or _reaches(measure, ours, share * theirs))
    return Row(measure.name, measure.unit, ours, dll, mean24, measure.target, met)


def _reaches(measure: Measure, ours: float, bar: float) -> bool:
    return ours <= bar if measure.most else ours >= bar
