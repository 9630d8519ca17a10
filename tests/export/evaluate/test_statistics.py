"""Statistics of a tune worked out by hand, and of real files beside a reference written by someone else."""

from __future__ import annotations

import ast
import cmath
import json
import math
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
import symusic

from descant_export.corpus.piece import NOTE, Piece, from_notes
from descant_export.evaluate.statistics import Statistics, bar_numbers, measure, tonal_centroid

DATA = Path(__file__).parents[4] / "shared/data"
# Our names, and those of the reference.
SHARED = {
    "pitch_class_entropy": "pc_entropy",
    "scale_consistency": "scale_consistency",
    "groove_consistency": "groove_consistency",
    "polyphony": "polyphony",
    "notes_per_quarter": "note_density_per_q",
    "empty_beats": "empty_beat_rate",
    "pitch_range": "pitch_range",
    "note_length": "mean_dur_q",
    "articulation": "rearticulated_cells",
    "bar_similarity": "bar_repeat",
    "repeated_bars": "exact_bar_repeat",
}
C, D, E, G = 60, 62, 64, 67


def tune(*voices: list[tuple[int, int, int]], bar: int = 8, bars: int = 3) -> Piece:
    return from_notes("tune", voices, np.tile(np.arange(bar), bars))


def two_voices() -> Piece:
    """Three bars of 2/4. The second is the first an onset later at its end; the third is the first again."""
    melody = [(0, 4, G), (4, 8, E), (8, 12, G), (12, 16, E), (14, 16, D), (16, 20, G), (20, 24, E)]
    return tune(melody, [(0, 8, C), (8, 12, C), (16, 20, C)])


def test_by_hand() -> None:
    found = measure(two_voices())
    shares = {G: 3 / 10, E: 3 / 10, D: 1 / 10, C: 3 / 10}
    assert found.pitch_class_entropy == pytest.approx(-sum(p * math.log2(p) for p in shares.values()))
    assert found.scale_consistency == 1
    assert found.groove_consistency == pytest.approx(1 - 2 / 16), "one onset more, one onset less"
    assert found.polyphony == pytest.approx((24 + 2 + 8 + 4 + 4) / 24)
    assert found.notes_per_quarter == pytest.approx(10 / 6)
    assert found.empty_beats == 0
    assert found.pitch_range == G - C
    assert found.note_length == pytest.approx((6 * 4 + 2 + 8 + 4 + 4) / 10 / 4)
    assert found.articulation == pytest.approx(1 / 8), "of eight onsets after the first step, C in bar 2"
    cosine = 3 / math.sqrt(3 * 4)
    assert found.bar_similarity == pytest.approx((cosine + 1) / 2)
    assert found.repeated_bars == pytest.approx(1 / 2)
    assert found.tonal_distance == pytest.approx(slow_tonal_distance(two_voices()), rel=1e-9)


def slow_tonal_distance(piece: Piece) -> float:
    """Each circle as a turning complex number; every sounding step of a bar weighs the same."""
    bars: dict[int, list[int]] = {}
    for note in piece.notes:
        for step in range(int(note["on"]), int(note["off"])):
            bars.setdefault(step // 8, []).append(int(note["key"]))
    places = []
    for _, keys in sorted(bars.items()):
        turns = [(1, 7 / 6), (1, 3 / 2), (0.5, 2 / 3)]
        places.append(
            [sum(r * cmath.exp(1j * math.pi * turn * key) for key in keys) / len(keys) for r, turn in turns]
        )
    apart = [
        math.sqrt(sum(abs(a - b) ** 2 for a, b in zip(one, other, strict=True)))
        for one, other in pairwise(places)
    ]
    return sum(apart) / len(apart)


def test_tonal_centroids_of_fifths_are_nearer_than_of_tritones() -> None:
    centroids = tonal_centroid(np.eye(12))
    apart = np.linalg.norm(centroids - centroids[0], axis=1)
    assert apart.argmax() == 6
    assert sorted(np.argsort(apart)[1:3]) == [5, 7]


def test_a_beat_of_silence_is_empty_and_thins_no_polyphony() -> None:
    found = measure(tune([(0, 4, C), (8, 12, C)], bars=2))
    assert found.empty_beats == 1 / 2
    assert found.polyphony == 1


def test_a_pick_up_and_a_change_of_metre_keep_bars_apart() -> None:
    step_in_bar = np.array([6, 7, *range(8), *range(8), *range(6), *range(6)])
    assert bar_numbers(step_in_bar).tolist() == [0] * 2 + [1] * 8 + [2] * 8 + [3] * 6 + [4] * 6
    notes = [(0, 1, C), (2, 3, D), (10, 11, D), (18, 19, D), (24, 25, D)]
    found = measure(from_notes("", [notes], step_in_bar))
    # Pick-up against bar 1: two steps of eight differ; then all alike.
    assert found.groove_consistency == pytest.approx(1 - 2 / (8 + 8 + 8 + 6))
    assert found.repeated_bars == pytest.approx(3 / 4)


def test_one_bar_or_none_has_no_neighbours_and_says_so() -> None:
    one = measure(tune([(0, 4, C)], bars=1))
    assert math.isnan(one.groove_consistency)
    assert math.isnan(one.bar_similarity)
    assert math.isnan(one.tonal_distance)
    silent = Piece("", np.zeros(0, NOTE), np.zeros(8, np.int16), 1)
    assert all(math.isnan(value) for value in measure(silent))


def test_another_key_changes_nothing() -> None:
    piece = two_voices()
    notes = piece.notes.copy()
    notes["key"] += 5
    np.testing.assert_allclose(measure(replace(piece, notes=notes)), measure(piece), rtol=1e-6)


def test_long_pieces_are_compared_in_blocks_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    notes = [(step, step + 1, int(rng.integers(60, 64))) for step in range(0, 400, 2)]
    piece = tune(notes, bars=50)
    whole = measure(piece)
    monkeypatch.setattr("descant_export.evaluate.statistics.AT_ONCE", 7)
    np.testing.assert_allclose(measure(piece), whole, rtol=1e-6)


def reference() -> Callable[[Any], dict[str, float]]:
    """``feats`` of the script beside the reference values, without the script around it."""
    tree = ast.parse((DATA / "ref_metrics.py").read_text())
    kept: list[ast.stmt] = [
        node
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef))
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"MAJ", "MIN"})
    ]
    names: dict[str, Any] = {}
    exec(compile(ast.Module(kept, []), "ref_metrics.py", "exec"), names)
    found: Callable[[Any], dict[str, float]] = names["feats"]
    return found


