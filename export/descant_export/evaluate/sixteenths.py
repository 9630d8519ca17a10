"""Protocol B, our own: play and articulation at sixteenths, with the metre. Not comparable with published tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from descant_daemon.note_state import PitchRange
from descant_export.corpus.piece import Piece
from descant_export.evaluate.teacher_forcing import Network, log_likelihoods
from descant_export.training.evaluation import Score


def score_pieces(
    network: Network, pieces: Sequence[Piece], progress: Callable[[int], None] = lambda _steps: None
) -> Score:
    """Nats per sixteenth over whole pieces in their own key, out of silence; ``progress`` is told their steps."""
    total, steps = np.zeros(2), 0
    for piece in pieces:
        state = piece.state(range(piece.voices), network.pitches)
        total += log_likelihoods(network, state, piece.step_in_bar, piece.style).sum(0)
        steps += piece.steps
        progress(piece.steps)
    play, articulate = total / steps
    return Score(float(play), float(articulate), steps)


def share_outside(pieces: Sequence[Piece], pitches: PitchRange) -> float:
    """The share of notes that a model of these pitches neither hears nor scores."""
    keys = np.concatenate([piece.notes["key"] for piece in pieces])
    return float(np.mean((keys < pitches.low) | (keys > pitches.high)))
