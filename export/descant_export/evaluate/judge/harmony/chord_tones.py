"""What sounds together: chords on the beats, the tune in them, and dissonance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from descant_export.evaluate.judge.harmony.chords import (
    DISSONANCES,
    KINDS,
    TONES,
    Consonance,
    sets_of,
    turned,
)
from descant_export.evaluate.judge.harmony.measured import Heard, Share, highest, share_of


class Sonorities(NamedTuple):
    """Shares of the beats on which anything sounds: complete triads, sevenths, parts of a triad, all else."""

    triads: Share
    sevenths: Share
    consonant: Share
    other: Share


def sonorities(heard: Heard) -> Sonorities:
    """By the set of pitch classes on each beat, tune and all."""
    kinds = KINDS[heard.on_beats.sets]
    sounds = kinds != Consonance.SILENCE
    return Sonorities(
        *(
            share_of(kinds == kind, sounds)
            for kind in (Consonance.TRIAD, Consonance.SEVENTH, Consonance.CONSONANT, Consonance.OTHER)
        )
    )


def chord_tone(heard: Heard) -> Share:
    """Beats on which the tune's highest note belongs to the chord that the other notes make."""
    beats = heard.on_beats
    tune = highest(beats.tune)
    both = (tune >= 0) & beats.others.any(1)
    return share_of(TONES[sets_of(beats.others)] >> (tune % 12) & 1 == 1, both)


def semitone(heard: Heard) -> Share:
    """Steps in which some other note is a semitone from the tune, whatever the octave, of those with both."""
    tune, others = sets_of(heard.tune), sets_of(heard.others)
    clash = ((turned(tune, 1) | turned(tune, -1)) & others) > 0
    return share_of(clash, (tune > 0) & (others > 0))


def dissonant(heard: Heard) -> Share:
    """Steps with a semitone, a whole tone or a tritone in them, of those in which two keys or more sound."""
    return share_of(DISSONANCES[heard.sets], np.asarray(heard.together.sum(1) > 1))
