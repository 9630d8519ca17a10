"""The storm guard: 1000 messages a second, and what must pass whatever the weather."""

from __future__ import annotations

import pytest
from tests.routing.routes.spelling import read

from descant_routing.guards.storm import RATE, SECOND, StormGuard

PASS = ("C4 off", "C4 v0", "cc64=63", "cc66=0", "cc69=0", "cc120=0", "cc121=0", "cc123=0", "bend 0", "pressure 0",
        "C4 press 0", "clock", "start", "stop", "song position 4", "time code", "sensing", "reset")  # fmt: skip
STAY = ("C4", "cc64=64", "cc1=0", "bend 1", "pressure 1", "C4 press 1", "program 1", "sysex")


def flooded() -> StormGuard:
    guard = StormGuard()
    while guard.passes(read("cc1=5"), 0):
        pass
    guard.dropped = 0
    return guard


def test_a_thousand_a_second_pass_for_ever() -> None:
    guard = StormGuard()
    assert all(guard.passes(read("C4"), number * SECOND // RATE) for number in range(10 * RATE))
    assert guard.dropped == 0


def test_ten_thousand_a_second_are_cut_to_a_thousand() -> None:
    guard = StormGuard()
    passed = [
        guard.passes(read("C4"), number * SECOND // (10 * RATE)) for number in range(100 * RATE)
    ]  # 10 s
    assert sum(passed) == pytest.approx(11 * RATE, rel=0.001), "a second's worth at once, and 1000 in each"
    assert sum(passed[-10 * RATE :]) == pytest.approx(RATE, rel=0.01)
    assert guard.dropped == len(passed) - sum(passed)


def test_a_daw_may_send_all_it_knows_at_once() -> None:
    guard = StormGuard()
    chase = [read(f"cc{number}=1 ch{channel}") for channel in range(1, 17) for number in range(40)]
    assert all(guard.passes(data, 0) for data in chase)


@pytest.mark.parametrize("text", PASS)
def test_passes_in_a_storm(text: str) -> None:
    guard = flooded()
    assert all(guard.passes(read(text), 0) for _ in range(5000))
    assert guard.dropped == 0


@pytest.mark.parametrize("text", STAY)
def test_stays_in_a_storm_and_is_counted(text: str) -> None:
    guard = flooded()
    assert not guard.passes(read(text), 0)
    assert guard.dropped == 1


def test_after_the_storm_everything_passes_again() -> None:
    guard = flooded()
    assert not guard.passes(read("C4"), SECOND // RATE - 1)
    assert guard.passes(read("C4"), SECOND // RATE)


def test_what_passes_in_any_case_takes_no_room() -> None:
    guard = StormGuard()
    for _ in range(5000):
        guard.passes(read("clock"), 0)
    assert guard.passes(read("C4"), 0)
