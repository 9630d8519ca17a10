"""Several takes of a style: one a seed, over a melody each where the style is made to be played to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from descant_export.evaluate.takes.melody import Melody
from descant_export.evaluate.takes.style import Style
from descant_export.evaluate.takes.take import TEMPO, Take, render_take


def several(
    style: Style,
    melodies: Sequence[Melody],
    count: int,
    bars: int,
    *,
    first_seed: int = 1,
    tempo: float = TEMPO,
    progress: Callable[[], None] = lambda: None,
) -> list[Take]:
    """``count`` takes with the seeds from ``first_seed`` on, over the melodies in turn where there are any."""
    takes = []
    for number in range(count):
        melody = melodies[number % len(melodies)] if melodies else None
        length = min(bars, melody.bars) if melody else bars
        takes.append(render_take(style, first_seed + number, length, melody, tempo))
        progress()
    return takes
