"""From what was sent and heard to figures: pure, integers in, in the unit of the axis (frames, or ns)."""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from descant_daemon.loopback.stimulus import Press


class Deviations(NamedTuple):
    """Of so many values: the middle, what 99 of 100 do not exceed, the worst, the standard deviation."""

    heard: int
    p50: float
    p99: float
    max: float
    sd: float

    def scaled(self, factor: float) -> Deviations:
        """In another unit."""
        return Deviations(self.heard, *(value * factor for value in self[1:]))


class Onset(NamedTuple):
    """A note-on that was heard."""

    time: int
    channel: int
    key: int


def figures(values: Sequence[float]) -> Deviations:
    """Percentiles by nearest rank: each is a value that did occur. Raises ValueError where there is none."""
    if not values:
        raise ValueError("There are no figures of nothing.")
    ranked = sorted(values)
    return Deviations(
        len(ranked), _rank(ranked, 0.5), _rank(ranked, 0.99), ranked[-1], statistics.pstdev(ranked)
    )


def off_grid(onsets: Sequence[int], grid: Sequence[int]) -> list[int]:
    """By how much each onset comes after (before: negative) the grid line that is nearest to it.

    Onsets more than half a line's distance outside the grid do not count. ``grid`` rises and has two lines
    at least.
    """
    half = (grid[1] - grid[0]) / 2
    return [
        onset - min(grid[max(at - 1, 0) : at + 1], key=lambda line: abs(onset - line))
        for onset in onsets
        if grid[0] - half <= onset < grid[-1] + half
        for at in [bisect_left(grid, onset)]
    ]


def unsteadiness(deviations: Sequence[int]) -> list[int]:
    """How far each lies from the middle one: what is always the same is delay, not jitter."""
    if not deviations:
        return []
    middle = sorted(deviations)[(len(deviations) - 1) // 2]
    return [abs(each - middle) for each in deviations]


def answers(keys: Sequence[Press], strikes: Sequence[Onset], *, same_key: bool) -> list[int | None]:
    """How long after each key the first strike came that may be its answer; None where none did.

    ``same_key``: only a strike of the same key is an answer. No strike answers two keys.
    """
    waiting = sorted(strikes)
    out: list[int | None] = []
    for each in keys:
        found = next(
            (
                strike
                for strike in waiting
                if each.time <= strike.time < each.until and (not same_key or strike.key == each.key)
            ),
            None,
        )
        if found is not None:
            waiting.remove(found)
        out.append(None if found is None else found.time - each.time)
    return out


def _rank(ranked: Sequence[float], share: float) -> float:
    return ranked[max(0, math.ceil(round(share * len(ranked), 9)) - 1)]
