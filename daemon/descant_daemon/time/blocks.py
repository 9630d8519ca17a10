"""Masters whose clocks come at the edges of audio blocks: how to know one, and count it.

When a block is about as long as a tick, its clocks look like something else: a steady tempo of one tick a
block, now and then one that is doubled (two fell into one block) or dropped (a block was left out). What
gives such a master away is that tempo: nobody sets 117.1875 BPM, but 1024 frames at 48 kHz are a tick of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from descant_daemon.time.regression import fit, scatter

LENGTHS = tuple(frames / rate * 1e9 for frames in (512, 1024, 2048, 4096) for rate in (44_100, 48_000))
EXACT = 5e-4  # of the length; a tenth of a BPM at 120 is 8e-4
SAME = 250_000  # ns; less than a byte takes on a MIDI cable: two clocks so close are of one block, or copies
STILL = 1_000_000  # ns; how much the edges may scatter
ENOUGH, MOST = 24, 192  # edges
EVEN_GAPS = 3  # blocks left out, before their spacing tells anything
OFF, LEAVES = 0.1, 4  # of a block; so many edges that are none, and it is not sent by the block


class Blocks:
    """Feed it the time of every clock, and how many ticks it was counted for."""

    def __init__(self) -> None:
        self._edges = deque[tuple[int, int]](maxlen=MOST)  # (time, clocks)
        self._counted = deque[int](maxlen=MOST)  # ticks, at each
        self._off = 0

    def add(self, time: int, counted: int) -> bool:
        """A clock has come; whether it is time to ask for ``length``, because something looks odd."""
        if self._edges and 0 <= time - self._edges[-1][0] < SAME:
            edge, clocks = self._edges[-1]
            self._edges[-1] = edge, clocks + 1
            self._counted[-1] += counted
            return len(self._edges) >= ENOUGH
        self._edges.append((time, 1))
        self._counted.append(counted)
        return (counted != 1 or len(self._edges) == ENOUGH) and self.owed != 0

    def forgive(self) -> None:
        """What has been counted so far is right: somebody who knows has said where the song is."""
        self._counted = deque((clocks for _, clocks in self._edges), maxlen=MOST)

    @property
    def owed(self) -> int:
        """Clocks that have come and were not counted, less ticks counted that have not come."""
        return sum(clocks for _, clocks in self._edges) - sum(self._counted)

    def length(self) -> float | None:
        """The length of a block in ns, if clocks come at the edges of such."""
        if len(self._edges) < ENOUGH:
            return None
        times = [time for time, _ in self._edges]
        intervals = [later - time for time, later in pairwise(times)]
        usual = sorted(intervals)[len(intervals) // 2]
        if min(abs(usual - length) for length in LENGTHS) > STILL:
            return None
        edges = [(0, times[0])]
        for time, interval in zip(times[1:], intervals, strict=True):
            edges.append((edges[-1][0] + round(interval / usual), time))
        if edges[-1][0] < ENOUGH - 1 or not _evenly_spaced(edges) or scatter(edges) > STILL:
            return None
        _, measured = fit(edges, 0)
        return next((length for length in LENGTHS if abs(measured - length) < EXACT * length), None)

    def clocks(self, count: int) -> list[tuple[int, int]]:
        """(count, time) of all the clocks that are remembered, the last of which is ``count``."""
        times = [time for time, clocks in self._edges for _ in range(clocks)]
        return [(count - len(times) + 1 + index, time) for index, time in enumerate(times)]

    def left(self, interval: int, length: float) -> bool:
        """Whether clocks no longer come at the edges, this one ``interval`` ns after the last."""
        off = interval / length
        self._off = self._off + 1 if abs(off - round(off)) > OFF else 0
        return self._off >= LEAVES


def _evenly_spaced(edges: Sequence[tuple[int, int]]) -> bool:
    """Whether blocks without a clock come as evenly as only arithmetic makes them; none is even too."""
    gaps = [later for (edge, _), (later, _) in pairwise(edges) if later - edge > 1]
    apart = [later - gap for gap, later in pairwise(gaps)]
    return not gaps or (len(gaps) >= EVEN_GAPS and max(apart) - min(apart) <= 1)
