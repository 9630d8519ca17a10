"""The queue of ALSA's sequencer: its time on the back-end's axis, and which timer the kernel has given it.

A queue wants the HR timer 6250 times a second, the most that the kernel allows; where that timer's module is
not there, the kernel takes its system timer instead and says so only in /proc/asound/seq/timer.
Source: sound/core/seq/seq_timer.c.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

HR_TIMER = 3
"""SND_TIMER_GLOBAL_HRTIMER: the number of the high-resolution timer in the class of global timers."""
FREQUENCY = 6250
"""Hz; MAX_FREQUENCY of the kernel's sequencer."""

PROC = Path("/proc/asound/seq/timer")
_FINE = 1_000_000  # ns between two looks at the queue, beyond which one can hear it
_ENTRY = re.compile(r"^Timer for queue (\d+) : (.*)\n  Period time : (\d+)\.(\d{9})$", re.MULTILINE)


class QueueTimer(NamedTuple):
    """The timer's name, and every how many ns it looks whether something is due."""

    name: str
    period: int

    @property
    def fine(self) -> bool:
        """Whether nobody could hear how late it is."""
        return 0 < self.period <= _FINE

    def __str__(self) -> str:
        """``by its HR timer, every 0.16 ms``, and what to do about a coarse one."""
        said = f"by its {self.name}, every {self.period / 1e6:.2f} ms"
        return said if self.fine else f"{said}, which is coarse: sudo modprobe snd-hrtimer, then start again"


def queue_timer(queue: int, proc: Path = PROC) -> QueueTimer | None:
    """The timer of the queue with that number; None where the kernel does not tell."""
    try:
        text = proc.read_text(errors="replace")
    except OSError:
        return None
    for number, name, seconds, nanoseconds in _ENTRY.findall(text):
        if int(number) == queue:
            return QueueTimer(name, int(seconds) * 1_000_000_000 + int(nanoseconds))
    return None


_TIGHT = 200_000  # ns: a reading that took longer says too little, unless it is the first


class QueueAxis:
    """Both clocks run at the same rate; what lies between them is measured, again and again."""

    def __init__(self) -> None:
        self._offset: int | None = None
        self._last = (0, 0)  # the back-end's time and the queue's, when last measured

    def measure(self, before: int, queue: int, after: int) -> bool:
        """The queue said ``queue``, read between the times ``before`` and ``after``; all ns.

        False when the queue has stood still since the last time.
        """
        here = (before + after) // 2
        passed, moved = here - self._last[0], queue - self._last[1]
        first = self._offset is None
        self._last = (here, queue)
        if first or after - before <= _TIGHT:
            self._offset = here - queue
        return first or moved * 2 >= passed

    def from_queue(self, queue: int) -> int:
        """The back-end's time when the queue says ``queue``."""
        return queue + (self._offset or 0)

    def to_queue(self, time: int) -> int:
        """What the queue says at ``time``; never less than 0, where it begins."""
        return max(0, time - (self._offset or 0))
