"""Presets of the shelf in the key of the player: a modal tune, and one that moves. The oracles: scales as notated."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.test_key_modes import EVERY_KEY, TUNES, notes_of, outside_of

from descant_daemon.note_state import PLAY, State
from descant_daemon.settings.metre import Metre
from descant_export.evaluate.takes.melody import Melody, tunes
from descant_export.evaluate.takes.style import load_style
from descant_export.evaluate.takes.take import render_take

HALF = 8  # bars
TONICS = {"azmon": 7, "st-anne": 0}


def answered(preset: str, melody: Melody, bars: int) -> State:
    """What the preset plays, ``[steps, 128]``."""
    piece = render_take(load_style(preset), 1, bars, melody).piece
    return piece.state(range(1, piece.voices), EVERY_KEY)[..., PLAY]


def test_folk_over_a_dorian_tune() -> None:
    """Major and minor alone made 26 % of it foreign; a quarter is another key."""
    tune = TUNES["scarborough fair, dorian"]
    notes = tuple(notes_of(tune))
    ours = answered("folk", Melody("", "", Metre(3, 4), 17, notes), 17)
    assert ours[:, np.resize(outside_of(tune), 128)].sum() < 0.25 * ours.sum()


@pytest.mark.parametrize("up", [1, 3])
def test_a_tune_that_moves_is_followed_within_two_bars(up: int) -> None:
    """Two tunes, repeated, from the ninth bar on higher: the eleventh and the twelfth are in the new major key."""
    outside = sounding = 0.0
    for tune in tunes():
        if tune.source not in TONICS:
            continue
        bar = tune.metre.steps_per_bar(4)
        notes = [
            (on + at, off + at, key + up * (on + at >= HALF * bar))
            for at in (0, tune.bars * bar)
            for on, off, key in tune.notes
        ]
        ours = answered("ragtime", tune._replace(bars=2 * tune.bars, notes=tuple(notes)), HALF + 4)
        inside = np.isin((np.arange(128) - TONICS[tune.source] - up) % 12, (0, 2, 4, 5, 7, 9, 11))
        late = ours[(HALF + 2) * bar :]
        outside, sounding = outside + late[:, ~inside].sum(), sounding + late.sum()
    assert sounding > 0
    assert outside <= 0.15 * sounding
