"""What a judge hears: several kinds of features of an excerpt, each a name and a number.

None depends on the key: pitch classes are counted from the tonic. None depends on the length of the bar: places in
it are a downbeat, a beat, an eighth off it, a sixteenth off that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from descant_export.corpus.piece import Piece
from descant_export.evaluate.judge.lines import (
    Bools,
    Floats,
    Ints,
    bar_classes,
    bar_onsets,
    bass_line,
    matrices_of,
    pitch_classes,
    tonic,
    top_line,
)
from descant_export.evaluate.judge.similarity import at_lag, cosines
from descant_export.evaluate.statistics import measure, silence

MEASURED = (
    "pitch_class_entropy", "scale_consistency", "groove_consistency", "polyphony", "notes_per_quarter",
    "pitch_range", "note_length", "articulation", "tonal_distance",
)  # fmt: skip
LENGTHS = ("a sixteenth", "an eighth", "a dotted eighth", "a quarter", "up to a half", "longer than a half")
LENGTH_EDGES = np.array([2, 3, 4, 5, 9]) / 4  # quarters from which on a length is the next
PLACES = ("downbeats", "beats", "eighths", "sixteenths")
LEAPS = {
    "repeats": (0, 1),
    "steps": (1, 3),
    "thirds": (3, 5),
    "fourths and fifths": (5, 8),
    "leaps": (8, 128),
}
MOVES = ("leap down", "step down", "repeat", "step up", "leap up")
MOVE_EDGES = (-2, 0, 1, 3)
CHORDS: Mapping[tuple[int, ...], str] = {
    (0,): "unison", (0, 7): "open fifth", (0, 4): "major third", (0, 3): "minor third",
    (0, 4, 7): "major triad", (0, 3, 7): "minor triad", (0, 3, 6): "diminished triad",
    (0, 3, 8): "major sixth chord", (0, 4, 9): "minor sixth chord", (0, 3, 9): "diminished sixth chord",
    (0, 5, 9): "major six-four", (0, 5, 8): "minor six-four", (0, 4, 7, 10): "dominant seventh",
    (0, 3, 6, 8): "six-five", (0, 3, 5, 9): "four-three", (0, 2, 6, 9): "four-two", (0, 3, 7, 10): "minor seventh",
    (0, 5, 7): "fourth suspended",
}  # fmt: skip
LAGS = (1, 2, 4)

Features = dict[str, float]


def statistics(piece: Piece) -> Features:
    """Pitch, texture, rhythm and range, each by itself."""
    score, measured, quiet = matrices_of(piece), measure(piece), silence(piece)
    found: Features = {name.replace("_", " "): getattr(measured, name) for name in MEASURED}
    found |= {"silent beats": quiet.beats, "longest silence": quiet.longest}
    classes = pitch_classes(piece)
    found |= _named("class {} above the tonic", range(12), np.roll(classes, -tonic(classes)))
    lengths = np.digitize((piece.notes["off"] - piece.notes["on"]) / piece.steps_per_beat, LENGTH_EDGES)
    found |= _named("notes of {}", LENGTHS, _shares(lengths, len(LENGTHS)))
    place = _places(piece.step_in_bar[piece.notes["on"]].astype(np.int64), piece.steps_per_beat)
    found |= _named("onsets on {}", PLACES, _shares(place, len(PLACES)))
    at_once = np.minimum(score.play.sum(1), 6)
    found |= _named("{} notes at once", range(7), _shares(at_once, 7))
    for line, keys in (("top", top_line(score)), ("bass", bass_line(score))):
        apart = np.abs(np.diff(keys))
        shares = [
            float(np.mean((apart >= low) & (apart < high))) if len(apart) else 0.0
            for low, high in LEAPS.values()
        ]
        found |= _named(f"{line} line: {{}}", LEAPS, np.array(shares))
    return found | _named(
        "{} semitones sounding together", range(12), _intervals(score.play[:: piece.steps_per_beat])
    )


def n_grams(piece: Piece) -> Features:
    """What follows what: moves of the outer lines, rhythms and chords of beats, the bass from beat to beat."""
    score = matrices_of(piece)
    found: Features = {}
    for line, keys in (("top", top_line(score)), ("bass", bass_line(score))):
        moves = np.digitize(np.diff(keys), MOVE_EDGES)
        pairs = [f"{line} line: {one}, then {other}" for one in MOVES for other in MOVES]
        found |= dict(zip(pairs, _shares(moves[:-1] * 5 + moves[1:], 25).tolist(), strict=True))
    struck: Bools = np.asarray(score.struck.any(1))
    beat = piece.steps_per_beat
    beats = len(struck) // beat
    sixteenths = struck[: beats * beat].reshape(beats, 4, beat // 4).any(2)
    rhythm = sixteenths.astype(np.int64) @ np.array([8, 4, 2, 1])
    found |= _named("beat struck {}", (f"{pattern:04b}" for pattern in range(16)), _shares(rhythm, 16))
    on_beats = score.play[::beat]
    names = [CHORDS.get(_chord(keys), "another chord") for keys in on_beats if keys.any()]
    found |= {
        f"{name} on the beat": names.count(name) / max(1, len(names))
        for name in (*CHORDS.values(), "another chord")
    }
    bass = np.array([int(keys.argmax()) for keys in on_beats if keys.any()], np.int64)
    return found | _named(
        "bass {} semitones up from beat to beat", range(12), _shares(np.diff(bass) % 12, 12)
    )


def form(piece: Piece) -> Features:
    """How alike bars are that stand one, two and four apart, by notes, rhythm and harmony; and what returns."""
    score, measured = matrices_of(piece), measure(piece)
    onsets = bar_onsets(score)
    kinds = {
        "notes": onsets.reshape(len(onsets), -1),
        "rhythm": onsets.any(2).astype(float),
        "harmony": bar_classes(score),
    }
    found: Features = {}
    for kind, rows in kinds.items():
        matrix = cosines(rows)
        found |= {f"{kind} like {lag} bars before": at_lag(matrix, lag) for lag in LAGS}
        others = matrix[~np.eye(len(matrix), dtype=bool)]
        found |= {f"{kind} alike in all bars": float(others.mean()) if len(others) else np.nan}
    return found | {
        "likeness to some bar before": measured.bar_similarity,
        "repeated bars": measured.repeated_bars,
    }


FAMILIES: Mapping[str, Callable[[Piece], Features]] = {
    "statistics": statistics,
    "n-grams": n_grams,
    "self-similarity": form,
}


def table(pieces: Sequence[Piece], families: Sequence[str] = tuple(FAMILIES)) -> tuple[list[str], Floats]:
    """Names ``[F]`` and values ``[pieces, F]``; what cannot be said of an excerpt is 0."""
    rows = [
        {name: value for family in families for name, value in FAMILIES[family](piece).items()}
        for piece in pieces
    ]
    names = list(rows[0]) if rows else []
    return names, np.nan_to_num(np.array([list(row.values()) for row in rows], float).reshape(len(rows), -1))


def _named(form: str, names: object, values: Floats) -> Features:
    return {form.format(name): float(value) for name, value in zip(names, values, strict=True)}  # type: ignore[call-overload]


def _shares(numbers: Ints, count: int) -> Floats:
    return np.asarray(np.bincount(numbers, minlength=count) / max(1, len(numbers)))


def _places(step_in_bar: Ints, beat: int) -> Ints:
    """Of each onset the index in ``PLACES``."""
    return np.select(
        [step_in_bar == 0, step_in_bar % beat == 0, step_in_bar % (beat // 2) == 0], [0, 1, 2], 3
    )


def _intervals(on_beats: Bools) -> Floats:
    """Of all pairs of keys in each row of ``[beats, 128]`` the intervals as shares, octaves folded."""
    counts = np.zeros(12)
    for keys in on_beats:
        at = np.flatnonzero(keys)
        counts += np.bincount(((at[None] - at[:, None]) % 12)[np.triu_indices(len(at), 1)], minlength=12)
    return np.asarray(counts / max(1, counts.sum()))


def _chord(keys: Ints) -> tuple[int, ...]:
    at = np.flatnonzero(keys)
    return tuple(sorted({int(key - at[0]) % 12 for key in at}))
