"""Copies: pieces of the same notes, in whatever key, metre, tempo and arrangement of tracks."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np

from descant_export.corpus.piece import Piece


class Print(NamedTuple):
    """``shape``: what two copies have in common. ``lowest``: the MIDI key in which they may differ."""

    shape: bytes
    lowest: int


def fingerprint(piece: Piece) -> Print:
    """Onsets from the first one, and keys from the lowest one; lengths, voices and bar lines do not count."""
    lowest = int(piece.notes["key"].min())
    on = piece.notes["on"].astype(np.int64) - int(piece.notes["on"][0])
    rows = np.unique(on * 128 + (piece.notes["key"].astype(np.int64) - lowest))
    return Print(hashlib.blake2b(rows.tobytes(), digest_size=16).digest(), lowest)


def copy_of(original: str, semitones: int) -> str:
    """The clause that says so."""
    if not semitones:
        return f"has the notes of {original}"
    return f"has the notes of {original}, {abs(semitones)} semitones {'higher' if semitones > 0 else 'lower'}"
