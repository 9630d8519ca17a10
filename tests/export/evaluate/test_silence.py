"""Silence, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from descant_export.corpus.piece import from_notes
from descant_export.evaluate.statistics import longest_run, silence


def test_silent_beats_and_the_longest_silence() -> None:
    # Beats of two 4/4 bars: sounding, silent, half, silent · silent, silent, sounding, silent.
    piece = from_notes("rests", [[(0, 4, 60), (10, 12, 60), (24, 28, 62)], [(0, 3, 64)]], [*range(16)] * 2)
    found = silence(piece)
    assert found.beats == 5 / 8
    assert found.longest == 12 / 16, "from step 12 to step 24"


@pytest.mark.parametrize(
    ("values", "run"), [("", 0), ("0", 0), ("1", 1), ("0110111", 3), ("1110", 3), ("000", 0)]
)
def test_the_longest_run(values: str, run: int) -> None:
    assert longest_run(np.array([each == "1" for each in values], bool)) == run
