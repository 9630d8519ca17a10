"""Beats and steps: where onsets lie, which step of its bar a step is, and whether there is a grid at all."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_export.corpus.facts import Facts

Beats = NDArray[np.float64]

NEAR = Fraction(1, 40)  # of a beat: 12 ms at 120 BPM, what a sequencer rounds and a careful player achieves
SIXTEENTHS = [Fraction(step, 4) for step in range(4)]
TWELFTHS = [Fraction(step, 12) for step in range(12)]
# Sixteenths and triplet eighths alone: twelve steps a beat lie so close that chance meets most of them.
SIMPLE = sorted({*SIXTEENTHS, *(Fraction(step, 3) for step in range(3))})
GRIDS = (SIXTEENTHS, TWELFTHS, SIMPLE)
CHANCE = float(2 * NEAR) * len(SIMPLE)  # the share of onsets near the simple grid, were they anywhere
FEW = 24  # onsets, fewer of which prove nothing
ABOVE_CHANCE = 0.15  # share of the way from chance to perfect that a grid must reach


class TimeSignature(NamedTuple):
    """A time signature that begins at ``beat`` (quarters from the file's beginning)."""

    beat: float
    numerator: int
    denominator: int

    def bar(self, steps_per_beat: int) -> int:
        """Steps of a bar, at least one."""
        return max(1, round(self.numerator * 4 * steps_per_beat / self.denominator))


COMMON_TIME = TimeSignature(0.0, 4, 4)  # what a MIDI file that says nothing is in


class Near(NamedTuple):
    """Shares of onsets within ``NEAR`` of the grid of sixteenths, of twelfths, and of the simple one."""

    sixteenths: float
    twelfths: float
    simple: float


def near_the_grid(onsets: Beats) -> Near:
    """How much of a piece lies on each grid; ``onsets`` in beats."""
    within = onsets % 1.0
    return Near(*(float((_distance(within, grid) <= float(NEAR) + 1e-9).mean()) for grid in GRIDS))


def displacement(onsets: NDArray[np.int64], beat: int) -> int:
    """Ticks by which a whole piece is late on its grid, 0 when it is not.

    A grace note before the first bar line does this in files of notation programs: all that follows is late
    by its length. The commonest place within a sixteenth is tried, and believed when it brings nearly
    everything to the grid, or when next to nothing was near it before: a piece in thirty-seconds stays where
    it is. ``onsets`` in ticks, ``beat`` the ticks of one.
    """
    places, counts = np.unique(onsets % max(1, beat // 4), return_counts=True)
    late = int(places[counts.argmax()])
    before, after = (near_the_grid((onsets - by) / beat).simple for by in (0, late))
    return late if after - before > 1 / 3 and (after > 0.85 or before < 0.1) else 0


def on_few_places(onsets: NDArray[np.int64], beat: int) -> float:
    """The share of onsets on the twelve commonest ticks of the beat: high in a score, even one in fives."""
    counts = np.sort(np.unique(onsets % beat, return_counts=True)[1])
    return float(counts[-12:].sum() / counts.sum())


def _distance(within: Beats, points: Sequence[Fraction]) -> Beats:
    edges = np.array([*map(float, points), 1.0])
    nearest: Beats = np.abs(within[:, None] - edges).min(1)
    return nearest


def has_grid(facts: Facts) -> bool:
    """Whether onsets keep to sixteenths and triplets better than chance, or to any few places in the beat.

    A performance to no click does neither.
    """
    near = facts.on_simple >= CHANCE + ABOVE_CHANCE * (1 - CHANCE)
    return facts.notes < FEW or near or facts.on_few_places >= 0.5


def step_in_bar(metres: Sequence[TimeSignature], steps: int, steps_per_beat: int) -> NDArray[np.int16]:
    """For each of ``steps`` steps its place in the bar, 0 on the bar line.

    A change of metre begins a bar. A first stretch shorter than the bar of the metre after it is a
    pick-up: it ends where that bar ends, so it begins late. ``metres``: in order, the first one at beat 0.
    """
    begins = [min(steps, round(metre.beat * steps_per_beat)) for metre in metres]
    place = np.zeros(steps, np.int16)
    for index, metre in enumerate(metres):
        begin, end = begins[index], begins[index + 1] if index + 1 < len(metres) else steps
        bar = metre.bar(steps_per_beat)
        late = 0
        if index == 0 and len(metres) > 1:
            full = metres[1].bar(steps_per_beat)
            if 0 < end < full:
                bar, late = full, full - end
        place[begin:end] = (np.arange(end - begin) + late) % bar
    return place
