"""Chords change with the tune: what the demonstration plays is no drone."""

from __future__ import annotations

import numpy as np
import pytest

from descant_daemon.note_state import PLAY, PitchRange
from descant_export.evaluate.takes.melody import tunes
from descant_export.evaluate.takes.style import load_style
from descant_export.evaluate.takes.take import render_take

BEAT, LONGEST = 4, 12  # steps; beats that a chord stands


@pytest.mark.parametrize("seed", [1, 2])
def test_folk_chords_move_under_st_anne(seed: int) -> None:
    melody = next(each for each in tunes("melodies") if each.name.lower().startswith("st. anne"))
    take = render_take(load_style("folk"), seed, 8, melody)
    ours = take.piece.state(range(1, take.piece.voices), PitchRange(0, 127))[..., PLAY] > 0
    beats = ours[16::BEAT]  # from the first whole bar on
    changes = np.flatnonzero((beats[1:] != beats[:-1]).any(1)) + 1
    stands = np.diff(np.concatenate([[0], changes, [len(beats)]]))
    assert stands.max() <= LONGEST
    basses = {int(row.argmax()) % 12 for row in beats if row.any()}
    assert len(basses) >= 3


@pytest.mark.parametrize("seed", [1, 2])
def test_the_first_chord_is_a_triad_of_the_tune_s_key(seed: int) -> None:
    """No heap of thirds, though nothing has sounded yet that it could be led on from."""
    melody = next(each for each in tunes("melodies") if each.name.lower().startswith("st. anne"))
    take = render_take(load_style("folk"), seed, 3, melody)
    ours = take.piece.state(range(1, take.piece.voices), PitchRange(0, 127))[..., PLAY] > 0
    first = ours[np.flatnonzero(ours.any(1))[0]]
    assert {int(key) % 12 for key in np.flatnonzero(first)} in ({0, 4, 7}, {9, 0, 4}, {5, 9, 0}, {7, 11, 2})
