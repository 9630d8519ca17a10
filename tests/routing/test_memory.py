"""The virtual clock: cycles exactly at arrivals and deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from descant_routing.ports.memory import MemoryBackend
from descant_routing.timed import Timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from descant_routing.ports.backend import Backend

A, B, C = b"\x90\x3c\x40", b"\x80\x3c\x40", b"\xf8"


class Grid:
    """Sends ``C`` every ``period`` ns, and what arrives at once."""

    def __init__(self, period: int) -> None:
        self.period = period
        self.due = period
        self.cycles: list[int] = []

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        self.cycles.append(until)
        out = list(arrived)
        while self.due < until:
            out.append(Timed(self.due, C))
            self.due += self.period
        return out

    def next_deadline(self) -> int | None:
        return self.due


class Saying:
    """Says the same in every cycle, and asks for one at ``deadline``."""

    def __init__(self, *messages: Timed, deadline: int | None = None) -> None:
        self.messages = messages
        self.deadline = deadline

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        return self.messages

    def next_deadline(self) -> int | None:
        return self.deadline


class Failing(Saying):
    """Has a bug."""

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        raise ZeroDivisionError


def test_it_is_a_backend() -> None:
    backend: Backend = MemoryBackend()
    assert backend.lost is None


def test_cycles_come_exactly_at_arrivals_and_deadlines() -> None:
    backend, grid = MemoryBackend(), Grid(100)
    backend.inject([Timed(250, B), Timed(130, A), Timed(300, A)])
    backend.start(grid)
    backend.run_until(299)
    assert grid.cycles == [101, 131, 201, 251]
    assert backend.sent == [Timed(100, C), Timed(130, A), Timed(200, C), Timed(250, B)]
    assert backend.now() == 299
    backend.run_until(300)  # up to and including
    assert backend.sent[4:] == [Timed(300, A), Timed(300, C)]


def test_equal_times_keep_their_order() -> None:
    backend = MemoryBackend()
    backend.inject([Timed(5, A), Timed(5, B)])
    backend.inject([Timed(5, C)])
    backend.start(Grid(100))
    backend.run_until(10)
    assert [data for _, data, _ in backend.sent] == [A, B, C]


def test_nothing_happens_before_start() -> None:
    backend = MemoryBackend(now=50)
    backend.wake()
    backend.run_until(60)
    assert (backend.sent, backend.now()) == ([], 60)


def test_wake_brings_a_cycle_at_the_present() -> None:
    backend, grid = MemoryBackend(now=7), Grid(100)
    backend.start(grid)
    backend.wake()
    backend.run_until(20)
    backend.run_until(30)
    assert grid.cycles == [8]


def test_a_late_answer_is_recorded_when_it_went_out() -> None:
    backend = MemoryBackend(now=1000)
    backend.inject([Timed(1500, A)])
    backend.start(Saying(Timed(3, B)))
    backend.run_until(2000)
    assert backend.sent == [Timed(1500, B)]


def test_close_runs_one_last_cycle_and_no_more() -> None:
    backend = MemoryBackend(now=5)
    backend.start(Saying(Timed(5, B)))
    backend.close()
    backend.close()
    backend.wake()
    backend.run_until(9)
    assert backend.sent == [Timed(5, B)]


def test_a_pulled_cable_says_so_and_carries_nothing() -> None:
    backend = MemoryBackend()
    backend.start(Grid(10))
    backend.lose("the interface is gone")
    backend.run_until(100)
    backend.close()
    assert (backend.sent, backend.lost) == ([], "the interface is gone")


def test_time_does_not_run_back() -> None:
    backend = MemoryBackend(now=100)
    with pytest.raises(ValueError, match="run back"):
        backend.run_until(99)
    with pytest.raises(ValueError, match="cannot arrive"):
        backend.inject([Timed(99, A)])


def test_an_effect_that_is_stuck_is_an_error_not_a_hang() -> None:
    backend = MemoryBackend()
    backend.start(Saying(deadline=5))
    with pytest.raises(RuntimeError, match="keeps asking"):
        backend.run_until(10)


def test_an_error_in_the_effect_reaches_the_caller() -> None:
    backend = MemoryBackend()
    backend.start(Failing())
    backend.wake()
    with pytest.raises(ZeroDivisionError):
        backend.run_until(1)
