"""What is played to a preset, and how a human set it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from descant_daemon.tunes.book import Shelf, load
from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate.judge.harmony.phrases import Note
from descant_export.evaluate.takes.melody import Melody, tunes


class Setting(NamedTuple):
    """``melody``: what the player plays; ``others``: all else that its file has; ``tempo``: quarters a minute.

    Steps are sixteenths from a bar line on.
    """

    melody: Melody
    others: tuple[Note, ...]
    tempo: float

    @property
    def name(self) -> str:
        """Of its file or tune."""
        return self.melody.source

    def bars(self, most: int) -> int:
        """How many there are to play, at most ``most``."""
        return min(most, self.melody.bars)

    def piece(self, bars: int) -> Piece:
        """The human setting of the first ``bars`` bars: the tune as its first voice, all else as its second."""
        bar = self.melody.metre.steps_per_bar(4)
        voices = [self.melody.notes, self.others]
        return from_notes(self.name, voices, np.arange(bars * bar) % bar)


def built_in(shelf: Shelf) -> list[Setting]:
    """The tunes that travel with Descant; nobody has set them."""
    return [Setting(melody, (), load(melody.source, shelf).tempo) for melody in tunes(shelf)]


def detached(melody: Melody) -> Melody:
    """The same with a sixteenth of air behind each note; sixteenths stay as they are."""
    return melody._replace(notes=tuple((on, max(on + 1, off - 1), key) for on, off, key in melody.notes))


def repeated(melody: Melody, bars: int) -> Melody:
    """Played again and again until it has ``bars`` bars; a pick-up sounds in the last bar where that has room."""
    bar = melody.metre.steps_per_bar(4)
    begin, end = min(on for on, _, _ in melody.notes), max(off for _, off, _ in melody.notes)
    overlap = begin > 0 and melody.bars > 1 and end <= (melody.bars - 1) * bar + begin
    period = (melody.bars - overlap) * bar
    times = -(-bars * bar // period)
    notes = [
        (on + at * period, off + at * period, key) for at in range(times) for on, off, key in melody.notes
    ]
    return melody._replace(bars=bars, notes=tuple(note for note in notes if note[0] < bars * bar))


def lifted(melody: Melody, step: int, by: int) -> Melody:
    """The notes that begin at ``step`` or later ``by`` semitones higher."""
    return melody._replace(
        notes=tuple((on, off, key + by * (on >= step)) for on, off, key in melody.notes if key + by <= 127)
    )
