"""How likely music is, step by step: the one question that networks of every family, and baselines, are asked.

As in lm-evaluation-harness, whose tasks ask a language model for log-likelihoods alone: pieces in, nats per step out.
Whether a model decides pitch by pitch, or writes symbols of a vocabulary until a step is over, stays its own affair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import PitchRange
from descant_export.corpus.piece import Piece

PLAY, ARTICULATE, VELOCITY = "play", "articulate", "velocity"
Nats = NDArray[np.float64]


class Scorer(Protocol):
    """Whatever says how likely each step of a piece is, given all steps before it.

    ``pitches``: what it hears and scores, and no other note. ``parts``: of what the columns are. A model that decides
    play and articulation at once has one part for both, by a name of its own; ``velocity`` is how loud notes are.
    """

    @property
    def pitches(self) -> PitchRange:
        """The lowest and highest MIDI key."""
        ...

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the columns."""
        ...

    def log_likelihoods(self, pieces: Sequence[Piece]) -> Sequence[Nats]:
        """``[steps, parts]`` of each piece: ln p(step | steps before it), out of silence, at the piece's own grid.

        All pieces at once, where the model can: give it no more than its memory has room for.
        """
        ...


class Score(NamedTuple):
    """Means over ``steps`` steps of all pieces, in nats; every step weighs the same."""

    nats: dict[str, float]
    steps: int

    @property
    def notes(self) -> dict[str, float]:
        """Without how loud they are."""
        return {part: value for part, value in self.nats.items() if part != VELOCITY}

    @property
    def total(self) -> float:
        """Which notes sound, however loud."""
        return sum(self.notes.values())

    @property
    def velocity(self) -> float:
        """Of how loud the struck notes are, where that is known; 0 of a model that does not say."""
        return self.nats.get(VELOCITY, 0.0)

    def summed(self) -> dict[str, float]:
        """The parts, and their sum."""
        return {**self.notes, "sum": self.total}


def score(
    scorer: Scorer,
    pieces: Sequence[Piece],
    at_once: int = 0,
    *,
    progress: Callable[[int], None] = lambda _steps: None,
    share: slice = slice(None),
    sum_up: Callable[[Nats], Nats] = lambda sums: sums,
) -> Score:
    """Whole pieces in their own keys; ``progress`` is told of how many steps each was.

    ``at_once``: the most (padded) steps of the pieces that are scored together; 0: each by itself. Several processes
    score a ``share`` of the batches each, and ``sum_up`` adds up what all have found.
    """
    sums = np.zeros(len(scorer.parts) + 1)
    for batch in batches(pieces, at_once)[share]:
        for piece, nats in zip(batch, scorer.log_likelihoods(batch), strict=True):
            sums += (*nats.sum(0), piece.steps)
            progress(piece.steps)
    *totals, steps = sum_up(sums).tolist()
    return Score({part: total / steps for part, total in zip(scorer.parts, totals, strict=True)}, int(steps))


def batches(pieces: Sequence[Piece], at_once: int) -> list[list[Piece]]:
    """Pieces of like lengths together, at most ``at_once`` padded steps a batch; a longer piece is one of its own."""
    if not at_once:
        return [[piece] for piece in pieces]
    found: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: each.steps):
        if not found or (len(found[-1]) + 1) * piece.steps > at_once:
            found.append([])
        found[-1].append(piece)
    return found


def share_outside(pieces: Sequence[Piece], pitches: PitchRange) -> float:
    """The share of notes that a model of these pitches neither hears nor scores."""
    keys = np.concatenate([piece.notes["key"] for piece in pieces])
    return float(np.mean((keys < pitches.low) | (keys > pitches.high)))
