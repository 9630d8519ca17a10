"""A preset that plays by itself for long: does it stand still, wander, thin out?"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from descant_export.evaluate.judge.harmony.measured import Heard
from descant_export.evaluate.judge.harmony.tune_key import key_of, told

PARTS = 8


class Free(NamedTuple):
    """``unchanged``: beats of the longest stretch with one set of pitch classes on every beat.

    The others by eighths of the take: its key, notes a bar, notes at once while any sounds. ``changes``: eighths in
    another key than the one before.
    """

    unchanged: int
    changes: int
    keys: tuple[str, ...]
    notes: tuple[float, ...]
    voices: tuple[float, ...]


def free(heard: Heard) -> Free:
    """Of a take without a tune."""
    edges = np.linspace(0, heard.steps, PARTS + 1).astype(int).tolist()
    parts = [slice(begin, end) for begin, end in pairwise(edges)]
    keys = [key_of(heard.others[part]) for part in parts]
    sounding = [heard.others[part].any(1).sum() for part in parts]
    return Free(
        _unchanged(heard),
        sum(before != after for before, after in pairwise(keys)),
        tuple(told(key) for key in keys),
        tuple(float(heard.others_struck[p].sum()) * heard.bar / max(1, p.stop - p.start) for p in parts),
        tuple(float(heard.others[p].sum()) / max(1, int(n)) for p, n in zip(parts, sounding, strict=True)),
    )


def _unchanged(heard: Heard) -> int:
    sets = heard.on_beats.sets
    begins = np.flatnonzero(np.diff(sets, prepend=-1, append=-1))
    lengths = np.diff(begins)
    return int(lengths[sets[begins[:-1]] > 0].max(initial=0))
