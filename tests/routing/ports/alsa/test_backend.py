"""ALSA's queue: the real alsa-midi on a kernel that is made up, see ``kernel.py``."""

from __future__ import annotations

import errno
import threading
from typing import TYPE_CHECKING

import pytest
from tests.routing.ports.alsa.kernel import MS, ORIGIN, Kernel
from tests.routing.ports.doubles import Unmoved, one

from descant_routing import message
from descant_routing.ports.alsa.backend import AlsaBackend
from descant_routing.timed import Timed

if TYPE_CHECKING:
    from collections.abc import Sequence


ON, OFF = message.note_on(0, 60, 100), message.note_off(0, 60)


class Score(Unmoved):
    """An effect that plays what is written, at its time, and remembers what it heard and how far it was let."""

    def __init__(self, *score: Timed, last: int | None = None) -> None:
        self.score = sorted(score, key=lambda timed: timed.time)
        self.arrived: list[Timed] = []
        self.horizons: list[int] = []
        self.replies: dict[bytes, list[bytes]] = {}
        self.last = last if last is not None else max((timed.time for timed in score), default=0)
        self.over = threading.Event()

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        self.arrived += arrived
        self.horizons.append(until)
        due = [timed for timed in self.score if timed.time < until]
        self.score = self.score[len(due) :]
        replies = [Timed(at, reply) for at, data, _ in arrived for reply in self.replies.get(data, [])]
        if until > self.last:
            self.over.set()
        return [*replies, *due]

    def next_deadline(self) -> int | None:
        if self.over.is_set():
            return None
        return self.score[0].time if self.score else self.last


def play(kernel: Kernel, score: Score, *names: str) -> AlsaBackend:
    backend = AlsaBackend(one(*names))
    backend.start(score)
    assert score.over.wait(20), "the effect was never let reach its end"
    backend.close()
    assert kernel.closed
    return backend


def until_lost(backend: AlsaBackend) -> None:
    for _ in range(2000):
        if backend.lost is not None:
            return
        threading.Event().wait(0.01)
    pytest.fail("nothing was ever said to be lost")


def test_what_is_due_is_left_to_the_kernel_at_its_exact_time(kernel: Kernel) -> None:
    """A grid of 125 ms, as the kernel sees it: the times asked for are the grid's on the queue's clock."""
    grid = [kernel.now + 20 * MS + step * 125 * MS for step in range(8)]
    score = [Timed(at, message.note_on(0, 60 + step, 100)) for step, at in enumerate(grid)]
    backend = play(kernel, Score(*score, last=grid[-1] + 50 * MS))
    ons = [sent for sent in kernel.sent if message.is_note_on(sent.data)]
    assert [sent.data for sent in ons] == [data for _, data, _ in score]
    for sent, at in zip(ons, grid, strict=True):
        assert sent.asked is not None, "sent by hand, not by the kernel"
        assert abs(sent.asked - (at - ORIGIN)) <= 2000  # two of the clock's own ticks
    assert backend.punctuality.count == 8
    assert backend.punctuality.worst == 0
    assert backend.lost is None


def test_the_effect_is_asked_no_further_than_its_deadline(kernel: Kernel) -> None:
    """What arrives before a tick may change what comes after it: nothing is decided earlier than need be."""
    due = kernel.now + 40 * MS
    score = Score(Timed(due, ON), last=due + 100 * MS)
    play(kernel, score)
    ahead = [until for until in score.horizons if until == due + 1]
    assert len(ahead) == 1


def test_arrivals_bear_the_kernels_stamps(kernel: Kernel) -> None:
    start = kernel.now
    kernel.script = [(start + 10 * MS, ON), (start + 10 * MS + 300, b"\xf8"), (start + 30 * MS, OFF)]
    score = Score(last=start + 60 * MS)
    play(kernel, score)
    assert [data for _, data, _ in score.arrived] == [ON, b"\xf8", OFF]
    for (at, *_), stamped in zip(score.arrived, (10 * MS, 10 * MS + 300, 30 * MS), strict=True):
        assert abs(at - start - stamped) <= 2000


def test_a_stamp_that_cannot_be_is_replaced_by_the_arrival(kernel: Kernel) -> None:
    backend, score = AlsaBackend(), Score(last=kernel.now + 300 * MS)
    seen = kernel.now + 200 * MS
    kernel.script = [(seen, b"\xf8")]
    kernel.stamped.discard("Descant in")  # no stamp at all
    backend.start(score)
    assert score.over.wait(20)
    backend.close()
    assert seen <= score.arrived[0].time <= seen + MS


def test_system_exclusive_goes_in_parts_and_comes_whole(kernel: Kernel) -> None:
    sysex = b"\xf0" + bytes(range(100)) * 8 + b"\xf7"
    start = kernel.now
    kernel.script = [(start + i * MS, sysex[i * 300 : (i + 1) * 300]) for i in range(3)]
    score = Score(last=start + 20 * MS)
    score.replies[sysex] = [sysex]
    play(kernel, score)
    assert [data for _, data, _ in score.arrived] == [sysex]
    assert b"".join(sent.data for sent in kernel.sent) == sysex
    assert max(len(sent.data) for sent in kernel.sent) <= 256


