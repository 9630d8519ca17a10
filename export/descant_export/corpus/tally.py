"""A corpus counted in one pass: what its summary shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from descant_export.corpus.facts import KEPT, FileReport
from descant_export.corpus.piece import Piece

Counts = NDArray[np.int64]
MOST = 16  # notes at once; more count as this many


@dataclass
class Tally:
    """Counts over pieces on the grid, and over files as they are.

    ``keys``: notes by MIDI key. ``polyphony``: steps by how many notes sound (voices in unison count each).
    ``onsets``: by length of the bar in steps, notes by their place in it. ``beats``, ``tempos``: one value a
    piece, quarters and quarters a minute. ``metres``: pieces by first metre (empty: none said).
    ``kinds``: files by what became of them. ``off_sixteenths``, ``off_twelfths``: shares of the notes that lie
    off these grids. ``reports``: of every file.
    """

    pieces: int = 0
    notes: int = 0
    steps: int = 0
    voices: Counter[int] = field(default_factory=Counter)
    keys: Counts = field(default_factory=lambda: np.zeros(128, np.int64))
    polyphony: Counts = field(default_factory=lambda: np.zeros(MOST + 1, np.int64))
    onsets: dict[int, Counts] = field(default_factory=dict)
    beats: list[float] = field(default_factory=list)
    tempos: list[float] = field(default_factory=list)
    metres: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    off_sixteenths: float = 0.0
    off_twelfths: float = 0.0
    reports: list[FileReport] = field(default_factory=list)


def tally(pieces: Iterable[Piece], reports: Iterable[FileReport]) -> Tally:
    """Count pieces and files. The reports of files stay in memory; the pieces do not."""
    found = Tally()
    for piece in pieces:
        _count(found, piece)
    off = np.zeros(2)
    for report in reports:
        found.reports.append(report)
        found.kinds[report.kind] += 1
        if report.kind == KEPT and (facts := report.facts) is not None:
            found.beats.append(facts.beats)
            found.tempos += facts.tempos[:1]
            found.metres[facts.metres[0] if facts.metres else ""] += 1
            off += facts.notes * (1 - np.array([facts.on_sixteenths, facts.on_twelfths]))
    found.off_sixteenths, found.off_twelfths = (off / max(1, found.notes)).tolist()
    return found


def _count(found: Tally, piece: Piece) -> None:
    notes = piece.notes
    found.pieces += 1
    found.notes += len(notes)
    found.steps += piece.steps
    found.voices[piece.voices] += 1
    found.keys += np.bincount(notes["key"], minlength=128)
    edges = np.bincount(notes["on"], minlength=piece.steps + 1) - np.bincount(
        notes["off"], minlength=piece.steps + 1
    )
    found.polyphony += np.bincount(np.minimum(edges.cumsum()[:-1], MOST), minlength=MOST + 1)
    bar = int(piece.step_in_bar.max()) + 1
    known = found.onsets.setdefault(bar, np.zeros(bar, np.int64))
    known += np.bincount(piece.step_in_bar[notes["on"]], minlength=bar)
