"""The baseline that knows nothing of harmony: every pitch by itself, after its own state a sixteenth before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange, notes_of
from descant_daemon.settings.metre import FOUR_FOUR, Metre
from descant_export.corpus.piece import Piece
from descant_export.evaluate.takes.melody import STEP, VELOCITY
from descant_export.evaluate.takes.take import TEMPO, Take, piece_of
from descant_export.training.baselines import markov_chances


def markov_takes(
    training: Sequence[Piece],
    pitches: PitchRange,
    count: int,
    bars: int,
    *,
    seed: int = 1,
    metre: Metre = FOUR_FOUR,
    tempo: float = TEMPO,
) -> list[Take]:
    """``count`` takes sampled from first-order chains, one a pitch, as often as training has each change."""
    play, struck = markov_chances(training, pitches)
    return [_take(play, struck, pitches, seed + number, bars, metre, tempo) for number in range(count)]


def _take(
    play: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    struck: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    pitches: PitchRange,
    seed: int,
    bars: int,
    metre: Metre,
    tempo: float,
) -> Take:
    rng = np.random.default_rng(seed)
    pitch = np.arange(pitches.size)
    steps = bars * metre.steps_per_bar(4)
    states = np.zeros((steps, pitches.size, 2), np.float32)
    before = np.zeros(pitches.size, np.int64)
    for state in states:
        sounds = rng.random(pitches.size) < play[before, pitch]
        state[:, PLAY] = sounds
        state[:, ARTICULATE] = sounds & (rng.random(pitches.size) < struck[before, pitch])
        before = sounds.astype(np.int64)
    events = [
        (at * STEP, kind, note.key)
        for note in notes_of(states, pitches)
        for at, kind in ((note.step, 0x90), (note.step + note.length, 0x80))
    ]
    track = [(tick, bytes((kind, key, VELOCITY))) for tick, kind, key in sorted(events)]
    name = f"Markov, seed {seed}"
    return Take(name, name, metre, tempo, {"Markov": track}, piece_of(name, [track], bars, metre))
