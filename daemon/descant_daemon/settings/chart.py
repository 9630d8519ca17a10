"""A chord chart as musicians write it: ``| C | Am7 G/B | F . . G | % | N.C. |``.

Bars stand between bar lines. The signs of a bar share it alike: one chord lasts a bar, two half a bar, and a dot goes
on with the chord before it. ``%`` repeats the bar before, ``N.C.`` is no chord. At its end a chart begins again.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from descant_routing.errors import UsageError
from descant_routing.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 800  # characters
MOST_SIGNS = 32  # in a bar
CLASSES = 12
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SHIFTS = {"": 0, "#": 1, "b": -1, "♯": 1, "♭": -1}
QUALITIES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("", "maj", "M"), (0, 4, 7)),
        **dict.fromkeys(("m", "min", "-"), (0, 3, 7)),
        "5": (0, 7),
        **dict.fromkeys(("6", "maj6"), (0, 4, 7, 9)),
        **dict.fromkeys(("m6", "min6", "-6"), (0, 3, 7, 9)),
        **dict.fromkeys(("69", "6/9"), (0, 2, 4, 7, 9)),
        "7": (0, 4, 7, 10),
        **dict.fromkeys(("maj7", "M7", "Δ", "Δ7", "j7"), (0, 4, 7, 11)),
        **dict.fromkeys(("m7", "min7", "-7"), (0, 3, 7, 10)),
        **dict.fromkeys(("mM7", "m(maj7)", "mmaj7", "-Δ"), (0, 3, 7, 11)),
        "9": (0, 2, 4, 7, 10),
        **dict.fromkeys(("maj9", "M9"), (0, 2, 4, 7, 11)),
        **dict.fromkeys(("m9", "min9", "-9"), (0, 2, 3, 7, 10)),
        **dict.fromkeys(("add9", "add2"), (0, 2, 4, 7)),
        "madd9": (0, 2, 3, 7),
        "11": (0, 2, 5, 7, 10),
        "13": (0, 4, 7, 9, 10),
        "7b9": (0, 1, 4, 7, 10),
        "7#9": (0, 3, 4, 7, 10),
        **dict.fromkeys(("7b5", "7-5"), (0, 4, 6, 10)),
        **dict.fromkeys(("7#5", "aug7", "+7"), (0, 4, 8, 10)),
        **dict.fromkeys(("dim", "o", "°"), (0, 3, 6)),
        **dict.fromkeys(("dim7", "o7", "°7"), (0, 3, 6, 9)),
        **dict.fromkeys(("ø", "ø7", "m7b5", "min7b5", "-7b5"), (0, 3, 6, 10)),
        **dict.fromkeys(("aug", "+"), (0, 4, 8)),
        "sus2": (0, 2, 7),
        **dict.fromkeys(("sus", "sus4"), (0, 5, 7)),
        **dict.fromkeys(("7sus4", "7sus"), (0, 5, 7, 10)),
    }
)
"""What stands after the root → semitones above it."""
_CHORD = re.compile(r"([A-G])([#b♯♭]?)(.*?)(?:/([A-G])([#b♯♭]?))?")
_NONE = ("N.C.", "NC", "N.C")


class ChartChord(NamedTuple):
    """``bits``: its pitch classes as twelve bits, C the lowest, 0 for no chord; ``bass``: the lowest, -1 for any."""

    bits: int = 0
    bass: int = -1


NO_CHORD = ChartChord()


class Chart(NamedTuple):
    """Of each bar the chords that share it."""

    bars: tuple[tuple[ChartChord, ...], ...] = ()

    def at(self, bar: int, within: int, length: int) -> ChartChord:
        """What is called for ``within`` so many of a bar's ``length`` steps; bars count from 0."""
        if not self.bars:
            return NO_CHORD
        chords = self.bars[bar % len(self.bars)]
        return chords[within * len(chords) // length]


@lru_cache(maxsize=64)
def parse_chart(text: str) -> Chart:
    """A chart from its text; an empty one is none. Raises UsageError, naming the bar."""
    if len(text) > LONGEST:
        raise UsageError(f"chords must be at most {LONGEST} characters, not {len(text)}")
    bars: list[tuple[ChartChord, ...]] = []
    for number, content in enumerate(_bars(text), 1):
        signs = content.split()
        if signs == ["%"] and bars:
            bars.append(bars[-1])
            continue
        if len(signs) > MOST_SIGNS:
            raise UsageError(f"chords, bar {number}: a bar has at most {MOST_SIGNS} signs, not {len(signs)}")
        chords: list[ChartChord] = []
        for sign in signs:
            chords.append(_continued(chords, bars, number) if sign == "." else _chord(sign, number))
        bars.append(tuple(chords))
    return Chart(tuple(bars))


def _bars(text: str) -> list[str]:
    """What stands between the bar lines; those at the ends may be left out."""
    inside = text.strip().removeprefix("|").removesuffix("|")
    if not inside.strip():
        return []
    bars = inside.replace("\n", " ").split("|")
    for number, each in enumerate(bars, 1):
        if not each.strip():
            raise UsageError(f"chords, bar {number}: nothing stands between two bar lines (% repeats a bar)")
    return bars


def _continued(chords: list[ChartChord], bars: list[tuple[ChartChord, ...]], number: int) -> ChartChord:
    if chords:
        return chords[-1]
    if bars:
        return bars[-1][-1]
    raise UsageError(f"chords, bar {number}: '.' goes on with the chord before it, and there is none")


def _chord(sign: str, number: int) -> ChartChord:
    if sign in _NONE:
        return NO_CHORD
    found = _CHORD.fullmatch(sign)
    if sign not in ("%",) and found is not None:
        letter, shift, quality, low, low_shift = found.groups()
        degrees = QUALITIES.get(quality)
        root = (LETTERS[letter] + SHIFTS[shift]) % CLASSES
        if degrees is not None:
            bass = root if low is None else (LETTERS[low] + SHIFTS[low_shift]) % CLASSES
            return ChartChord(sum({1 << (root + each) % CLASSES for each in (*degrees, bass - root)}), bass)
    raise UsageError(
        f"chords, bar {number}: {shown(sign)} is no chord such as Am7, G/B, N.C., nor '.' or a bar of '%'"
    )
