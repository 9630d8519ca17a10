"""Held-out music of a model's own corpus: what the model is worth there beside two baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from descant_export.corpus.piece import Piece
from descant_export.corpus.splits import Split
from descant_export.evaluate.baselines import Loudness, hold_last_step, marginal_velocity, markov
from descant_export.evaluate.given_table import GivenRow, given_table
from descant_export.evaluate.scores import Score, score
from descant_export.evaluate.teacher_forcing import validate
from descant_export.families.network import Network
from descant_export.stages import Tell, silent

MODEL, MARKOV, HOLD = "this model", "per-pitch Markov, first order", "hold the last step"
"""Rows of the card."""
MOST_STEPS = 10_000
"""Of held-out music; more would tell the second decimal."""
LONGEST = 2048  # steps of a piece: what follows would take memory, and tell little more
SHORTEST = 16


@dataclass(frozen=True)
class Report:
    """Scores on the test pieces, in nats per step; ``loudness``: the average's, where the model says how loud."""

    scores: Mapping[str, Score]
    given: Sequence[GivenRow]
    valid: Score
    loudness: Loudness | None = None


def report_on(model: Network, split: Split, tell: Tell = silent) -> Report:
    """Score the model and the baselines on the same steps, in float32; ``tell`` hears how far it is."""
    pitches = model.shape.kernel.pitches
    test, valid = excerpt(split.test, MOST_STEPS), excerpt(split.valid, MOST_STEPS)
    tell("scoring the model on music that it has not heard", None)
    own, on_valid = validate(model, test), validate(model, valid)
    tell("scoring what it has to be better than", None)
    scores = {
        MODEL: own,
        MARKOV: score(markov(split.train, pitches), test),
        HOLD: score(hold_last_step(split.train, pitches), test),
    }
    return Report(
        scores,
        given=given_table(model, test, tell=lambda share: tell("scoring it under given notes", share)),
        valid=on_valid,
        loudness=None if not model.shape.velocities else marginal_velocity(split.train, test, pitches),
    )


def excerpt(pieces: Sequence[Piece], steps: int) -> list[Piece]:
    """At most ``steps`` steps, shared among the styles: pieces at random (always the same), each from its beginning.

    All pieces, in their order, where they are short and few enough. At least one piece of each style.
    """
    styles: dict[int, list[Piece]] = {}
    for piece in pieces:
        styles.setdefault(piece.style, []).append(piece)
    quota = steps // max(1, len(styles))
    return [piece for each in styles.values() for piece in _within(each, quota)]


def _within(pieces: list[Piece], steps: int) -> list[Piece]:
    if sum(piece.steps for piece in pieces) <= steps and max(piece.steps for piece in pieces) <= LONGEST:
        return pieces
    chosen: list[Piece] = []
    left = max(SHORTEST, steps)
    for number in np.random.default_rng(0).permutation(len(pieces)):
        part = beginning(pieces[number], min(LONGEST, left))
        if len(part.notes):
            chosen.append(part)
            left -= part.steps
        if left < SHORTEST:
            break
    return chosen


def beginning(piece: Piece, steps: int) -> Piece:
    """The first ``steps`` steps of a piece."""
    return piece if piece.steps <= steps else piece.part(0, steps)
