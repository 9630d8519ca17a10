"""What was found out about one file while it was read: for the summary, and to judge it by."""

from __future__ import annotations

from typing import NamedTuple

from descant_export.corpus.piece import Piece


class Facts(NamedTuple):
    """Of the music as the file has it, before it is moved to the grid.

    ``shift``: beats by which the whole piece lay off the grid, and was moved back. ``beats``: quarters from
    the first note to the last. ``drums``: notes left out as percussion. ``empty_tracks``: tracks without a
    note. ``metres``: such as 4/4, in order, each once; empty when the file says none. ``tempos``: first,
    lowest and highest, in quarters a minute; empty when it says none. ``on_sixteenths``, ``on_twelfths``,
    ``on_simple``: shares of onsets within a fortieth of a beat of the grids in ``grid.py``;
    ``on_few_places``: on the twelve commonest ticks of the beat. ``dynamics``: whether velocities differ
    within a track. ``pick_up``: steps before the first full bar. ``low``,
    ``high``: MIDI keys.
    """

    notes: int
    beats: float
    voices: int
    drums: int = 0
    empty_tracks: int = 0
    metres: tuple[str, ...] = ()
    tempos: tuple[float, ...] = ()
    on_sixteenths: float = 1.0
    on_twelfths: float = 1.0
    on_simple: float = 1.0
    on_few_places: float = 1.0
    dynamics: bool = False
    pick_up: int = 0
    shift: float = 0.0
    low: int = 0
    high: int = 127


class FileReport(NamedTuple):
    """What became of one file. ``kind`` is one of ``KINDS``; ``reason``, a clause, says why it is left out."""

    name: str
    kind: str
    reason: str = ""
    facts: Facts | None = None


KEPT = "kept"
KINDS = {
    KEPT: "became pieces",
    "broken": "cannot be read",
    "empty": "have no notes",
    "drums": "have nothing but drums",
    "tracks": "have no track that was asked for",
    "length": "are too short or too long",
    "ungridded": "keep to no grid of sixteenths or triplets (performed freely?)",
    "duplicate": "are copies of others",
}
"""What can become of a file, and how a sentence about such files goes on."""


class Reading(NamedTuple):
    """A file's report, and its piece where it became one."""

    report: FileReport
    piece: Piece | None = None


class LeftOutError(Exception):
    """Raised on the way from file to piece. ``kind`` as in ``KINDS``; the message is the clause."""

    def __init__(self, kind: str, reason: str, facts: Facts | None = None) -> None:
        """Keep what a ``FileReport`` wants."""
        super().__init__(reason)
        self.kind, self.facts = kind, facts
