"""How far ahead of its tick a step has to be asked for, by what it costs to answer."""

from __future__ import annotations

AT_ONCE = 0
"""Half a step ahead, and again on the tick: for what is fast."""


def lead(cost: int, step: int) -> int:
    """Whole steps ahead, for an answer that takes ``cost`` ns where a step lasts ``step`` ns; AT_ONCE while half does.

    When a step is asked for has no say in its notes.
    """
    return AT_ONCE if 2 * cost <= step else -(-cost // step)
