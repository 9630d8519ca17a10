"""Another clock's time on Descant's axis: the line through the last pairs of both, as Ableton Link filters its own."""

from __future__ import annotations

from collections import deque

MEMORY = 512  # pairs, as in Link's HostTimeFilter
APART = 10_000_000  # ns between two pairs that are kept
TRUSTED = 64  # pairs before which they say nothing of the drift
FAR = 2_000_000  # ns from the line that
IN_A_ROW = (
    8  # pairs may be; then one of the clocks has jumped (JACK's may, after an xrun) and the line begins anew
)


class HostAxis:
    """Reading two clocks one after the other is a little late now and then; the line is not.

    Sums are whole numbers, so that adding and taking away for days leaves no error.
    """

    def __init__(self) -> None:
        self._pairs: deque[tuple[int, int]] = deque()  # since the first one: (theirs, ours minus theirs), ns
        self._first: tuple[int, int] | None = None
        self._far = 0  # so many of the last pairs were far from the line
        self._x = self._y = self._xx = self._xy = 0

    def pair(self, theirs: int, ours: int) -> None:
        """Both clocks read at one moment, ns."""
        if self._first is None:
            self._first = theirs, ours - theirs
        x, y = theirs - self._first[0], ours - theirs - self._first[1]
        if self._pairs and x - self._pairs[-1][0] < APART:
            return
        self._far = self._far + 1 if self._pairs and abs(self.ours(theirs) - ours) > FAR else 0
        if self._far == IN_A_ROW:
            self._begin_anew()
        self._pairs.append((x, y))
        self._add(x, y, 1)
        if len(self._pairs) > MEMORY:
            self._add(*self._pairs.popleft(), -1)

    def ours(self, theirs: float) -> float:
        """Descant's time at a moment of theirs, ns. There must have been a pair."""
        assert self._first is not None
        count = len(self._pairs)
        mean = self._y / count
        spread = count * self._xx - self._x**2
        slope = (count * self._xy - self._x * self._y) / spread if count >= TRUSTED and spread else 0.0
        lean = slope * (theirs - self._first[0] - self._x / count)
        return theirs + self._first[1] + mean + lean

    def _begin_anew(self) -> None:
        self._pairs.clear()
        self._far = self._x = self._y = self._xx = self._xy = 0

    def _add(self, x: int, y: int, sign: int) -> None:
        self._x += sign * x
        self._y += sign * y
        self._xx += sign * x * x
        self._xy += sign * x * y
