"""Features: by hand where a few notes allow it; never the key; likeness of bars as it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from descant_daemon.tunes.book import load, names
from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate.judge.features import FAMILIES, form, n_grams, statistics, table
from descant_export.evaluate.judge.lines import pitch_classes, tonic
from descant_export.evaluate.judge.similarity import at_lag, self_similarity, similarity_picture

AUTHENTIC = [(60, 64, 67, 72), (55, 62, 67, 71), (60, 64, 67, 72)]  # I, V, I: a bar each in 4/4


def chords(*keys: tuple[int, ...]) -> Piece:
    """A chord a bar, struck on its downbeat."""
    notes = [(at * 16, at * 16 + 16, key) for at, chord in enumerate(keys) for key in chord]
    return from_notes("chords", [notes], [*range(16)] * len(keys))


def moved(piece: Piece, semitones: int) -> Piece:
    notes = piece.notes.copy()
    notes["key"] = notes["key"].astype(int) + semitones
    return replace(piece, notes=notes)


def test_the_tonic_of_our_tunes_is_the_one_in_their_heads() -> None:
    missed = []
    for name in names():
        tune = load(name)
        notes = [(note.start, note.start + note.length, note.key) for note in tune.notes]
        piece = from_notes(name, [notes], np.arange(tune.end) % tune.steps_per_bar)
        if tonic(pitch_classes(piece)) != tune.tonic:
            missed.append(name)
    assert missed == ["carol"], "profiles do not hear every key"


def test_statistics_by_hand() -> None:
    found = statistics(chords(*AUTHENTIC))
    assert found["class 0 above the tonic"] == 4 / 12, "of what sounds: c twice in each C major chord"
    assert found["class 7 above the tonic"] == 4 / 12
    assert found["class 11 above the tonic"] == 1 / 12
    assert found["notes of longer than a half"] == 1
    assert found["onsets on downbeats"] == 1
    assert found["4 notes at once"] == 1
    assert found["top line: steps"] == 1, "c, b, c"
    assert found["bass line: fourths and fifths"] == 1
    # Of the six pairs of a chord one is an octave; no tritone anywhere.
    assert found["0 semitones sounding together"] == 1 / 6
    assert found["6 semitones sounding together"] == 0


def test_n_grams_by_hand() -> None:
    found = n_grams(chords(*AUTHENTIC))
    assert found["top line: step down, then step up"] == 1
    assert found["bass line: leap down, then leap up"] == 1
    assert found["beat struck 1000"] == 3 / 12
    assert found["beat struck 0000"] == 9 / 12
    assert found["major triad on the beat"] == 1
    assert found["bass 7 semitones up from beat to beat"] == 1 / 11, "down a fourth is up a fifth"
    assert sum(
        value for name, value in found.items() if name.startswith("bass") and "to beat" in name
    ) == pytest.approx(1)


def test_the_first_bar_comes_back_in_the_third() -> None:
    piece = chords(*AUTHENTIC)
    matrix = self_similarity(piece)
    assert matrix == pytest.approx(matrix.T)
    assert np.diagonal(matrix) == pytest.approx(1)
    assert matrix[0, 2] == pytest.approx(1)
    # Bars 1 and 2 share one of four keys, and of the pitch classes (2,1,1) and (2,1,1) only g: 1 · 2 of 6.
    assert matrix[0, 1] == pytest.approx((1 / 4 + 2 / 6) / 2)
    found = form(piece)
    assert found["notes like 2 bars before"] == pytest.approx(1)
    assert found["notes like 1 bars before"] == pytest.approx(1 / 4)
    assert found["rhythm like 1 bars before"] == pytest.approx(1)
    assert found["repeated bars"] == 1 / 2
    assert np.isnan(at_lag(matrix, 3))


def test_bars_of_rest_are_alike_and_like_no_music() -> None:
    piece = from_notes("rests", [[(0, 4, 60), (48, 52, 62)]], [*range(16)] * 5)
    matrix = self_similarity(piece)
    assert (matrix[1, 2], matrix[2, 4], matrix[0, 1], matrix[3, 4]) == (1, 1, 0, 0)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("semitones", [-5, 1, 6])
def test_no_feature_hears_the_key(
    family: str, semitones: int, hymns: Callable[[range], list[Piece]], runs: Callable[[range], list[Piece]]
) -> None:
    for piece in (*hymns(range(2)), *runs(range(2))):
        here, there = FAMILIES[family](piece), FAMILIES[family](moved(piece, semitones))
        assert there == pytest.approx(here, nan_ok=True)


def test_a_table_has_a_row_a_piece_and_no_gaps(hymns: Callable[[range], list[Piece]]) -> None:
    names, values = table([*hymns(range(2)), chords((60, 64))])
    assert values.shape == (3, len(names))
    assert len(set(names)) == len(names), "no two families use one name"
    assert np.isfinite(values).all()


def test_the_picture_is_one(hymns: Callable[[range], list[Piece]]) -> None:
    png = similarity_picture({"human": hymns(range(3)), "ours": hymns(range(1))})
    assert png.startswith(b"\x89PNG")


def finer(piece: Piece) -> Piece:
    """The same music at twelve steps a beat."""
    voices = [
        [(int(n["on"]) * 3, int(n["off"]) * 3, int(n["key"])) for n in piece.notes if n["voice"] == voice]
        for voice in range(piece.voices)
    ]
    return from_notes(piece.name, voices, np.arange(piece.steps * 3) % 48, 12)


def test_the_same_music_has_the_same_features_whatever_the_grid() -> None:
    """All but groove, which is a share of steps."""
    rng = np.random.default_rng(0)
    voices = [
        [(at, at + int(rng.integers(1, 7)), int(rng.integers(low, low + 15))) for at in range(0, 126, gap)]
        for low, gap in ((60, 3), (45, 5))
    ]
    piece = from_notes("both", voices, np.arange(128) % 16)
    names, (coarse, fine) = table([piece, finer(piece)])
    differing = [
        name for name, one, other in zip(names, coarse, fine, strict=True) if abs(one - other) > 1e-9
    ]
    assert differing == ["groove consistency"]