def as_the_reference_reads(score: Any) -> Piece:
    """Its notes exactly: halves to even, nothing merged, every bar as long as the first and from step 0."""
    rows = [
        (on, max(on + 1, off), int(note.pitch), 0, 0)
        for track in score.tracks
        if not track.is_drum
        for note in track.notes
        for on in [round(note.time * 4 / score.ticks_per_quarter)]
        for off in [
            round(note.time * 4 / score.ticks_per_quarter + note.duration * 4 / score.ticks_per_quarter)
        ]
    ]
    notes = np.sort(np.array(rows, NOTE), order=["on", "key"])
    metre = score.time_signatures[0] if len(score.time_signatures) else None
    bar = round(16 * metre.numerator / metre.denominator) if metre else 16
    return Piece("", notes, (np.arange(notes["off"].max()) % bar).astype(np.int16), 1)


@pytest.mark.parametrize(
    ("archive", "pattern"),
    [
        ("piano_midi_de.zip", "*.mid"),
        ("nottingham.zip", "MIDI/*.mid"),
        ("open_hymnal.zip", "*.mid"),
        ("openewld_us_pd.zip", "*.mid"),
        ("chopin_nifc.zip", "*.mid"),
    ],
)
def test_beside_the_reference_on_the_same_notes(archive: str, pattern: str, tmp_path: Path) -> None:
    if not (DATA / archive).exists():
        pytest.skip(f"{archive} is not at {DATA}")
    feats = reference()
    with zipfile.ZipFile(DATA / archive) as opened:
        names = sorted(name for name in opened.namelist() if PurePosixPath(name).match(pattern))
        for name in names[:: max(1, len(names) // 6)]:
            (tmp_path / "one.mid").write_bytes(opened.read(name))
            expected = feats(str(tmp_path / "one.mid"))
            found = measure(as_the_reference_reads(symusic.Score(str(tmp_path / "one.mid"))))._asdict()
            for ours, theirs in SHARED.items():
                assert found[ours] == pytest.approx(expected[theirs], rel=1e-5), (name, ours)


@pytest.mark.parametrize("name", ["open_hymnal", "openewld_us_pd"])
def test_a_whole_corpus_has_the_published_values(name: str) -> None:
    """Mean and standard deviation over all pieces, to the third decimal."""
    if not (DATA / f"{name}.zip").exists():
        pytest.skip(f"{name}.zip is not at {DATA}")
    published = json.loads((DATA / "ref_metrics.json").read_text())[name]
    with zipfile.ZipFile(DATA / f"{name}.zip") as opened:
        names = sorted(each for each in opened.namelist() if each.endswith(".mid"))
        scores = [symusic.Score.from_midi(opened.read(each)) for each in names]
    measured = [measure(as_the_reference_reads(score))._asdict() for score in scores]
    assert len(measured) == published["n"]
    for ours, theirs in SHARED.items():
        values = [each[ours] for each in measured]
        assert [np.nanmean(values), np.nanstd(values)] == pytest.approx(published[theirs], abs=6e-4), ours


def test_every_statistic_but_tonal_distance_has_its_reference() -> None:
    assert {*Statistics._fields} - {*SHARED} == {"tonal_distance"}
