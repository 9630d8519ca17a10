"""The grid: when the moments of a step are, and which step a moment belongs to."""

from __future__ import annotations

from typing import NamedTuple

from descant_daemon.note_state import nearest_step
from descant_daemon.time.clock import Clock
from descant_routing.errors import UsageError

TICKS_PER_BEAT = 24  # of MIDI clock
LATEST = 1 / 6  # of the pair, from its half to two thirds: the last of three
GRACE = 30_000_000  # ns after its tick that an answer may still be played: later it would be heard as late
MILLISECOND = 1_000_000
SHORTEST_TICK = 1_000_000  # ns; a faster clock (2,500 BPM) is none, and nothing is played to it
UNKNOWN_STEP = 4.0 * GRACE  # ns, while there is no tempo


def check_steps(steps_per_beat: int) -> None:
    """Raises UsageError when MIDI clock's 24 ticks a beat do not divide into a model's steps."""
    if steps_per_beat < 1 or TICKS_PER_BEAT % steps_per_beat:
        raise UsageError(f"a model with {steps_per_beat} steps a beat cannot follow MIDI clock's 24 ticks")


class Swing(NamedTuple):
    """A bent grid: off-beats come later, what lies between them is carried along, and nothing changes places.

    ``pair``: ticks of two notes, of which the second is late; ``amount``: 0 straight, 1 a triplet's last."""

    pair: int = TICKS_PER_BEAT
    amount: float = 0.0

    def bent(self, tick: float) -> float:
        """Where a straight ``tick`` is played, the same or later."""
        if not self.amount:
            return tick
        whole, within = divmod(tick, self.pair)
        half, late = self.pair / 2, self._late
        if within < half:
            return whole * self.pair + within * late / half
        return whole * self.pair + late + (within - half) * (self.pair - late) / half

    def straight(self, tick: float) -> float:
        """The tick that is played at ``tick``: the way back from ``bent``."""
        if not self.amount:
            return tick
        whole, within = divmod(tick, self.pair)
        half, late = self.pair / 2, self._late
        if within < late:
            return whole * self.pair + within * half / late
        return whole * self.pair + half + (within - late) * half / (self.pair - late)

    @property
    def _late(self) -> float:
        return self.pair * (0.5 + LATEST * self.amount)


def swing(amount: float, unit: str, ticks_per_step: int) -> Swing:
    """``unit``: ``eighth`` or ``sixteenth``; straight where the model's steps have no such off-beat."""
    pair = TICKS_PER_BEAT if unit == "eighth" else TICKS_PER_BEAT // 2
    return Swing(pair, 0.0 if pair // 2 % ticks_per_step else amount)


class Grid:
    """The clock in steps; all times in ns."""

    def __init__(self, clock: Clock, steps_per_beat: int, offset: int) -> None:
        """``offset``: by how much the whole grid is later than the clock says. ``steps_per_beat`` has been checked."""
        self.clock = clock
        self.offset = offset
        self.ticks_per_step = TICKS_PER_BEAT // steps_per_beat
        self.swing = Swing()

    def ahead(self, step: int, lead: float) -> int | None:
        """``lead`` steps ahead of ``step``, on a tick as ``tick`` has it; None while nobody can say when that is."""
        on_tick = float(lead).is_integer()
        return self._moment((step - lead) * self.ticks_per_step, self.clock.guard if on_tick else 0)

    def tick(self, step: int) -> int | None:
        """When to act on the tick of ``step``: a guard after it; None while nobody can say when that is."""
        return self._moment(step * self.ticks_per_step, self.clock.guard)

    def expected(self, step: int) -> int | None:
        """When ``tick`` will be, however far off, if the tempo stays; None without one."""
        timeline = self.clock.timeline
        if timeline is None:
            return None
        return timeline.time_of(self.swing.bent(step * self.ticks_per_step)) + self.offset + self.clock.guard

    def nearest(self, now: int) -> int | None:
        """The step whose tick is nearest; None without a tempo."""
        timeline = self.clock.timeline
        if timeline is None:
            return None
        return nearest_step(self.swing.straight(timeline.tick_at(now - self.offset)), self.ticks_per_step)

    def first_from(self, tick: int) -> int:
        """The first step that begins at ``tick`` or after it."""
        return -(-tick // self.ticks_per_step)

    @property
    def step_length(self) -> float:
        """At the present tempo."""
        timeline = self.clock.timeline
        return self.ticks_per_step * timeline.per_tick if timeline else UNKNOWN_STEP

    @property
    def grace(self) -> int:
        """How long an answer is waited for."""
        return min(GRACE, int(self.step_length / 4))

    def late_window(self, late: int) -> int:
        """``late`` ms, but no more than half a step."""
        return min(late * MILLISECOND, int(self.step_length / 2))

    def _moment(self, tick: float, guard: int) -> int | None:
        timeline, trusted = self.clock.timeline, self.clock.trusted_until
        if not self.clock.running or timeline is None or timeline.per_tick < SHORTEST_TICK:
            return None
        moment = timeline.time_of(self.swing.bent(tick)) + self.offset + guard
        return moment if trusted is None or moment <= trusted else None
