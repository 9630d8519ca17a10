"""Log-likelihood of whole pieces, teacher-forced on both axes, from a zero state, dropout off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from descant_export.corpus.piece import Piece
from descant_export.model.biaxial import Biaxial, Shape, log_likelihood
from descant_export.training.batches import Batch, segment


class Score(NamedTuple):
    """Natural-log likelihood per step: a flat mean over all steps of all pieces."""

    play: float
    articulate: float
    steps: int

    @property
    def total(self) -> float:
        """Play and articulate together."""
        return self.play + self.articulate


def whole_pieces(pieces: Sequence[Piece], given: list[int], shape: Shape, size: int = 8) -> Iterator[Batch]:
    """Whole pieces in their own key, padded to the longest of each batch."""
    ordered = sorted(pieces, key=lambda piece: piece.steps)
    for first in range(0, len(ordered), size):
        group = ordered[first : first + size]
        longest = max(piece.steps for piece in group)
        parts = [segment(piece, 0, longest, 0, given, shape) for piece in group]
        yield Batch(*(torch.cat(columns) for columns in zip(*parts, strict=True)))


@torch.no_grad()
def evaluate(
    model: Biaxial,
    pieces: Sequence[Piece],
    given: list[int],
    *,
    unscored: list[int] | None = None,
    fast: bool = False,
) -> Score:
    """Score ``pieces`` with the voices ``given`` known; ``fast`` computes under bf16 autocast.

    Given notes are not scored; ``unscored`` names voices that are left out of the score instead, so that
    the same notes can be scored with and without them given.
    """
    device = next(model.parameters()).device
    training = model.training
    model.eval()
    play, articulate, steps = 0.0, 0.0, 0
    left_out = whole_pieces(pieces, given if unscored is None else unscored, model.shape)
    for cpu_batch, mask in zip(whole_pieces(pieces, given, model.shape), left_out, strict=True):
        batch = Batch(*(tensor.to(device) for tensor in cpu_batch))
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast):
            logits = model(batch.before, batch.now, batch.given, batch.step_in_bar, batch.style)
        each_play, each_articulate = log_likelihood(logits, batch.now, mask.given.to(device))
        play += float((each_play * batch.real).sum())
        articulate += float((each_articulate * batch.real).sum())
        steps += int(batch.real.sum())
    model.train(training)
    return Score(play / steps, articulate / steps, steps)
