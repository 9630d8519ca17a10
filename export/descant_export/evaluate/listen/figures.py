"""The few figures of a take that a reader wants beside its sound."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from descant_export.corpus.piece import Piece
from descant_export.evaluate.silence import silence
from descant_export.evaluate.statistics import measure


def figures(piece: Piece) -> Mapping[str, str]:
    """Name → value, as a page shows them."""
    bars = piece.steps / (int(piece.step_in_bar.max()) + 1)
    found, quiet = measure(piece), silence(piece)
    return {
        "Notes a bar": f"{len(piece.notes) / bars:.1f}",
        "Notes at once": _told(found.polyphony, "{:.2f}"),
        "Silent beats": _told(quiet.beats, "{:.0%}"),
        "Longest silence": f"{quiet.longest:.2g} bars",
        "Repeated bars": _told(found.repeated_bars, "{:.0%}"),
    }


def _told(value: float, form: str) -> str:
    return form.format(value) if np.isfinite(value) else "–"