def test_an_end_that_comes_before_its_note_has_left_takes_it_back(kernel: Kernel) -> None:
    """The player stops just before the tick: the note waits in the kernel, and must not be left hanging."""
    due = kernel.now + 40 * MS
    kernel.script = [(due - 2 * MS, b"\xfc")]
    score = Score(Timed(due, ON), last=due + 20 * MS)
    score.replies[b"\xfc"] = [OFF]
    play(kernel, score)
    assert [sent.data for sent in kernel.sent] == [OFF]


def test_a_note_cannot_overtake_the_end_before_it(kernel: Kernel) -> None:
    """A generated end waits for its time; the player strikes the same key first: end, then note, never swapped."""
    due = kernel.now + 40 * MS
    kernel.script = [(due - 2 * MS, ON)]
    score = Score(Timed(kernel.now + 10 * MS, ON), Timed(due, OFF), last=due + 20 * MS)
    score.replies[ON] = [ON]
    play(kernel, score)
    kinds = [message.is_note_on(sent.data) for sent in kernel.sent]
    assert kinds == [True, False, True, False]  # the last by closing


def test_closing_waits_for_what_the_kernel_still_holds(kernel: Kernel) -> None:
    """A client that leaves takes its queued events with it: the last note-off would be a stuck note."""
    due = kernel.now + 40 * MS
    score = Score(Timed(due - 20 * MS, ON), Timed(due, OFF))
    play(kernel, score)
    assert [sent.data for sent in kernel.sent] == [ON, OFF]


def test_a_queue_that_stands_still_loses_no_note_off(kernel: Kernel) -> None:
    start = kernel.now
    score = Score(Timed(start + 20 * MS, ON), Timed(start + 40 * MS, OFF), last=start + 900 * MS)

    class Stopping(Score):
        def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
            if until > start + 40 * MS and not kernel.stopped:
                kernel.stop()
            return score.cycle(arrived, until)

        def next_deadline(self) -> int | None:
            return score.next_deadline()

    backend = AlsaBackend()
    backend.start(Stopping())
    until_lost(backend)
    backend.close()
    assert backend.lost == "ALSA's queue has stopped; start Descant again, or with --backend alsa-rtmidi"
    assert kernel.sent[0].data == ON
    assert OFF in [sent.data for sent in kernel.sent][1:]


def test_a_full_kernel_delays_and_drops_nothing(kernel: Kernel) -> None:
    """No room for the second half of a chord: it goes in as soon as there is, in order."""
    due = kernel.now + 40 * MS
    chord = [message.note_on(0, key, 100) for key in range(40, 52)]
    kernel.room = 5
    score = Score(*(Timed(due, data) for data in chord), last=due + 60 * MS)
    play(kernel, score)
    assert [sent.data for sent in kernel.sent][:12] == chord
    assert {sent.data for sent in kernel.sent[12:]} == {message.note_off(0, key) for key in range(40, 52)}


def test_a_kernel_that_stays_full_is_said(kernel: Kernel) -> None:
    kernel.room = 0
    backend, score = AlsaBackend(), Score(Timed(kernel.now, ON), last=kernel.now + 10_000 * MS)
    backend.start(score)
    until_lost(backend)
    assert backend.lost == "ALSA has had no room for a message for 2 s"
    backend.close()


def test_what_the_kernel_drops_on_the_way_in_is_counted(kernel: Kernel) -> None:
    start = kernel.now
    kernel.script = [(start + MS, -errno.ENOSPC), (start + 2 * MS, -errno.ENOENT), (start + 3 * MS, ON)]
    score = Score(last=start + 20 * MS)
    backend = play(kernel, score)
    assert [data for _, data, _ in score.arrived] == [ON]
    assert backend.overruns == 1


def test_a_sequencer_that_goes_is_said(kernel: Kernel) -> None:
    kernel.script = [(kernel.now + MS, -errno.ENODEV)]
    backend, score = AlsaBackend(), Score(last=kernel.now + 10_000 * MS)
    backend.start(score)
    until_lost(backend)
    assert backend.lost == "ALSA delivers no messages any more: No such device"
    backend.close()


def test_when_the_effect_fails_its_notes_end(kernel: Kernel) -> None:
    due = kernel.now + 40 * MS

    class Failing(Score):
        def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
            if arrived:
                raise ValueError("a bug")
            return super().cycle(arrived, until)

    kernel.script = [(due - 2 * MS, b"\xfe")]
    backend = AlsaBackend()
    backend.start(
        Failing(Timed(due - 20 * MS, ON), Timed(due, message.note_on(1, 7, 7)), last=due + 999 * MS)
    )
    until_lost(backend)
    backend.close()
    assert backend.lost == "the effect has failed, its notes were ended: ValueError: a bug"
    sounding = [sent.data for sent in kernel.sent]
    assert sounding == [ON, OFF, message.note_off(1, 7)]
