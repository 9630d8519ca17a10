"""The thread that drives the effect, on a system that is made up and a clock that moves when somebody sleeps."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.routing.ports.doubles import NoEnds, Unmoved

from descant_routing import message
from descant_routing.ports import threaded
from descant_routing.ports.api import ONE_CABLE
from descant_routing.ports.cable import Cable
from descant_routing.ports.priority import ask_for_realtime
from descant_routing.ports.punctuality import Punctuality
from descant_routing.ports.threaded import ThreadedBackend
from descant_routing.ports.wiring import Wiring
from descant_routing.timed import Timed

if TYPE_CHECKING:
    from collections.abc import Sequence

MS = 1_000_000
ON = message.note_on(0, 60, 100)


class Clock:
    def __init__(self) -> None:
        self.now = 10_000 * MS

    def monotonic_ns(self) -> int:
        self.now += 1000
        return self.now


class Slow(ThreadedBackend[Cable]):
    """A system whose sleep is ``oversleep`` ns too long."""

    def __init__(self, clock: Clock, oversleep: int, ahead: bool = False) -> None:
        self.ahead = ahead
        self.woken = threading.Event()
        super().__init__("slow", Wiring(NoEnds(), "slow", ONE_CABLE, self.wake))
        self.clock, self.oversleep = clock, oversleep
        self.left: list[tuple[int, int, bytes]] = []  # when handed over, for when, what

    def wake(self) -> None:
        self.woken.set()

    def _wait(self, seconds: float | None) -> None:
        if seconds is None:
            self.woken.wait(20)
        else:
            self.clock.now += round(seconds * 1e9) + self.oversleep

    def _has_news(self) -> bool:
        return self.woken.is_set()

    def _take(self) -> list[Timed]:
        self.woken.clear()
        return []

    def _send(self, at: int, data: bytes, cable: Cable) -> None:
        self.left.append((self.clock.now, at, data))

    def _leave(self) -> None:
        pass


class Grid(Unmoved):
    """A note every 125 ms."""

    def __init__(self, start: int, count: int) -> None:
        self.due = [start + step * 125 * MS for step in range(count)]
        self.over = threading.Event()

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        now = [Timed(at, ON) for at in self.due if at < until]
        self.due = self.due[len(now) :]
        if not self.due:
            self.over.set()
        return now

    def next_deadline(self) -> int | None:
        return self.due[0] if self.due else None


def played(backend: Slow, grid: Grid) -> list[int]:
    """How late each note of the grid was handed over, ns."""
    backend.start(grid)
    assert grid.over.wait(20)
    backend.close()
    return [when - at for when, at, data in backend.left if data == ON]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(threaded, "time", clock)
    return clock


def test_spinning_makes_up_for_a_sleep_that_is_too_long(clock: Clock) -> None:
    backend = Slow(clock, oversleep=600_000)
    late = played(backend, Grid(clock.now + 125 * MS, 50))
    assert max(late) < 10_000  # some looks at the clock
    assert backend.punctuality.count == 50
    assert backend.punctuality.worst >= max(late)


def test_a_sleep_far_too_long_is_told(clock: Clock) -> None:
    """Nobody spins for 3 ms: the notes are late, and the record says by how much."""
    backend = Slow(clock, oversleep=3 * MS)
    late = played(backend, Grid(clock.now + 125 * MS, 50))
    assert min(late) > 2 * MS
    assert 2 * MS < backend.punctuality.p50 < 3 * MS


def test_what_can_be_handed_over_ahead_is_early_even_then(clock: Clock) -> None:
    backend = Slow(clock, oversleep=3 * MS, ahead=True)
    late = played(backend, Grid(clock.now + 125 * MS, 50))
    assert max(late) < 0
    assert min(late) > -6 * MS, "decided earlier than the sleep's unpunctuality asks for"
    assert backend.punctuality.worst == 0


def test_a_punctual_sleep_brings_the_decision_close_to_its_time(clock: Clock) -> None:
    backend = Slow(clock, oversleep=50_000, ahead=True)
    late = played(backend, Grid(clock.now + 125 * MS, 80))
    assert min(late[40:]) > -MS


def test_a_wake_before_the_thread_is_up_is_not_lost(clock: Clock) -> None:
    backend, grid = Slow(clock, oversleep=0), Grid(clock.now, 0)
    backend.start(grid)
    backend.wake()
    assert grid.over.wait(20)
    backend.close()


@given(st.lists(st.integers(-MS, 60 * MS), min_size=1))
def test_quantiles_are_those_of_the_list(lateness: list[int]) -> None:
    punctuality = Punctuality()
    for late in lateness:
        punctuality.note(late)
    clipped = np.clip(lateness, 0, None)
    assert punctuality.count == len(lateness)
    assert punctuality.worst == clipped.max()
    for share in (0.5, 0.99):
        exact = int(np.quantile(clipped, share, method="inverted_cdf"))
        found = punctuality.quantile(share)
        assert exact >= 50 * MS - 10_000 or exact <= found <= exact + 10_000


def test_nothing_was_due() -> None:
    assert str(Punctuality()) == "no message was due yet"
    assert Punctuality().p99 == 0


def test_punctuality_in_words() -> None:
    punctuality = Punctuality()
    for late in (15_000, 15_000, 1_204_000):
        punctuality.note(late)
    assert (
        str(punctuality)
        == "3 messages: half within 0.02 ms, 99 in 100 within 1.20 ms, the worst 1.20 ms late"
    )


def test_priority_is_asked_for_and_told_as_the_system_sees_it() -> None:
    """In a thread, whose scheduler is then looked at: child processes must not inherit it."""
    if sys.platform != "linux":
        assert "only Linux" in ask_for_realtime()
        return
    import os

    seen: list[tuple[str, int, str]] = []

    def thread() -> None:
        told = ask_for_realtime()
        child = [sys.executable, "-c", "import os; print(os.sched_getscheduler(0))"]
        seen.append((told, os.sched_getscheduler(0), subprocess.check_output(child, text=True).strip()))

    worker = threading.Thread(target=thread)
    worker.start()
    worker.join()
    ((told, policy, child),) = seen
    assert told.startswith("real-time" if policy & os.SCHED_FIFO else "ordinary")
    assert child == str(os.SCHED_OTHER)


def test_without_the_right_to_it_the_thread_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.sched_setscheduler", refuse, raising=False)
    assert ask_for_realtime().startswith("ordinary priority")
