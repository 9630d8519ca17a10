"""Following a clock: an expanding-memory least-squares line through its ticks.

While the memory grows the fit is exact, so the tempo is good after a few ticks; at ``MEMORY`` ticks it
stands still and filters as a second-order loop would. Ticks far off the line are clipped, four in a row
on one side are a change of tempo and refit the line. Measured against published followers it locks in a
tenth of a second where fixed-bandwidth loops take seconds. Ticks are counted by where they fall on the
line, so a late one is neither lost nor doubled. While the tempo is none that music has, nothing is filtered.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

from descant_daemon.time.timeline import Timeline, ns_per_tick

MEMORY = 96  # ticks: four beats
GATE_AFTER = 12  # ticks before the spike gate trusts its idea of the jitter
GATE = 4.0  # standard deviations
RUN = 4  # ticks on one side of the line: no longer jitter
RUN_SIZE = 2.0  # standard deviations: by chance, jitter does that twice in a million ticks
FLOOR = 250_000.0  # ns; a perfect clock still gets a gate this wide
FORGETTING = 0.03  # of the jitter estimate, a tick
MOST_SKIPS = 5  # inferred drops in a row that are a tempo change instead
MOST_DROPPED = 7  # ticks at once: a longer gap is a master that paused
MOST_DROPS = 15  # inferred in MEMORY arrivals; more, and it is a master that sends by the block
NEAR = 8  # ticks after an inferred drop within which a new line may take it back
SAME_TEMPO = 0.15  # a new line no further in tempo from the old one has only moved
FASTEST, SLOWEST = ns_per_tick(450), ns_per_tick(15)  # what music has, 20 to 400 BPM, and room for jitter
DOUBLE = 0.4  # of a tick on from the line, and
APART = 0.3  # of a tick after the last arrival: a tick nearer than both is the same one sent twice
TWICE = 1_000_000  # ns; a first interval shorter than this is one tick sent twice


class Follower:
    """Feed it the time of every tick; ``count`` numbers them, ``timeline`` predicts the next."""

    def __init__(self) -> None:
        """Nothing is known."""
        self.count = 0  # ticks since the restart, the first is 0
        self._position: float | None = None  # filtered time of the last tick
        self._per_tick: float | None = None
        self._remembered = 0
        self._deviation = 0.0
        self._judged = 0  # errors that went into their mean and variance
        self._bias = self._variance = 0.0
        self._run: deque[tuple[int, int, float]] = deque(maxlen=RUN)  # (count, time, error)
        self._lines: deque[tuple[int, float, float]] = deque(maxlen=RUN)  # before each: (count, time, tempo)
        self._arrivals: deque[tuple[int, int]] = deque(maxlen=MEMORY)  # (time, drops inferred before it)
        self._drops = 0  # in those arrivals
        self._gap = (0, 0)  # the last interval with drops in it, and how many
        self._since_gap = NEAR + 1
        self._last_time = 0
        self._skips = 0  # times in a row that drops were inferred, and the ticks counted for them
        self._skipped = 0

    @property
    def per_tick(self) -> float | None:
        """The tempo, ns a tick; None before two ticks."""
        return self._per_tick

    @property
    def jitter(self) -> float:
        """Standard deviation of the ticks about the line, ns, as measured."""
        return self._deviation

    @property
    def valid(self) -> bool:
        """Whether the tempo is one that music has."""
        return self._per_tick is not None and FASTEST <= self._per_tick <= SLOWEST

    @property
    def last_time(self) -> int:
        """When the last tick arrived, ns."""
        return self._last_time

    def timeline(self, origin: int) -> Timeline | None:
        """The line, for a song in which this follower's tick 0 is tick ``origin``."""
        if self._position is None or self._per_tick is None:
            return None
        return Timeline(origin + self.count, self._position, self._per_tick)

    def expects(self, time: int) -> bool:
        """Whether a tick at ``time`` would be on the line as it stands."""
        if self._position is None or self._per_tick is None or not self.valid:
            return False
        error = abs(time - self._position - self._per_tick)
        return error <= min(GATE * max(self._deviation, FLOOR), self._per_tick / 4)

    def restart(self, *, keep_tempo: bool) -> None:
        """The next tick begins a new line; what is known of the tempo is kept or not."""
        self.count = 0
        self._position = None
        self._run.clear()
        self._forget_arrivals()
        self._remembered = self._skips = self._skipped = 0
        if not keep_tempo:
            self._per_tick = None

    def tick(self, time: int) -> int:
        """A tick arrives at ``time``; returns by how many the count has grown.

        0: a duplicate. Less than 0: what had looked like drops was a slower tempo.
        """
        if self._position is None:
            self._position, self._remembered, self._last_time = float(time), 1, time
            return 1
        before, interval = self.count, time - self._last_time
        if self._per_tick is None or not self.valid:
            if self._per_tick is None and interval < TWICE:
                return 0
            self._try(time, interval)
        else:
            ticks, apart = (time - self._position) / self._per_tick, interval / self._per_tick
            if ticks < DOUBLE and apart < APART:
                return 0
            self._follow(time, interval, self._grown(ticks, apart))
        self._last_time = time
        return self.count - before

    def _try(self, time: int, interval: int) -> None:
        """The last interval is all that is known of the tempo."""
        self.count += 1
        self._position, self._per_tick, self._remembered = float(time), float(max(interval, 1)), 2
        self._skips = self._skipped = 0
        self._run.clear()

    def _grown(self, ticks: float, apart: float) -> int:
        """How many ticks have passed: were some dropped?

        ``ticks``: the distance on the line; ``apart``: from the last arrival.
        """
        whole = round(ticks)
        dropped = 1 < whole <= MOST_DROPPED + 1 and abs(ticks - whole) < 0.25 and abs(apart - whole) < 0.4
        return whole if dropped and self._remembered >= RUN else 1

    def _follow(self, time: int, interval: int, grown: int) -> None:
        self._skips = self._skips + 1 if grown > 1 else 0
        self._skipped = self._skipped + grown - 1 if grown > 1 else 0
        self._note_arrival(time, interval, grown - 1)
        if self._skips == MOST_SKIPS:
            # Nobody drops every other tick: the tempo has fallen to a whole fraction.
            self.count -= self._skipped - (grown - 1)
            self._forget_arrivals()
            self._try(time, interval)
        elif self._drops >= MOST_DROPS:
            self._count_arrivals(grown)
        else:
            self._filter(time, grown)

    def _note_arrival(self, time: int, interval: int, dropped: int) -> None:
        if len(self._arrivals) == MEMORY:
            self._drops -= self._arrivals[0][1]
        self._arrivals.append((time, dropped))
        self._drops += dropped
        self._since_gap += 1
        if dropped:
            self._gap, self._since_gap = (interval, dropped), 0

    def _forget_arrivals(self) -> None:
        self._arrivals.clear()
        self._drops, self._since_gap = 0, NEAR + 1

    def _count_arrivals(self, grown: int) -> None:
        """Nobody drops so many: what has come is all there was, and the line goes through that."""
        self.count += grown - self._drops
        first = self.count - len(self._arrivals) + 1
        line = [(first + index, time) for index, (time, _) in enumerate(self._arrivals)]
        self._position, self._per_tick = fit(line, self.count)
        self._remembered, self._skips, self._skipped = len(line), 0, 0
        self._run.clear()
        self._forget_arrivals()

    def _filter(self, time: int, grown: int) -> None:
        assert self._position is not None  # there has been a first tick
        assert self._per_tick is not None  # and a second
        predicted = self._position + grown * self._per_tick
        error = time - predicted
        self._lines.append((self.count, self._position, self._per_tick))
        self.count += grown
        deviation = max(self._deviation, FLOOR)
        self._run.append((self.count, time, error))
        if self._remembered > 2 and self._changed(deviation):
            self._refit()
            return
        likely = min(max(error, -GATE * deviation), GATE * deviation)
        if self._remembered >= RUN:
            self._judge(likely)
        if self._remembered > GATE_AFTER:
            error = likely
        self._remembered = n = min(self._remembered + 1, MEMORY)
        self._position = predicted + error * (4 * n - 2) / (n * (n + 1))
        self._per_tick = max(self._per_tick + error * 6 / (n * (n + 1)) / grown, 1.0)

    def _judge(self, error: float) -> None:
        """How much do errors vary? About their mean, because a slow change of tempo is not jitter."""
        self._judged += 1
        share = max(FORGETTING, 1 / self._judged)
        error -= self._bias
        self._bias += share * error
        self._variance += share * ((1 - share) * error**2 - self._variance)
        self._deviation = math.sqrt(self._variance)

    def _changed(self, deviation: float) -> bool:
        if len(self._run) < RUN:
            return False
        errors = [error for _, _, error in self._run]
        one_side = all(error > 0 for error in errors) or all(error < 0 for error in errors)
        return one_side and all(abs(error) > RUN_SIZE * deviation for error in errors)

    def _refit(self) -> None:
        """A line through the last few ticks alone."""
        position, per_tick = fit([(count, time) for count, time, _ in self._run], self.count)
        slip = self._slip(position, per_tick)
        self._position, self._per_tick = position, per_tick
        self._remembered = len(self._run)
        self._run.clear()
        if slip:
            self.count += slip
            self._forget_arrivals()

    def _slip(self, position: float, per_tick: float) -> int:
        """By how many ticks the count is behind, now that the last tick is at ``position`` on a new line.

        A line that moves by whole ticks at the same tempo has lost them to drops that jitter hid.
        """
        gap, dropped = self._gap if self._since_gap <= NEAR else (0, 0)
        if dropped and abs(gap - per_tick) < 0.1 * per_tick:
            return -dropped  # what looked like drops was the first tick of a slower tempo
        count, time, tempo = self._lines[0]
        if abs(per_tick - tempo) > SAME_TEMPO * tempo:
            return 0
        back = (RUN - 1) / 2  # ticks: the middle of the run is known best
        moved = (position - back * per_tick - time) / tempo - (self.count - back - count)
        slip = round(moved)
        return slip if abs(moved - slip) < 0.3 and slip >= -dropped else 0


def fit(ticks: Sequence[tuple[int, int]], at: int) -> tuple[float, float]:
    """Least squares through (count, time): the time at count ``at``, and ns a tick."""
    counts = [count for count, _ in ticks]
    middle, base = sum(counts) / len(ticks), ticks[0][1]
    mean = sum(time - base for _, time in ticks) / len(ticks)
    spread = sum((count - middle) ** 2 for count in counts)
    slope = sum((count - middle) * (time - base - mean) for count, time in ticks) / spread
    return base + mean + (at - middle) * slope, max(slope, 1.0)
