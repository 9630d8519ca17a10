"""Following a clock: which tick is it that has come, and where on the line does it fall?

Ticks are counted by where they fall on the line (``line``), so a late one is neither lost nor doubled. What
looked like drops, or like a tick sent twice, and turns out to be something else is put right afterwards.
While the tempo is none that music has, nothing is filtered.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from descant_daemon.time.blocks import Blocks
from descant_daemon.time.regression import FLOOR, GATE, MEMORY, Regression
from descant_daemon.time.timeline import FASTEST_BPM, SLOWEST_BPM, Timeline, ns_per_tick

RUN = 4  # ticks: a line that is known
STEADY = 24  # ticks on one line: a tempo that goes on while nobody hears it
MOST_SKIPS = 5  # inferred drops in a row that are a tempo change instead,
MOST_SKIPS_OF_A_BAD_LINE = 9  # or so many where others are dropped,
BAD_LINE = 4  # at least, in MEMORY arrivals
MOST_DROPPED = 7  # ticks at once: a longer gap is a master that paused
MOST_DROPS = 15  # inferred in MEMORY arrivals; more, and evenly, and it is a master that sends by the block
NEAR = 8  # ticks after an inferred drop within which a new line may take it back
SAME_TEMPO = 0.15  # a new line no further in tempo from the old one has only moved
FASTEST = ns_per_tick(1.2 * FASTEST_BPM)  # what music has, and room for jitter
SLOWEST = ns_per_tick(0.8 * SLOWEST_BPM)
DOUBLE = 0.4  # of a tick on from the line, and
APART = 0.3  # of a tick after the last arrival, and
TWICE = 3_000_000  # ns after it: a tick nearer than all three is the same one sent twice
TWICE_AT_FIRST = 1_000_000  # ns; while no tempo is known
BY_THE_BLOCK = 24  # clocks of a block-edge master before its tempo is measured anew


class Follower:
    """Feed it the time of every tick; ``count`` numbers them, ``timeline`` predicts the next."""

    def __init__(self) -> None:
        self.count = 0  # ticks since the restart, the first is 0
        self.corrected = False  # whether the last tick has put the count right, and so moved the song
        self._line = Regression(0.0)
        self._begun = False
        self._lines: deque[tuple[int, float, float]] = deque(maxlen=RUN)  # before each: (count, time, tempo)
        self._arrivals: deque[tuple[int, int]] = deque(maxlen=MEMORY)  # (time, drops inferred before it)
        self._drops = 0  # in those arrivals
        self._gap = (0, 0)  # the last interval with drops in it, and how many
        self._since_gap = NEAR + 1
        self._last_time = 0
        self._skips = 0  # times in a row that drops were inferred, and the ticks counted for them
        self._skipped = 0
        self._blocks = Blocks()
        self._block: float | None = None  # ns, when the master sends at the edges of such
        self._clocks: deque[tuple[int, int]] = deque(maxlen=MEMORY)  # (count, time), then

    @property
    def per_tick(self) -> float | None:
        """The tempo, ns a tick; None before two ticks."""
        return self._line.per_tick

    @property
    def jitter(self) -> float:
        """Standard deviation of the ticks about the line, ns, as measured."""
        return self._line.deviation

    @property
    def valid(self) -> bool:
        """Whether the tempo is one that music has."""
        return self.per_tick is not None and FASTEST <= self.per_tick <= SLOWEST

    @property
    def steady(self) -> bool:
        """Whether the tempo has been the same for a beat, so that it can be counted on."""
        return self.valid and self._line.remembered >= STEADY

    @property
    def last_time(self) -> int:
        """When the last tick arrived, ns."""
        return self._last_time

    def timeline(self, origin: int) -> Timeline | None:
        """The line, for a song in which this follower's tick 0 is tick ``origin``."""
        if not self._begun or self.per_tick is None:
            return None
        return Timeline(origin + self.count, self._line.time, self.per_tick)

    def expects(self, time: int) -> bool:
        """Whether a tick at ``time`` would be on the line as it stands."""
        if not self._begun or self.per_tick is None or not self.valid:
            return False
        error = abs(time - self._line.time - self.per_tick)
        return error <= min(GATE * max(self.jitter, FLOOR), self.per_tick / 4)

    def restart(self, *, keep_tempo: bool) -> None:
        """The next tick begins a new line; what is known of the tempo is kept or not."""
        self.count, self._begun = 0, False
        self._forget_arrivals()
        self._clocks.clear()
        self._skips = self._skipped = 0
        if not keep_tempo:
            self._line.per_tick = None
            self._block = None

    def trust(self) -> None:
        """The count is right as it is: the master has said where the song is."""
        self._blocks.forgive()

    def tick(self, time: int) -> int:
        """A tick arrives at ``time``; returns by how many the count has grown.

        0: a duplicate. Less than 0: what had looked like drops was a slower tempo.
        """
        self.corrected = False
        if not self._begun:
            self._begin(time)
            return 1
        before, interval, blocks = self.count, time - self._last_time, self._blocks
        if self._block is not None:
            self._follow_blocks(time, interval, self._block)
        elif not self._is_double(time, interval):
            self._arrive(time, interval)
        grown = self.count - before
        if grown:
            self._last_time = time
        # What has been put right by other means is not owed.
        self._watch_blocks(time, grown if self._blocks is blocks else 1)
        self.corrected = self.corrected or grown < 0
        return self.count - before

    # -- a tick at a time ------------------------------------------------------------------------------

    def _begin(self, time: int) -> None:
        self._begun, self._last_time = True, time
        self._line.begin(float(time))
        self._clocks.append((0, time))
        self._blocks.add(time, 1)

    def _is_double(self, time: int, interval: int) -> bool:
        """Whether this is the last tick, sent twice."""
        if self.per_tick is None:
            return interval < TWICE_AT_FIRST
        ticks, apart = (time - self._line.time) / self.per_tick, interval / self.per_tick
        # A stamp that is much earlier than the last is a clock whose stamps have gone astray (Bluetooth).
        return self.valid and ticks < DOUBLE and apart < APART and abs(interval) < TWICE

    def _arrive(self, time: int, interval: int) -> None:
        if self.per_tick is None or not self.valid:
            self._try(time, interval)
        else:
            ticks, apart = (time - self._line.time) / self.per_tick, interval / self.per_tick
            self._follow(time, interval, self._grown(ticks, apart))

    def _try(self, time: int, interval: int) -> None:
        """The last interval is all that is known of the tempo."""
        self.count += 1
        self._line.guess(time, interval)
        self._skips = self._skipped = 0

    def _grown(self, ticks: float, apart: float) -> int:
        """How many ticks have passed: were some dropped?

        ``ticks``: the distance on the line; ``apart``: from the last arrival.
        """
        whole = round(ticks)
        dropped = 1 < whole <= MOST_DROPPED + 1 and abs(ticks - whole) < 0.25 and abs(apart - whole) < 0.4
        return whole if dropped and self._line.remembered >= RUN else 1

    def _follow(self, time: int, interval: int, grown: int) -> None:
        self._skips = self._skips + 1 if grown > 1 else 0
        self._skipped = self._skipped + grown - 1 if grown > 1 else 0
        self._note_arrival(time, interval, grown - 1)
        if self._skips >= MOST_SKIPS and self._skips >= self._most_skips:
            # Nobody drops every other tick: the tempo has fallen to a whole fraction.
            self.count -= self._skipped - (grown - 1)
            self._forget_arrivals()
            self._try(time, interval)
        elif self._drops >= MOST_DROPS and self._evenly_dropped:
            self._count_arrivals(grown)
        else:
            self._filter(time, grown)

    def _filter(self, time: int, grown: int) -> None:
        assert self.per_tick is not None  # there have been two ticks
        self._lines.append((self.count, self._line.time, self.per_tick))
        self.count += grown
        if self._line.follow(self.count, time, grown) and (slip := self._slip()):
            self.count += slip
            self._forget_arrivals()

    def _slip(self) -> int:
        """By how many ticks the count is behind, now that the line is a new one.

        A line that moves by whole ticks at the same tempo has lost them to drops that jitter hid.
        """
        position, per_tick = self._line.time, self.per_tick or 0.0
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

    # -- drops -----------------------------------------------------------------------------------------

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
        self._blocks = Blocks()
        self._drops, self._since_gap = 0, NEAR + 1

    @property
    def _most_skips(self) -> int:
        """How many drops in a row are none: more, where drops were known before."""
        before = sum(1 for _, dropped in self._arrivals if dropped) - self._skips
        return MOST_SKIPS if before < BAD_LINE else MOST_SKIPS_OF_A_BAD_LINE

    @property
    def _evenly_dropped(self) -> bool:
        """Whether drops come as evenly as only arithmetic makes them."""
        gaps = [index for index, (_, dropped) in enumerate(self._arrivals) if dropped]
        apart = [later - index for index, later in pairwise(gaps)]
        return bool(apart) and max(apart) - min(apart) <= 1

    def _count_arrivals(self, grown: int) -> None:
        """Nobody drops so many: what has come is all there was, and the line goes through that."""
        self.count += grown - self._drops
        first = self.count - len(self._arrivals) + 1
        self._line.through([(first + index, time) for index, (time, _) in enumerate(self._arrivals)])
        self._skips = self._skipped = 0
        self._forget_arrivals()

    # -- block edges -----------------------------------------------------------------------------------

    def _watch_blocks(self, time: int, grown: int) -> None:
        """Do clocks come at the edges of audio blocks? Then each of them is a tick."""
        if not self._blocks.add(time, grown) or self._block is not None:
            return
        self._block = self._blocks.length()
        if self._block is None:
            return
        self.count += self._blocks.owed
        self.corrected = True
        self._clocks.clear()
        self._clocks.extend(self._blocks.clocks(self.count))
        self._line.through(list(self._clocks))

    def _follow_blocks(self, time: int, interval: int, block: float) -> None:
        """Every clock counts, and the tempo is that of the last four beats, because blocks hide a shorter one."""
        if self._blocks.left(interval, block):
            self._block = None
            self._forget_arrivals()
            self._clocks.clear()
            self._try(time, interval)
            return
        self.count += 1
        self._clocks.append((self.count, time))
        if len(self._clocks) >= BY_THE_BLOCK:
            self._line.through(list(self._clocks))
        else:
            self._line.settle(list(self._clocks))
