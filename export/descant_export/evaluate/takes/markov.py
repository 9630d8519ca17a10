"""The baseline that knows nothing of harmony: every pitch by itself, after its own state a sixteenth before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from descant_daemon.note_state import PitchRange, notes_of
from descant_daemon.settings.metre import FOUR_FOUR, Metre
from descant_daemon.song import PPQ, struck
from descant_export.corpus.piece import Piece
from descant_export.evaluate.baselines import PerPitch, markov
from descant_export.evaluate.takes.melody import VELOCITY
from descant_export.evaluate.takes.take import TEMPO, Take, piece_of


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
    chain, steps_per_beat = markov(training, pitches), training[0].steps_per_beat
    return [_take(chain, steps_per_beat, seed + number, bars, metre, tempo) for number in range(count)]


def _take(chain: PerPitch, steps_per_beat: int, seed: int, bars: int, metre: Metre, tempo: float) -> Take:
    step = PPQ // steps_per_beat
    states = chain.sample(bars * metre.steps_per_bar(steps_per_beat), np.random.default_rng(seed))
    track = struck(
        (note.step * step, (note.step + note.length) * step, note.key, VELOCITY, 0)
        for note in notes_of(states, chain.pitches)
    )
    name = f"Markov, seed {seed}"
    return Take(
        name, name, metre, tempo, {"Markov": track}, piece_of(name, [track], bars, metre, steps_per_beat)
    )
