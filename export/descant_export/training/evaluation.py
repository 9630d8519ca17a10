"""Log-likelihood of whole pieces, teacher-forced on both axes, from a zero state, dropout off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from descant_export.corpus.piece import Piece
from descant_export.families.likelihood import log_likelihood
from descant_export.families.network import Logits, Network, Shape
from descant_export.families.velocity import velocity_log_likelihood
from descant_export.training.batches import Batch, segment, together
from descant_export.training.masks import Mask, nothing
from descant_export.training.ranks import Ranks

STEPS_AT_ONCE = 2048  # padded ones, in one call; a longer piece is a call of its own


Voices = Sequence[int]


class Score(NamedTuple):
    """Natural-log likelihood per step: a flat mean over all steps of all pieces.

    ``velocity``: of how loud the struck notes are, where that is known; 0 of a model that does not say.
    """

    play: float
    articulate: float
    steps: int
    velocity: float = 0.0

    @property
    def total(self) -> float:
        """Play and articulate together: which notes sound, however loud."""
        return self.play + self.articulate


def whole_pieces(
    pieces: Sequence[Piece], given: Mask | Voices, shape: Shape, share: slice = slice(None)
) -> Iterator[Batch]:
    """Whole pieces in their own key, padded to the longest of each batch; ``share`` of the batches."""
    order = sorted(range(len(pieces)), key=lambda index: (pieces[index].steps, index))
    groups: list[list[int]] = []
    for index in order:
        if not groups or (len(groups[-1]) + 1) * pieces[index].steps > STEPS_AT_ONCE:
            groups.append([])
        groups[-1].append(index)
    for group in groups[share]:
        longest = max(pieces[index].steps for index in group)
        yield together(segment(pieces[index], 0, longest, 0, given, shape) for index in group)


@torch.no_grad()
def evaluate(
    model: Network,
    pieces: Sequence[Piece],
    given: Mask | Voices = nothing,
    *,
    unscored: Mask | Voices | None = None,
    fast: bool = False,
    ranks: Ranks | None = None,
) -> Score:
    """Score ``pieces`` with some notes ``given``; ``fast`` computes under bf16 autocast.

    Cells (a pitch in a step) that given notes fill are not scored. ``unscored`` names notes whose cells are left out
    instead, so that the very same cells can be scored with and without those notes given. ``ranks`` share the work,
    and all of them know the result.
    """
    device = next(model.parameters()).device
    training = model.training
    model.eval()
    share = slice(ranks.rank, None, ranks.world) if ranks else slice(None)
    sums = torch.zeros(4, dtype=torch.float64, device=device)
    left_out = whole_pieces(pieces, given if unscored is None else unscored, model.shape, share)
    for here, mask in zip(whole_pieces(pieces, given, model.shape, share), left_out, strict=True):
        batch = here.on(device)
        sums += scored(heads_of(model, batch, fast), batch, mask.given.to(device))
    model.train(training)
    return score_of(ranks.sum(sums) if ranks else sums)


def heads_of(model: Network, batch: Batch, fast: bool) -> Logits:
    """``[B, T, P, 2]``, and ``[B, T, P, V]`` where the model says how loud notes are."""
    with torch.autocast(batch.now.device.type, dtype=torch.bfloat16, enabled=fast):
        return model.heads(batch.before, batch.now, batch.given, batch.step_in_bar, batch.style)


def scored(heads: Logits, batch: Batch, unscored: Tensor) -> Tensor:
    """Sums over a batch: play, articulate, steps, velocity. The cells of ``unscored [B, T, P, 2]`` are left out."""
    logits, loud = heads
    play, articulate = log_likelihood(logits, batch.now, unscored)
    steps = torch.ones_like(play)
    velocity = 0 * steps
    if loud is not None:
        velocity = velocity_log_likelihood(loud, batch.velocity, batch.now, unscored)
    return torch.stack([(part.double() * batch.real).sum() for part in (play, articulate, steps, velocity)])


def score_of(sums: Tensor) -> Score:
    """From sums to means."""
    play, articulate, steps, velocity = sums.tolist()
    return Score(play / steps, articulate / steps, int(steps), velocity / steps)
