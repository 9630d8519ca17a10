"""The key that a take is judged by against music21's, which correlates with the same published profiles."""

from __future__ import annotations

from typing import Any

import music21
import numpy as np
import pytest

from descant_daemon import tunes
from descant_export.evaluate.judge.harmony.tune_key import correlated

MELODIES = [tunes.load(name) for name in tunes.names()]


@pytest.mark.parametrize("tune", MELODIES, ids=lambda tune: tune.title)
def test_every_tune_is_in_the_key_that_music21_says(tune: tunes.Tune) -> None:
    durations = np.zeros(12)
    untyped: Any = music21
    stream = untyped.stream.Stream()
    for note in tune.notes:
        durations[note.key % 12] += note.length
        stream.append(untyped.note.Note(note.key, quarterLength=note.length / 4))
    named = untyped.analysis.discrete.TemperleyKostkaPayne(stream).getSolution(stream)
    found = correlated(durations)
    assert found == (named.tonic.pitchClass, named.mode)
