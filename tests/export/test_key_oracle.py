"""The daemon's key finding against music21's, which correlates with the same published profiles."""

from __future__ import annotations

from typing import Any

import music21
import numpy as np
import pytest

from descant_daemon import tunes
from descant_daemon.engine.key import find_keys

MELODIES = [tunes.load(name) for name in tunes.names()]


@pytest.mark.parametrize("tune", MELODIES, ids=lambda tune: tune.title)
def test_every_tune_is_in_the_key_that_music21_says(tune: tunes.Tune) -> None:
    durations = np.zeros((1, 12))
    untyped: Any = music21
    stream = untyped.stream.Stream()
    for note in tune.notes:
        durations[0, note.key % 12] += note.length
        stream.append(untyped.note.Note(note.key, quarterLength=note.length / 4))
    named = untyped.analysis.discrete.TemperleyKostkaPayne(stream).getSolution(stream)
    (found,) = find_keys(durations)
    assert found == (named.tonic.pitchClass, named.mode)
