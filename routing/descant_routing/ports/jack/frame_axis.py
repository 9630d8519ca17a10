"""JACK's frames as nanoseconds, and back."""

from __future__ import annotations

_SECOND = 1_000_000_000
_WRAP = 1 << 32


class FrameAxis:
    """One time axis for a JACK client: the frame count, which JACK lets wrap at 32 bits, kept whole.

    Written by the process thread (``begin``), read by any.

    ``rate`` in frames a second; ``counter`` is what JACK estimates its 32-bit frame counter to be now. The estimate
    runs on while a busy server is late, so the first cycle may well begin before it.
    """

    def __init__(self, rate: int, counter: int) -> None:
        self._rate = rate
        self._start = counter
        self._end = 0  # of the last cycle

    def begin(self, counter: int, frames: int) -> tuple[int, int]:
        """A cycle of ``frames`` begins at JACK's ``counter``: its first frame and the one after its last.

        Cycles never overlap: after an xrun the count jumps ahead, and were it to fall back, it waits.
        """
        self._start = max(self.whole(counter), self._end)
        self._end = self._start + frames
        return self._start, self._end

    def whole(self, counter: int) -> int:
        """The frame nearest to the present cycle whose lower 32 bits are ``counter``."""
        ahead = (counter - self._start) % _WRAP
        return self._start + (ahead if ahead < _WRAP // 2 else ahead - _WRAP)

    def time(self, frame: int) -> int:
        """The time of a frame in ns, rounded down."""
        return frame * _SECOND // self._rate

    def frame(self, time: int) -> int:
        """The frame nearest to a time; ``frame(time(f)) == f`` for every frame."""
        return (time * self._rate + _SECOND // 2) // _SECOND
