"""The virtual clock: cycles exactly at arrivals and deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.routing.ports.doubles import Patch, Unmoved

from descant_routing.ports.api import Cables
from descant_routing.ports.memory import MemoryBackend
from descant_routing.timed import Timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from descant_routing.ports.api import Backend

A, B, C = b"\x90\x3c\x40", b"\x80\x3c\x40", b"\xf8"


class Grid(Unmoved):
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


class Saying(Unmoved):
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


TWO = Cables({"keys": None, "pads": None}, {"synth": None, "click": None})


def test_every_message_goes_by_its_cable() -> None:
    backend = MemoryBackend(cables=TWO)
    backend.start(Patch({"keys": "synth", "pads": "nowhere"}))
    backend.inject([Timed(1, A, "keys"), Timed(2, B, "pads"), Timed(3, B, "keys")])
    backend.run_until(5)
    assert backend.sent == [Timed(1, A, "synth"), Timed(3, B, "synth")]
    assert backend.dropped == 1
    with pytest.raises(ValueError, match="no such input"):
        backend.inject([Timed(9, A)])


def test_a_keyboard_that_is_unplugged_leaves_no_note_and_is_not_heard() -> None:
    backend, patch = MemoryBackend(cables=TWO), Patch({"keys": "synth", "pads": "click"})
    backend.start(patch)
    backend.inject([Timed(1, A, "keys"), Timed(9, A, "keys"), Timed(9, A, "pads"), Timed(19, A, "keys")])
    backend.run_until(5)
    backend.unplug("keys")
    assert backend.absent == {"keys": "keys is unplugged"}
    backend.run_until(10)
    backend.plug("keys")
    backend.run_until(20)
    assert patch.told == ["-keys", "+keys"]
    assert [(time, port) for time, _, port in backend.sent] == [
        *[(1, "synth"), (5, "synth"), (9, "click"), (19, "synth")]
    ]


def test_a_synth_that_is_plugged_in_again_hears_the_ends_that_it_has_missed() -> None:
    backend = MemoryBackend(cables=TWO)
    backend.start(Patch({"keys": "synth", "pads": "click"}))
    backend.inject([Timed(1, A, "keys"), Timed(7, B, "keys")])
    backend.run_until(5)
    backend.unplug("synth")
    backend.run_until(10)
    assert backend.sent == [Timed(1, A, "synth")]
    backend.plug("synth")
    assert backend.sent == [Timed(1, A, "synth"), Timed(10, B, "synth")]


def test_rewired_it_has_other_cables_and_no_note_hangs() -> None:
    backend, patch = MemoryBackend(cables=TWO), Patch({"keys": "synth", "pads": "click"})
    backend.start(patch)
    backend.inject([Timed(1, A, "keys"), Timed(1, A, "pads"), Timed(9, C, "keys"), Timed(9, C, "pads")])
    backend.run_until(5)
    backend.rewire(Cables({"keys": None}, {"synth": "Prophet", "bass": None}))
    assert (set(backend.inputs), set(backend.outputs)) == ({"keys"}, {"synth", "bass"})
    assert patch.told == ["-pads", "-synth", "-click", "+synth"]
    backend.run_until(10)
    assert backend.sent[2:] == [Timed(5, B, "click"), Timed(5, B, "synth"), Timed(9, C, "synth")]
