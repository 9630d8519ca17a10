"""Accent: how heavy a step is in its bar."""

from __future__ import annotations

from descant_daemon.time.metre_map import Bars

LOUDEST = 24  # velocity, above and below the middle
BAR, HALF_BAR, BEAT, OFF_BEAT, BETWEEN = 1.0, 0.5, 0.25, -0.5, -1.0


def weight(step: int, bars: Bars) -> float:
    """1 on the first of the bar, down to -1 between the off-beats.

    ``step`` counts from the song's first.
    """
    bar, beat, within = bars.length, bars.pulse, bars.within(step)
    if not within:
        return BAR
    if within % beat == 0:
        return HALF_BAR if 2 * within == bar else BEAT
    return OFF_BEAT if within * (3 if bars.metre.compound else 2) % beat == 0 else BETWEEN


def louder(amount: float, step: int, bars: Bars) -> float:
    """Velocity to add, 0 when ``amount`` is."""
    return amount * LOUDEST * weight(step, bars) if amount else 0.0
