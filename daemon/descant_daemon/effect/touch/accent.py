"""Accent: how heavy a step is in its bar."""

from __future__ import annotations

from descant_daemon.settings.metre import Metre

LOUDEST = 24  # velocity, above and below the middle
BAR, HALF_BAR, BEAT, OFF_BEAT, BETWEEN = 1.0, 0.5, 0.25, -0.5, -1.0


def weight(step: int, metre: Metre, steps_per_beat: int) -> float:
    """1 on the first of the bar, down to -1 between the off-beats.

    ``step`` counts from the song's first; a quarter has ``steps_per_beat``.
    """
    bar, beat = metre.steps_per_bar(steps_per_beat), metre.steps_per_pulse(steps_per_beat)
    within = step % bar
    if not within:
        return BAR
    if within % beat == 0:
        return HALF_BAR if 2 * within == bar else BEAT
    return OFF_BEAT if within * (3 if metre.compound else 2) % beat == 0 else BETWEEN


def louder(amount: float, step: int, metre: Metre, steps_per_beat: int) -> float:
    """Velocity to add, 0 when ``amount`` is."""
    return amount * LOUDEST * weight(step, metre, steps_per_beat) if amount else 0.0
