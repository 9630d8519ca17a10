"""Excerpts: whole bars, without overlap, with what is held at their beginning."""

from __future__ import annotations

import numpy as np

from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate.takes.excerpt import all_excerpts, excerpts


def steady(bars: int, pick_up: int = 0) -> Piece:
    """A quarter on every beat, rising by a semitone a bar."""
    steps = bars * 16 + pick_up
    return from_notes(
        "steady",
        [[(at, at + 4, 40 + at // 16) for at in range(0, steps, 4)]],
        (np.arange(steps) - pick_up) % 16,
    )


def test_stretches_do_not_overlap_and_begin_on_bar_lines() -> None:
    found = excerpts(steady(9, pick_up=4), 2, 10)
    assert [each.steps for each in found] == [32] * 4
    assert [int(each.step_in_bar[0]) for each in found] == [0] * 4
    # Every note once: what two stretches shared would be there twice.
    assert sum(len(each.notes) for each in found) == 8 * 4


def test_a_few_are_spread_over_the_piece() -> None:
    first, last = excerpts(steady(8), 2, 2)
    assert (first.keys, last.keys) == ((40, 41), (46, 47))


def test_bars_at_the_beginning_can_be_left_out() -> None:
    (only,) = excerpts(steady(3), 2, 5, skip=1)
    assert only.keys == (41, 42)


def test_what_is_held_at_the_bar_line_begins_there() -> None:
    piece = from_notes("held", [[(0, 40, 50), (16, 20, 60), (20, 24, 62), (24, 32, 64)]], [*range(16)] * 3)
    (only,) = excerpts(piece, 1, 5, skip=1)[:1]
    assert [(int(n["on"]), int(n["off"]), int(n["key"])) for n in only.notes] == [
        (0, 16, 50),
        (0, 4, 60),
        (4, 8, 62),
        (8, 16, 64),
    ]


def test_short_and_silent_stretches_are_none() -> None:
    silent = from_notes("rest", [[(0, 4, 60)]], [*range(16)] * 4)
    assert all_excerpts([steady(1), silent], 2, 3) == []
