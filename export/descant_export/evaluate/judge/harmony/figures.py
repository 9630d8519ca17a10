"""All figures of one piece, and of several as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from descant_daemon.engine.key import Key
from descant_export.evaluate.judge.harmony.chord_tones import chord_tone, dissonant, semitone, sonorities
from descant_export.evaluate.judge.harmony.measured import Heard, Share, added
from descant_export.evaluate.judge.harmony.phrases import Note, phrase_ends
from descant_export.evaluate.judge.harmony.rhythm import texture
from descant_export.evaluate.judge.harmony.tune_key import out_of_key, wrong_key
from descant_export.evaluate.judge.harmony.voice_leading import bass_motion, parallels


class Figures(NamedTuple):
    """What docs/harmony.md defines, in its order."""

    wrong_key: Share
    out_of_key: Share
    triads: Share
    sevenths: Share
    consonant: Share
    other: Share
    chord_tone: Share
    semitone: Share
    dissonant: Share
    stable_ends: Share
    root_ends: Share
    parallels: Share
    parallels_with_tune: Share
    bass_stays: Share
    bass_steps: Share
    bass_fourths_fifths: Share
    voices: Share
    notes_a_bar: Share
    silent_beats: Share
    gaps: Share
    short_notes: Share
    rhythm_again: Share
    above: Share
    doubled: Share

    def values(self) -> dict[str, float]:
        """By name; NaN where there was nothing to count."""
        return {name: share.value for name, share in zip(self._fields, self, strict=True)}


def figures(heard: Heard, key: Key | None, tune: Sequence[Note]) -> Figures:
    """``key``: of the tune; ``tune``: its highest line as it is written, which says where phrases end."""
    return Figures(
        wrong_key(heard, key),
        out_of_key(heard, key),
        *sonorities(heard),
        chord_tone(heard),
        semitone(heard),
        dissonant(heard),
        *phrase_ends(heard, tune),
        *parallels(heard),
        *bass_motion(heard),
        *texture(heard),
    )


def pooled(several: Sequence[Figures]) -> Figures:
    """Parts and wholes added up."""
    return Figures(*(added(column) for column in zip(*several, strict=True)))


def errors(tunes: Sequence[Sequence[Figures]]) -> dict[str, float]:
    """The standard error of each figure of all takes, by name: what other tunes would make of it.

    ``tunes``: the takes over each. A jackknife that leaves out one tune at a time (Efron & Tibshirani 1993, *An
    Introduction to the Bootstrap*, ch. 11); NaN for a single tune.
    """
    sums = np.array([pooled(takes) for takes in tunes])  # [tunes, figures, (part, whole)]
    count = len(sums)
    part, whole = np.moveaxis(sums.sum(0) - sums, -1, 0)
    without = np.where(whole > 0, part, np.nan) / np.where(whole > 0, whole, 1)
    apart = without - without.mean(0)
    error = (
        np.sqrt((count - 1) / count * (apart**2).sum(0))
        if count > 1
        else np.full(len(Figures._fields), np.nan)
    )
    return dict(zip(Figures._fields, error.tolist(), strict=True))
