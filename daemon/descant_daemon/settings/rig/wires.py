"""Where wires run between a column of boxes and the rows that they go to."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_TRIED = 5  # nets whose every order is tried


class Net(NamedTuple):
    """A wire from the row ``here``, at its box, to the rows ``there``, ascending."""

    here: int
    there: tuple[int, ...]

    @property
    def span(self) -> tuple[int, int]:
        """The upmost and the lowest row."""
        return min((self.here, *self.there)), max((self.here, *self.there))


def place_boxes(heights: Sequence[int], wires: Sequence[Sequence[int]]) -> list[int]:
    """The top row of each box, in an order of their own: near the rows that its wire goes to, one below another.

    A wire leaves a box at its second row, which is no row that another box' wire goes to.
    """
    tops = [0] * len(heights)
    free = 0
    for index in sorted(range(len(heights)), key=lambda each: (_middle(wires[each]), each)):
        taken = {row for other, rows in enumerate(wires) if other != index for row in rows}
        top = max(free, round(_middle(wires[index])) - 1) if wires[index] else free
        while top + 1 in taken:
            top += 1
        tops[index], free = top, top + heights[index]
    return tops


def assign_tracks(nets: Sequence[Net]) -> list[int]:
    """The track of each net, from 0 next to the boxes: a few so that few wires cross, many so that few are needed."""
    if len(nets) <= MOST_TRIED:
        return min(map(list, permutations(range(len(nets)))), key=lambda tracks: _crossings(nets, tracks))
    tracks = [0] * len(nets)
    ends: list[int] = []  # of each track: the row below which it is free
    for index in sorted(range(len(nets)), key=lambda each: nets[each].span):
        top, bottom = nets[index].span
        free = next((track for track, end in enumerate(ends) if end < top), len(ends))
        ends[free : free + 1] = [bottom]
        tracks[index] = free
    return tracks


def _crossings(nets: Sequence[Net], tracks: Sequence[int]) -> int:
    count = 0
    for upright, at in zip(nets, tracks, strict=True):
        low, high = upright.span
        for other, track in zip(nets, tracks, strict=True):
            rows = (other.here,) if at < track else other.there if at > track else ()
            count += sum(low <= row <= high for row in rows)
    return count


def _middle(rows: Sequence[int]) -> float:
    return sum(rows) / len(rows) if rows else float("inf")
