"""What the queue's clock says, and which timer the kernel has given it."""

from __future__ import annotations

from pathlib import Path

from descant_routing.ports.alsa.queue import QueueAxis, queue_timer

# As seq_timer.c prints it.
TIMERS = """Timer for queue 0 : system timer
  Period time : 0.004000000
  Skew : 65536 / 65536
Timer for queue 3 : HR timer
  Period time : 0.000160000
  Skew : 65536 / 65536
"""


def test_the_queues_clock_is_where_it_was_read() -> None:
    axis = QueueAxis()
    assert axis.measure(1_000_000, 400_000, 1_002_000)
    assert axis.from_queue(400_000) == 1_001_000
    assert axis.to_queue(1_001_000) == 400_000
    assert axis.to_queue(1) == 0, "a queue has no time before its start"


def test_a_slow_reading_moves_nothing() -> None:
    axis = QueueAxis()
    axis.measure(0, 0, 10)
    axis.measure(100_000_000, 100_000_000 + 5, 109_000_000)  # the thread lost its processor in between
    assert axis.from_queue(0) == 5
    axis.measure(200_000_000, 199_000_000, 200_000_010)
    assert axis.from_queue(0) == 1_000_005


def test_a_queue_that_stands_still_is_noticed() -> None:
    axis = QueueAxis()
    assert axis.measure(0, 0, 10)
    assert axis.measure(100_000_000, 100_000_000, 100_000_010)
    assert not axis.measure(200_000_000, 100_000_000, 200_000_010)


def test_the_timer_is_the_one_that_the_kernel_took(tmp_path: Path) -> None:
    proc = tmp_path / "timer"
    proc.write_text(TIMERS)
    coarse, fine = queue_timer(0, proc), queue_timer(3, proc)
    assert (coarse and coarse.name, coarse and coarse.period) == ("system timer", 4_000_000)
    assert str(coarse).startswith(
        "by its system timer, every 4.00 ms, which is coarse: sudo modprobe snd-hrtimer"
    )
    assert str(fine) == "by its HR timer, every 0.16 ms"
    assert queue_timer(7, proc) is None
    assert queue_timer(0, tmp_path / "nowhere") is None
