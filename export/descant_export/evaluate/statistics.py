"""Statistics of a piece that human music keeps within narrow bounds, so that other music can be held against it.

Pitch and rhythm as in muspy (Dong et al. 2020) and the Jazz Transformer (Wu & Yang 2020); tonal distance after
Harte, Sandler & Gasser (2006). All at the piece's own grid, in bars of the piece's own metre.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import ARTICULATE, EVERY_KEY, PLAY
from descant_export.corpus.piece import Piece

MAJOR = (0, 2, 4, 5, 7, 9, 11)
NATURAL_MINOR = (0, 2, 3, 5, 7, 8, 10)
# Radius and semitone angle of the circles of fifths, minor thirds and major thirds.
CIRCLES = ((1.0, 7 * np.pi / 6), (1.0, 3 * np.pi / 2), (0.5, 2 * np.pi / 3))
AT_ONCE = 1024  # bars compared with all before them in one product

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Statistics(NamedTuple):
    """Of one piece; NaN where it is too short or too empty to say."""

    pitch_class_entropy: float
    """Of its notes, in bits."""
    scale_consistency: float
    """Share of its notes in the major or minor scale that has most of them."""
    groove_consistency: float
    """1 less the share of steps in which one of two neighbouring bars has an onset and the other has none."""
    polyphony: float
    """Keys that play, over the steps in which any does."""
    notes_per_quarter: float
    empty_beats: float
    """Share of beats in which nothing sounds."""
    pitch_range: float
    """Semitones."""
    note_length: float
    """Mean, in quarters."""
    articulation: float
    """Share of onsets on a key that already sounded in the step before."""
    bar_similarity: float
    """Mean over bars of the cosine between its onsets (key and step) and those of the most similar bar before."""
    repeated_bars: float
    """Share of bars whose onsets are those of some bar before."""
    tonal_distance: float
    """Mean distance between the tonal centroids of neighbouring bars."""


def measure(piece: Piece) -> Statistics:
    """Every statistic of a piece."""
    if not len(piece.notes):
        return Statistics(*[np.nan] * len(Statistics._fields))
    state = piece.state(range(piece.voices), EVERY_KEY).astype(bool)
    play, struck, beat = state[..., PLAY], state[..., ARTICULATE], piece.steps_per_beat
    bar = bar_numbers(piece.step_in_bar)
    classes = np.bincount(piece.notes["key"] % 12, minlength=12) / len(piece.notes)
    sounding: Bools = np.asarray(play.any(1))
    beats: Bools = np.asarray(sounding[: piece.steps // beat * beat].reshape(-1, beat).any(1))
    best = _most_similar_before(_onset_vectors(struck, bar, piece.step_in_bar))
    low, high = piece.keys
    return Statistics(
        pitch_class_entropy=_entropy(classes),
        scale_consistency=max(
            float(np.roll(classes, -tonic)[list(scale)].sum())
            for tonic in range(12)
            for scale in (MAJOR, NATURAL_MINOR)
        ),
        groove_consistency=_groove(np.asarray(struck.any(1)), bar, piece.step_in_bar),
        polyphony=float(play.sum() / sounding.sum()),
        notes_per_quarter=len(piece.notes) / (piece.steps / beat),
        empty_beats=_mean(~beats),
        pitch_range=float(high - low),
        note_length=float(np.mean(piece.notes["off"] - piece.notes["on"]) / beat),
        articulation=float((struck[1:] & play[:-1]).sum() / max(1, struck[1:].sum())),
        bar_similarity=_mean(best),
        repeated_bars=_mean(best > 0.999),  # a cosine of 1 but for rounding
        tonal_distance=_tonal_distance(play, bar),
    )


def bar_numbers(step_in_bar: NDArray[np.integer]) -> NDArray[np.int64]:
    """``[steps]``: the number of each step's bar; a bar begins wherever the count does not go on."""
    return np.cumsum(np.diff(step_in_bar.astype(np.int64), prepend=step_in_bar[0] - 1) != 1)


def tonal_centroid(chroma: Floats) -> Floats:
    """``[..., 12]`` of weights → ``[..., 6]`` (Harte et al. 2006, eq. 1)."""
    classes = np.arange(12)
    rows = [radius * turn(classes * angle) for radius, angle in CIRCLES for turn in (np.sin, np.cos)]
    centroid: Floats = chroma / chroma.sum(-1, keepdims=True) @ np.array(rows).T
    return centroid


def _entropy(shares: Floats) -> float:
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum())


def _mean(values: Floats | Bools) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _groove(onset: Bools, bar: NDArray[np.int64], step_in_bar: NDArray[np.integer]) -> float:
    if bar[-1] == 0:
        return float("nan")
    grid = np.zeros((bar[-1] + 1, int(step_in_bar.max()) + 1), bool)
    grid[bar, step_in_bar] = onset
    last = np.zeros(len(grid), np.int64)
    np.maximum.at(last, bar, step_in_bar.astype(np.int64) + 1)
    # A pick-up or a last bar cut short is compared as a whole bar.
    return float(1 - (grid[1:] != grid[:-1]).sum() / np.maximum(last[1:], last[:-1]).sum())


def _onset_vectors(
    struck: Bools, bar: NDArray[np.int64], step_in_bar: NDArray[np.integer]
) -> NDArray[np.float32]:
    """``[bars, steps in a bar · keys]`` of 0 and 1, bars without onsets left out."""
    low, high = np.flatnonzero(struck.any(0))[[0, -1]]
    vectors = np.zeros((bar[-1] + 1, int(step_in_bar.max()) + 1, high - low + 1), np.float32)
    vectors[bar, step_in_bar] = struck[:, low : high + 1]
    flat = vectors.reshape(len(vectors), -1)
    return flat[flat.any(1)]


def _most_similar_before(vectors: NDArray[np.float32]) -> Floats:
    """For every vector but the first its largest cosine with one before it."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    best: list[float] = []
    for begin in range(0, len(unit), AT_ONCE):
        cosines = unit[begin : begin + AT_ONCE] @ unit[: begin + AT_ONCE].T
        best += [float(row[: begin + index].max()) for index, row in enumerate(cosines) if begin + index]
    return np.array(best)


def _tonal_distance(play: Bools, bar: NDArray[np.int64]) -> float:
    chroma = np.zeros((bar[-1] + 1, 12))
    step, key = np.nonzero(play)
    np.add.at(chroma, (bar[step], key % 12), 1)
    centroids = tonal_centroid(chroma[chroma.any(1)])
    return _mean(np.linalg.norm(np.diff(centroids, axis=0), axis=1))


class Silence(NamedTuple):
    """``beats``: share of its beats in which nothing sounds. ``longest``: in bars of its longest bar."""

    beats: float
    longest: float


def silence(piece: Piece) -> Silence:
    """Silence before the first note and after the last one counts too."""
    silent = ~sounding(piece)
    beat = piece.steps_per_beat
    whole = silent[: piece.steps // beat * beat].reshape(-1, beat)
    bar = int(piece.step_in_bar.max()) + 1
    return Silence(float(whole.all(1).mean()) if len(whole) else float("nan"), longest_run(silent) / bar)


def sounding(piece: Piece) -> NDArray[np.bool_]:
    """``[steps]``: whether anything sounds."""
    edges = np.zeros(piece.steps + 1, np.int64)
    np.add.at(edges, piece.notes["on"], 1)
    np.add.at(edges, piece.notes["off"], -1)
    return np.asarray(edges[:-1].cumsum() > 0)


def longest_run(values: NDArray[np.bool_]) -> int:
    """How many in a row are true, at most."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], values, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))
