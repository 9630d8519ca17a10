"""How voices are led from one chord to the next: which note follows which, and whether two go in parallel.

Chords have no voices of their own, so notes are led without crossing and with the least motion, all moves added up
(Tymoczko 2006, *Science* 313): the player's among themselves, and ours among ourselves.
"""

from __future__ import annotations

from typing import Any

from descant_daemon.compiled import compiled

OCTAVE, FIFTH = 12, 7
FAR = 1 << 30  # farther than any key


@compiled
def led(before: Any, after: Any, moves: Any, least: Any) -> Any:
    """Each note of the smaller chord with one of the larger, as ``moves [n, 2]`` from where to where; returns how many.

    ``before [V]``, ``after [W]``: from the lowest up. Of alike ways the lowest. ``moves`` has room for the smaller;
    ``least``, a table, for one more than either: the motion of the notes from i on to those of the larger from j on.
    """
    few, many = (before, after) if len(before) <= len(after) else (after, before)
    turned = len(before) > len(after)
    least[len(few), : len(many) + 1] = 0
    for i in range(len(few) - 1, -1, -1):
        least[i, len(many)] = FAR
        for j in range(len(many) - 1, -1, -1):
            least[i, j] = min(least[i, j + 1], abs(few[i] - many[j]) + least[i + 1, j + 1])
    j = 0
    for i in range(len(few)):
        while abs(few[i] - many[j]) + least[i + 1, j + 1] > least[i, j]:
            j += 1
        moves[i, 0], moves[i, 1] = (many[j], few[i]) if turned else (few[i], many[j])
        j += 1
    return len(few)


@compiled
def parallel(one: Any, other: Any) -> Any:
    """Whether two voices ``[2]`` go in one direction from a fifth to a fifth, or from an octave to an octave."""
    if (one[1] - one[0]) * (other[1] - other[0]) <= 0:
        return False
    before, after = abs(one[0] - other[0]) % OCTAVE, abs(one[1] - other[1]) % OCTAVE
    return before == after and before * (FIFTH - before) == 0
