"""The exercises: what each is there for, and that they are written as they stand."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tests.tunes.as_midi import TICKS_PER_STEP, write_tunes

from descant_daemon.midi_file import read_song
from descant_daemon.tunes import load, names
from descant_export.evaluate.judge.harmony.tune_key import correlated

# name: (metre, bars with the pick-up's, notes at once at most, lowest key, highest key)
SHELF = {
    "auld-lang-syne": ((4, 4), 17, 1, 60, 74),
    "folia-ground": ((3, 4), 16, 1, 45, 53),
    "frere-jacques-detached": ((4, 4), 16, 1, 60, 74),
    "god-rest-ye-merry": ((4, 4), 20, 1, 62, 76),
    "harvest-home": ((4, 4), 17, 1, 62, 79),
    "irish-washerwoman": ((6, 8), 17, 1, 62, 83),
    "korobeiniki": ((4, 4), 16, 1, 69, 81),
    "minuet-in-g": ((3, 4), 16, 4, 43, 79),
    "pads-one-six-four-five": ((4, 4), 16, 3, 59, 69),
    "pads-two-five-one": ((4, 4), 16, 4, 60, 70),
    "row-your-boat": ((6, 8), 16, 1, 60, 72),
    "scarborough-fair": ((3, 4), 17, 1, 60, 74),
    "two-hands-in-c": ((4, 4), 16, 2, 47, 77),
    "veni-emmanuel": ((4, 4), 20, 1, 62, 74),
    "walking-bass": ((4, 4), 16, 1, 40, 52),
    "yankee-doodle-detached": ((4, 4), 16, 1, 59, 72),
}


def test_the_table_names_every_exercise() -> None:
    assert names("exercises") == tuple(sorted(SHELF))


@pytest.mark.parametrize("name", SHELF)
def test_an_exercise_is_what_it_is_there_for(name: str) -> None:
    tune = load(name, "exercises")
    keys = [note.key for note in tune.notes]
    sounding = np.zeros((tune.end, 128), int)
    for note in tune.notes:
        sounding[note.start : note.start + note.length, note.key] += 1
    assert sounding.max() == 1, "no key is struck while it sounds"
    metre, bars, most, lowest, highest = SHELF[name]
    assert (tune.metre, tune.bars, int(sounding.sum(1).max())) == (metre, bars, most)
    assert (min(keys), max(keys)) == (lowest, highest)
    if name.endswith("detached"):
        assert all(a.start + a.length < b.start for a, b in pairwise(tune.notes))


@pytest.mark.parametrize("name", SHELF)
def test_its_scale_is_the_one_that_is_heard(name: str) -> None:
    """Of a tune in minor its own or its relative's, which has the same signature."""
    tune = load(name, "exercises")
    durations = np.zeros(12)
    for note in tune.notes:
        durations[note.key % 12] += note.length
    key = correlated(durations)
    assert key is not None
    major = (tune.tonic + (3 if tune.key.endswith("minor") else 0)) % 12
    assert (key.tonic + (3 if key.third == "minor" else 0)) % 12 == major


def test_all_of_a_shelf_as_midi_files(tmp_path: Path) -> None:
    written = write_tunes(tmp_path, "exercises")
    assert [path.stem for path in written] == sorted(SHELF)
    song = read_song(tmp_path / "minuet-in-g.mid")
    tune = load("minuet-in-g", "exercises")
    assert sorted(
        (n.start // TICKS_PER_STEP, (n.end - n.start) // TICKS_PER_STEP, n.key) for n in song.notes
    ) == [*map(tuple, tune.notes)]
    assert song.metres[0][1:] == (3, 4)
    assert {song.track_names[note.track] for note in song.notes} == {"Melody"}
