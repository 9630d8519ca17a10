"""The tempo that is shown stands still."""

from __future__ import annotations

from collections.abc import Callable

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


@pytest.mark.parametrize("bpm", [120.0, 97.3, 133.4, 90.0])
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


def test_a_time_that_goes_back_changes_nothing() -> None:
    display = TempoDisplay()
    for now in (10**9, 0, 2 * 10**9, 10**9):
        display.feed(120 + now / 1e9, now)
    assert display.bpm is not None
    assert 120 <= display.bpm <= 122
