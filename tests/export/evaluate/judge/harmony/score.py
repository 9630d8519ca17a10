"""Small pieces typed in as text, for figures that are known by hand."""

from __future__ import annotations

import re

import numpy as np

from descant_daemon.settings.metre import Metre
from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate.judge.harmony.measured import Heard, heard
from descant_export.evaluate.judge.harmony.phrases import Note

NAMES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
FOUR_FOUR = Metre(4, 4)


def line(text: str) -> list[Note]:
    """``c4:4 r:2 eb4:8``: notes one after the other, lengths in sixteenths; bar lines are for the eye."""
    now, notes = 0, []
    for token in text.replace("|", " ").split():
        found = re.fullmatch(r"(?:([a-g])([#b]?)(\d)|r):(\d+)", token)
        assert found, token
        length = int(found[4])
        if found[1]:
            alter = {"#": 1, "b": -1, "": 0}[found[2]]
            notes.append((now, now + length, 12 * (int(found[3]) + 1) + NAMES[found[1]] + alter))
        now += length
    return notes


def piece(tune: str, *others: str, metre: Metre = FOUR_FOUR, bars: int | None = None) -> Piece:
    """The tune, and what answers it, each a line."""
    voices = [line(text) for text in (tune, *others)]
    bar = metre.steps_per_bar(4)
    last = max(off for voice in voices for _, off, _ in voice)
    return from_notes("typed in", voices, np.arange((bars or -(-last // bar)) * bar) % bar)


def music(tune: str, *others: str, metre: Metre = FOUR_FOUR, bars: int | None = None) -> Heard:
    """The same, ready to be measured."""
    return heard(piece(tune, *others, metre=metre, bars=bars), metre)
