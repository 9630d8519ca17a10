"""Where the tune comes to rest, and what stands there.

A phrase ends where the ear groups by proximity (Lerdahl & Jackendoff 1983, *A Generative Theory of Tonal Music*, GPR
2): before a rest, and after a note that is long for this tune.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from descant_export.evaluate.judge.harmony.chords import CONSONANT, ROOTS
from descant_export.evaluate.judge.harmony.measured import Heard, Share, lowest

LONG = 2  # times the median length of the tune's notes, and beats

Note = tuple[int, int, int]


class PhraseEnds(NamedTuple):
    """Shares of the phrase ends; see ``phrase_ends``."""

    stable: Share
    root: Share


def closings(tune: Sequence[Note], beat: int, steps: int) -> list[Note]:
    """The notes (first step, step after the last, key) that close a phrase, in order.

    One before a rest of a beat or more, or as long as two beats and two notes of the tune. ``tune``: its highest
    line, by time; ``steps``: of the piece, whose end is no rest.
    """
    tune = [(on, min(off, steps), key) for on, off, key in tune if on < steps]
    if not tune:
        return []
    median = float(np.median([off - on for on, off, _ in tune]))
    nexts = [on for on, _, _ in tune[1:]] + [steps]
    return [
        (on, min(off, after), key)
        for (on, off, key), after in zip(tune, nexts, strict=True)
        if after - off >= beat or min(off, after) - on >= LONG * max(beat, median)
    ]


def phrase_ends(heard: Heard, tune: Sequence[Note]) -> PhraseEnds:
    """For at least half of the closing note ``tune`` and the others make a consonant chord; a root-position one.

    Stable: a part of a major or minor triad, the others sounding too. Root: root and third, the root in the bass.
    """
    sets, sounding = heard.sets, heard.others.any(1)
    bass = lowest(heard.together)
    stable = CONSONANT[sets] & sounding
    root = (ROOTS[sets] == bass % 12) & (bass >= 0) & sounding
    ends = closings(tune, heard.beat, heard.steps)
    held = [tuple(2 * values[on:off].sum() >= off - on for values in (stable, root)) for on, off, _ in ends]
    count = len(held)
    return PhraseEnds(
        Share(sum(each[0] for each in held), count), Share(sum(each[1] for each in held), count)
    )


def top_line(tune: Sequence[Note]) -> list[Note]:
    """The highest of the notes that begin together, each until the next begins."""
    tops: dict[int, Note] = {}
    for note in sorted(tune, key=lambda each: (each[0], each[2])):
        tops[note[0]] = note
    return list(tops.values())
