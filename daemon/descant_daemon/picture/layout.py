"""Where things stand in a piano-roll picture: pure arithmetic in pixels, so that it can be tested."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH = 1920
MARGIN = 40
HEAD = 128
"""Title, subtitle and legend."""
BAR_NUMBERS = 30
"""The strip above each system."""
BETWEEN = 26
KEYBOARD = 92
BARS_PER_SYSTEM = 8
MOST_BARS = 96
"""A longer piece is cut here, and the picture says so: twelve systems are what an eye and memory bear."""


class RollNote(NamedTuple):
    """A note on the page: ``start`` and ``length`` in beats (quarters), MIDI key and velocity 1 to 127."""

    start: float
    length: float
    key: int
    velocity: int = 80


@dataclass(frozen=True)
class RollTrack:
    """Notes that share a colour and a line in the legend. ``generated``: by Descant."""

    name: str
    notes: Sequence[RollNote | tuple[float, float, int, int]]
    generated: bool = False


class RollSegment(NamedTuple):
    """A stretch of one note within one system, in pixels; a note across a line's end gives two."""

    left: int
    top: int
    right: int
    bottom: int
    opens: bool
    """True where the note begins here, False where it comes over from the line above."""


@dataclass(frozen=True)
class Page:
    """The measures of one picture: which keys, how many bars, how high a row."""

    lowest: int
    highest: int
    bars: int
    bars_left_off: int
    bars_per_system: int
    beats_per_bar: float
    row: int

    @property
    def systems(self) -> int:
        """How many lines of bars stand below each other."""
        return -(-self.bars // self.bars_per_system)

    @property
    def left(self) -> int:
        """Where the first bar of a system begins."""
        return MARGIN + KEYBOARD

    @property
    def system_height(self) -> int:
        """From a system's highest row to its lowest."""
        return self.row * (self.highest - self.lowest + 1)

    @property
    def height(self) -> int:
        """The whole picture's."""
        return HEAD + self.systems * (BAR_NUMBERS + self.system_height + BETWEEN) + MARGIN - BETWEEN

    def top(self, system: int) -> int:
        """The upper edge of a system's highest row."""
        return HEAD + system * (BAR_NUMBERS + self.system_height + BETWEEN) + BAR_NUMBERS

    def bars_in(self, system: int) -> int:
        """Bars of a system; the last one may be shorter."""
        return min(self.bars_per_system, self.bars - system * self.bars_per_system)

    def x(self, beat: float) -> int:
        """A beat counted from the beginning of its system."""
        wide = WIDTH - MARGIN - self.left
        return self.left + round(beat * wide / (self.bars_per_system * self.beats_per_bar))

    def y(self, key: int, system: int) -> int:
        """The upper edge of a key's row."""
        return self.top(system) + (self.highest - key) * self.row

    def pieces(self, note: RollNote) -> list[RollSegment]:
        """The boxes that a note fills; none where it lies beyond the last bar drawn."""
        per_system = self.bars_per_system * self.beats_per_bar
        start, end = max(0.0, note.start), min(note.start + note.length, self.bars * self.beats_per_bar)
        out: list[RollSegment] = []
        while end > start:
            system = int(start // per_system)
            stop = min(end, (system + 1) * per_system)
            origin, top = system * per_system, self.y(note.key, system)
            # Three pixels stay free on the right, so that a key struck again is seen to be struck again.
            left, right = self.x(start - origin), self.x(stop - origin) - 3
            if (
                out and right <= left
            ):  # a hair over the last bar line, as played notes are: no piece of its own
                break
            out.append(RollSegment(left, top, max(right, left + 3), top + self.row - 1, start == note.start))
            start = stop
        return out


def notes_of(track: RollTrack) -> list[RollNote]:
    """A track's notes in order of time. Raises ValueError for a key outside 0 to 127, a time that is none."""
    notes = sorted(RollNote(*note) for note in track.notes)
    for note in notes:
        if not 0 <= note.key <= 127:
            raise ValueError(f"{track.name}: {note.key} is not a MIDI key (0 to 127).")
        if not math.isfinite(note.start + note.length):
            raise ValueError(f"{track.name}: a note lies at {note.start}, for {note.length} beats.")
    return notes


def measure(tracks: Sequence[RollTrack], beats_per_bar: float) -> Page:
    """Choose keys, bars and row height for these tracks; whole octaves, two at least, keep the page calm."""
    notes = [note for track in tracks for note in notes_of(track)]
    end = max((note.start + note.length for note in notes), default=0.0)
    wanted = max(1, math.ceil(round(end / beats_per_bar, 6)))
    drawn = min(wanted, MOST_BARS)
    lowest = min((note.key for note in notes), default=60)
    highest = max((note.key for note in notes), default=72)
    lowest, highest = max(0, lowest - 2), min(127, highest + 2)
    while highest - lowest < 24:
        lowest, highest = max(0, lowest - 1), min(127, highest + 1)
    rows = highest - lowest + 1
    return Page(
        lowest=lowest,
        highest=highest,
        bars=drawn,
        bars_left_off=wanted - drawn,
        bars_per_system=_bars_per_system(drawn),
        beats_per_bar=beats_per_bar,
        row=max(6, min(14, 620 // rows)),
    )


def _bars_per_system(bars: int) -> int:
    """Eight, as phrases go; evenly spread where the last line would be left with fewer than four."""
    if bars % BARS_PER_SYSTEM >= 4 or bars % BARS_PER_SYSTEM == 0:
        return min(bars, BARS_PER_SYSTEM)
    return -(-bars // -(-bars // BARS_PER_SYSTEM))
