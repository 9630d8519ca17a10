"""A line through counted ticks: least squares that remembers more and more, and less when the tempo moves.

While the memory grows the fit is exact, so the tempo is good after a few ticks; at ``MEMORY`` ticks it
stands still and filters as a second-order loop would. Ticks far off the line are clipped. Errors that add
up on one side (Page's cumulative sum, 1954) are a change of tempo, and the line is fitted anew through as
many of the last ticks as lie on one line. If that happens twice on the same side the tempo is on its way
somewhere, and for a while the memory stays short.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

MEMORY = 96  # ticks: four beats
ON_ITS_WAY = 16  # ticks of memory while the tempo moves,
SETTLES = 32  # until so many ticks after the last change
GATE_AFTER = 12  # ticks before the spike gate trusts its idea of the jitter
GATE = 4.0  # standard deviations
FLOOR = 250_000.0  # ns; a perfect clock still gets a gate this wide
FORGETTING = 0.03  # of the jitter estimate, a tick
FEWEST = 4  # ticks to fit anew
MOST = 12
ON_ONE_LINE = 1.5  # standard deviations about it,
TORN = 2.0  # and so many if a jump goes through it
RUN_SIZE = 2.0  # standard deviations: FEWEST in a row so far off on one side are a jump, and no jitter
JUMP = 6.0
LONG = 8  # ticks of such a run: a jump, however they lie
# The sum of errors less ALLOWED each, in standard deviations: by chance, jitter gets to CHANGE once in some
# ten thousand ticks, a slow change of tempo before anybody hears it.
ALLOWED, CHANGE = 0.6, 7.5


class Regression:
    """Where the last tick is, and how far apart ticks are, ns."""

    def __init__(self, time: float) -> None:
        self.time = time
        self.per_tick: float | None = None
        self.remembered = 1
        self.deviation = 0.0
        self._judged = 0  # errors that went into their mean and variance
        self._bias = self._variance = 0.0
        self._memory = MEMORY
        self._side = 0  # on which the last change was
        self._since = 0  # ticks since then
        self._late = self._early = 0.0  # the cumulative sums
        self._last = deque[tuple[int, int]](maxlen=MOST)  # (count, time)
        self._errors = deque[float](maxlen=LONG)  # in standard deviations

    def begin(self, time: float) -> None:
        """Anew, at this tick; tempo and jitter are kept."""
        self.time, self.remembered = time, 1
        self._forget_changes()
        self._memory, self._side = MEMORY, 0

    def guess(self, time: int, interval: int) -> None:
        """The last interval is all that is known of the tempo."""
        self.time, self.per_tick, self.remembered = float(time), float(max(interval, 1)), 2
        self._forget_changes()

    def through(self, ticks: Sequence[tuple[int, int]]) -> None:
        """Least squares through these (count, time), the last of which is now."""
        self.time, self.per_tick = fit(ticks, ticks[-1][0])
        self.remembered = min(len(ticks), MEMORY)
        self._forget_changes()

    def settle(self, ticks: Sequence[tuple[int, int]]) -> None:
        """In the middle of these (count, time), at the tempo that is known."""
        assert self.per_tick is not None
        last = ticks[-1][0]
        base = ticks[0][1]
        mean = sum(time - base + (last - count) * self.per_tick for count, time in ticks) / len(ticks)
        self.time, self.remembered = base + mean, len(ticks)

    def follow(self, count: int, time: int, grown: int) -> bool:
        """Tick ``count`` is at ``time``, ``grown`` ticks after the last; whether the tempo has changed."""
        assert self.per_tick is not None  # a line has two ticks
        predicted = self.time + grown * self.per_tick
        error = time - predicted
        deviation = max(self.deviation, FLOOR)
        self._last.append((count, time))
        self._since += 1
        self._weigh(error / deviation)
        size = self._on_one_line(deviation) if self.remembered > 2 else 0
        if size:
            self._refit(size)
            return True
        gate = GATE * deviation * self._doubt
        likely = min(max(error, -gate), gate)
        if self.remembered >= FEWEST:
            self._judge(likely)
        if self.remembered > GATE_AFTER:
            error = likely
        if self._since > SETTLES:
            self._memory = min(MEMORY, self._memory + 1)
        self.remembered = n = min(self.remembered + 1, self._memory)
        self.time = predicted + error * (4 * n - 2) / (n * (n + 1))
        self.per_tick = max(self.per_tick + error * 6 / (n * (n + 1)) / grown, 1.0)
        return False

    def _judge(self, error: float) -> None:
        """How much do errors vary? About their mean, because a slow change of tempo is not jitter."""
        self._judged += 1
        share = max(FORGETTING, 1 / self._judged)
        error -= self._bias
        self._bias += share * error
        self._variance += share * ((1 - share) * error**2 - self._variance)
        self.deviation = math.sqrt(self._variance)

    @property
    def _doubt(self) -> float:
        """By how much more a young line's prediction errs than the tick that it predicts."""
        n = max(self.remembered, 2)
        return math.sqrt(1 + (4 * n + 2) / (n * (n - 1)))

    def _weigh(self, error: float) -> None:
        """Errors add up; this one is in standard deviations."""
        self._errors.append(error)
        likely = min(max(error / self._doubt, -GATE), GATE)
        self._late = max(0.0, self._late + likely - ALLOWED)
        self._early = max(0.0, self._early - likely - ALLOWED)

    def _on_one_line(self, deviation: float) -> int:
        """If errors have jumped or added up: how many of the last ticks lie on a line of their own; else 0."""
        last, ticks = list(self._errors)[-FEWEST:], list(self._last)
        if len(last) < FEWEST:
            return 0
        if max(map(abs, last)) > JUMP:  # a jump: a line through both sides of it would be neither
            torn = scatter(ticks[-FEWEST:]) > TORN * deviation
            return FEWEST if _run(last) and (not torn or _run(self._errors, LONG)) else 0
        if not _run(last) and max(self._late, self._early) <= CHANGE:
            return 0
        size = FEWEST
        while size < len(ticks) and scatter(ticks[-size - 1 :]) <= ON_ONE_LINE * deviation:
            size += 1
        return size

    def _refit(self, size: int) -> None:
        side = 1 if self._late > self._early else -1
        if side == self._side and self._since <= SETTLES:
            self._memory = ON_ITS_WAY
        self._side = side
        self.through(list(self._last)[-size:])

    def _forget_changes(self) -> None:
        self._last.clear()
        self._errors.clear()
        self._late = self._early = 0.0
        self._since = 0


def fit(ticks: Sequence[tuple[int, int]], at: int) -> tuple[float, float]:
    """Least squares through (count, time): the time at count ``at``, and ns a tick."""
    counts = [count for count, _ in ticks]
    middle, base = sum(counts) / len(ticks), ticks[0][1]
    mean = sum(time - base for _, time in ticks) / len(ticks)
    spread = sum((count - middle) ** 2 for count in counts)
    slope = sum((count - middle) * (time - base - mean) for count, time in ticks) / spread
    return base + mean + (at - middle) * slope, max(slope, 1.0)


def _run(errors: Sequence[float] | deque[float], least: int = FEWEST) -> bool:
    """Whether all of at least so many errors are far off on one side."""
    return len(errors) >= least and (min(errors) > RUN_SIZE or max(errors) < -RUN_SIZE)


def scatter(ticks: Sequence[tuple[int, int]]) -> float:
    """Standard deviation of three ticks or more, (count, time), about their line, ns."""
    origin = ticks[0][0]
    base, slope = fit(ticks, origin)
    squares = sum((time - base - (count - origin) * slope) ** 2 for count, time in ticks)
    return math.sqrt(squares / (len(ticks) - 2))
