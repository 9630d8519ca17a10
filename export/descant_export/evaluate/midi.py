"""A MIDI file to be judged: read as a corpus is, but kept however short, free or often there it is."""

from __future__ import annotations

from descant_export.corpus.midi_piece import read_content
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.piece import Piece
from descant_routing.errors import DescantError

LONGEST = 50_000  # beats: half a day of slow music; a file that claims more is broken
AS_IT_IS = IngestOptions(keep_duplicates=True, keep_ungridded=True, min_beats=0, max_beats=LONGEST)


def read_midi(name: str, content: bytes) -> Piece:
    """A MIDI file at sixteenths, from its first note on. DescantError says why a file is not music."""
    report, piece = read_content(name, content, AS_IT_IS)
    if piece is None:
        raise DescantError(f"{name} {report.reason}.")
    return piece
