"""Scales: which pitch classes may be generated."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.key import Key, KeyMode, Third

DIATONIC = "diatonic"
SCALES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "chromatic": tuple(range(12)),
        "major": (0, 2, 4, 5, 7, 9, 11),
        "minor": (0, 2, 3, 5, 7, 8, 10),
        "harmonic_minor": (0, 2, 3, 5, 7, 8, 11),
        "melodic_minor": (0, 2, 3, 5, 7, 8, 9, 10, 11),
        "dorian": (0, 2, 3, 5, 7, 9, 10),
        "phrygian": (0, 1, 3, 5, 7, 8, 10),
        "lydian": (0, 2, 4, 6, 7, 9, 11),
        "mixolydian": (0, 2, 4, 5, 7, 9, 10),
        "major_pentatonic": (0, 2, 4, 7, 9),
        "minor_pentatonic": (0, 3, 5, 7, 10),
        "blues": (0, 3, 5, 6, 7, 10),
        "whole_tone": (0, 2, 4, 6, 8, 10),
        DIATONIC: (0, 2, 4, 5, 7, 9, 11),
    }
)
"""Semitones above the tonic. ``melodic_minor`` goes up and down; ``diatonic`` is here that of major."""
DIATONIC_OF: Mapping[KeyMode, str] = MappingProxyType(
    {
        "major": "major",
        "minor": "melodic_minor",
        "aeolian": "minor",
        "dorian": "dorian",
        "mixolydian": "mixolydian",
        "phrygian": "phrygian",
        "lydian": "lydian",
    }
)
"""The scale of each mode that is heard."""


def thirds_of(scale: str) -> tuple[Third, ...]:
    """Among which keys the tonic of a scale is to be looked for: those that have its third."""
    degrees = SCALES[scale]
    if scale == DIATONIC or (3 in degrees) == (4 in degrees):
        return ("major", "minor")
    return ("minor",) if 3 in degrees else ("major",)


def in_scale(scale: str, key: Key, keys: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Which of the MIDI ``keys [P]`` belong to a scale on a key's tonic."""
    if scale == DIATONIC:
        scale = DIATONIC_OF[key.mode]
    return np.isin((keys - key.tonic) % 12, SCALES[scale])
