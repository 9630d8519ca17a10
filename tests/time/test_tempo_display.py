"""The tempo that is shown stands still."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from descant_daemon.time.follower import Follower
from descant_daemon.time.tempo_display import TempoDisplay
from descant_daemon.time.timeline import ns_per_tick


def shown(heard: list[int]) -> list[float | None]:
    follower, display, seen = Follower(), TempoDisplay(), list[float | None]()
    for time in heard:
        follower.tick(time)
        line = follower.timeline(0)
        if line is not None:
            display.feed(line.bpm, time)
        seen.append(display.bpm)
    return seen


@pytest.mark.parametrize("bpm", [120.0, 97.3, 97.35, 133.4, 90.0])
@pytest.mark.parametrize("sigma", [0.0, 0.3, 1.0])
def test_a_steady_tempo_is_shown_as_it_is_and_stays(
    jittered: Callable[..., list[int]], steady: Callable[..., list[float]], bpm: float, sigma: float
) -> None:
    seen = shown(jittered(steady(bpm, 60 * 24), sigma, 1))
    assert seen[0] is None
    settled = set(seen[8 * 24 :])
    assert len(settled) == 1
    assert abs((settled.pop() or 0) - bpm) < 0.1001


def test_a_new_tempo_is_shown_within_a_second_and_a_half(steady: Callable[..., list[float]]) -> None:
    first = [int(time) for time in steady(120, 96)]
    second = [int(first[-1] + (index + 1) * ns_per_tick(140)) for index in range(84)]
    seen = shown(first + second)
    assert seen[95] == 120
    assert seen[-1] == 140


def test_a_nervous_tempo_is_shown_calmly() -> None:
    random, display, seen = np.random.default_rng(1), TempoDisplay(), set[float | None]()
    for tick in range(3000):
        display.feed(120 + random.uniform(-0.5, 0.5), tick * 20_000_000)
        if tick > 500:
            seen.add(display.bpm)
    assert len(seen) == 1
    assert seen <= {119.9, 120, 120.1}


def test_a_time_that_goes_back_changes_nothing() -> None:
    display = TempoDisplay()
    for now in (10**9, 0, 2 * 10**9, 10**9):
        display.feed(120 + now / 1e9, now)
    assert display.bpm is not None
    assert 120 <= display.bpm <= 122


def test_a_time_that_goes_back_and_returns_to_where_the_tempo_began_changes_nothing() -> None:
    """There the tempo would be of no age at all, and between, of less."""
    display = TempoDisplay()
    for now in (10, 5, 6, 9, 10, 11):
        display.feed(120.04, now * 10**9)
        assert display.bpm == 120
