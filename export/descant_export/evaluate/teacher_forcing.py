"""Networks as scorers, teacher-forced: the true notes are known before in time and below in pitch.

Pieces begin out of silence, from a zero state, dropout off. A piece goes through a stretch at a time, the states of the
time axis carried on, so that one of any length needs the memory of a stretch and is worth what it would be whole.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from descant_daemon.note_state import PitchRange
from descant_export.corpus.piece import Piece
from descant_export.evaluate.baselines import PerPitch
from descant_export.evaluate.scores import ARTICULATE, PLAY, VELOCITY, Nats, Score, Scorer, score
from descant_export.families.likelihood import log_likelihood
from descant_export.families.network import Logits, Network
from descant_export.families.velocity import velocity_log_likelihood
from descant_export.training.batches import Batch, segment, together
from descant_export.training.masks import Mask, nothing
from descant_export.training.ranks import Ranks

STRETCH = 256  # steps: 88 pitches and layers of 300 units take about 100 MB
STEPS_AT_ONCE = 2048  # padded ones of short pieces in one batch

Voices = Sequence[int]


class NetworkScorer:
    """A network of note states, of any family.

    ``given``: the notes that the player holds, by a mask or by voices. The cells (a pitch in a step) that they fill are
    not scored; ``unscored`` names notes whose cells are left out instead, so that the very same cells can be scored
    with and without those notes given. ``fast`` computes under bf16 autocast; ``float64`` makes logits into nats in
    double, for the last digits of long sums.
    """

    def __init__(
        self,
        model: Network,
        given: Mask | Voices = nothing,
        unscored: Mask | Voices | None = None,
        *,
        fast: bool = False,
        float64: bool = False,
    ) -> None:
        self._model, self._fast = model, fast
        self._given, self._unscored = given, unscored
        self._dtype = torch.float64 if float64 else torch.float32
        self.pitches: PitchRange = model.shape.kernel.pitches
        self.parts = (PLAY, ARTICULATE, VELOCITY) if model.shape.velocities else (PLAY, ARTICULATE)

    def log_likelihoods(self, pieces: Sequence[Piece]) -> list[Nats]:
        """``[steps, parts]`` of each piece."""
        model = self._model
        device = next(model.parameters()).device
        whole = batch_of(model, pieces, self._given)
        left_out = whole if self._unscored is None else batch_of(model, pieces, self._unscored)
        found = []
        with torch.no_grad(), evaluating(model), carried(model.stacks[0]):
            for at in stretches(whole.now.shape[1]):
                batch = steps_of(whole, at).on(device)
                heads = heads_of(model, batch, self._fast)
                found.append(nats_of(heads, batch, left_out.given[:, at].to(device), self._dtype))
        return unpadded(torch.cat(found, 1), pieces)


class TableScorer:
    """A network of ``descant benchmark``. With a beat its steps are numbered in their bar, else in their piece.

    ``fast`` computes under bf16 autocast.
    """

    def __init__(self, model: Network, *, fast: bool = False) -> None:
        self._model, self._fast = model, fast
        self.pitches: PitchRange = model.shape.kernel.pitches
        self.parts = (PLAY, ARTICULATE)[: model.shape.kernel.planes]

    def log_likelihoods(self, pieces: Sequence[Piece]) -> list[Nats]:
        """``[steps, parts]`` of each piece."""
        model, kernel, past = self._model, self._model.shape.kernel, self._model.shape.past
        longest = max(piece.steps for piece in pieces)
        wide = np.zeros((len(pieces), past + 1 + longest, self.pitches.size, kernel.planes), np.float32)
        number = np.tile(np.arange(longest), (len(pieces), 1))
        for row, piece in enumerate(pieces):
            state = piece.state(range(piece.voices), self.pitches)
            wide[row, past + 1 : past + 1 + piece.steps] = state[..., : kernel.planes]
            if kernel.beat != "none":
                number[row, : piece.steps] = piece.step_in_bar
        device = next(model.parameters()).device
        dtype = torch.bfloat16 if self._fast else torch.float32  # 0 and 1 are exact
        heard, numbers, found = torch.from_numpy(wide), torch.from_numpy(number), []
        with torch.no_grad(), evaluating(model), carried(model.stacks[0]):
            for at in stretches(longest):
                before, now = (
                    heard[:, at.start : at.stop + past],
                    heard[:, at.start + past + 1 : at.stop + past + 1],
                )
                with torch.autocast(device.type, dtype=torch.bfloat16, enabled=self._fast):
                    known = [each.to(device, dtype) for each in (before, now)]
                    nothing, style = torch.zeros_like(known[1]), torch.zeros(1, 0, device=device)
                    logits, _ = model.heads(known[0], known[1], nothing, numbers[:, at].to(device), style)
                true = now.double()
                nats = log_likelihood(logits.cpu().double(), true, torch.zeros_like(true))
                found.append(torch.stack(nats[: kernel.planes], -1))
        return unpadded(torch.cat(found, 1), pieces)


class WithRates:
    """A scorer over more keys than it knows: the others play as often as they do in training."""

    def __init__(self, scorer: Scorer, rates: PerPitch) -> None:
        """``rates``: of all keys."""
        self._scorer, self._rates = scorer, rates
        self.parts, self.pitches = scorer.parts, rates.pitches
        keys = np.arange(self.pitches.low, self.pitches.high + 1)
        self._unknown = (keys < scorer.pitches.low) | (keys > scorer.pitches.high)

    def log_likelihoods(self, pieces: Sequence[Piece]) -> list[Nats]:
        """``[steps, parts]`` of each piece."""
        return [
            np.concatenate([nats[:, :1] + self._others(piece)[:, None], nats[:, 1:]], 1)
            for piece, nats in zip(pieces, self._scorer.log_likelihoods(pieces), strict=True)
        ]

    def _others(self, piece: Piece) -> Nats:
        return np.asarray(self._rates.play(piece)[:, self._unknown].sum(-1))


def validate(
    model: Network,
    pieces: Sequence[Piece],
    given: Mask | Voices = nothing,
    *,
    unscored: Mask | Voices | None = None,
    fast: bool = False,
    ranks: Ranks | None = None,
) -> Score:
    """See ``NetworkScorer``; short pieces together. ``ranks`` share the work, and all of them know the result."""
    scorer = NetworkScorer(model, given, unscored, fast=fast)
    if ranks is None:
        return score(scorer, pieces, STEPS_AT_ONCE)

    def sum_up(sums: Nats) -> Nats:
        return np.asarray(ranks.sum(torch.from_numpy(sums).to(ranks.device)).cpu())

    return score(scorer, pieces, STEPS_AT_ONCE, share=slice(ranks.rank, None, ranks.world), sum_up=sum_up)


def batch_of(model: Network, pieces: Sequence[Piece], given: Mask | Voices) -> Batch:
    """Whole pieces in their own keys, padded to the longest."""
    longest = max(piece.steps for piece in pieces)
    return together(segment(piece, 0, longest, 0, given, model.shape) for piece in pieces)


def steps_of(batch: Batch, at: slice) -> Batch:
    """Some of its steps."""
    return Batch(*(values if name == "style" else values[:, at] for name, values in batch._asdict().items()))


def heads_of(model: Network, batch: Batch, fast: bool) -> Logits:
    """``[B, T, P, 2]``, and ``[B, T, P, V]`` where the model says how loud notes are."""
    with torch.autocast(batch.now.device.type, dtype=torch.bfloat16, enabled=fast):
        return model.heads(batch.before, batch.now, batch.given, batch.step_in_bar, batch.style)


def nats_of(heads: Logits, batch: Batch, unscored: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """``[B, T, parts]``, in double on the processor. The cells of ``unscored [B, T, P, 2]`` are left out."""
    logits, loud = heads
    parts = [*log_likelihood(logits, batch.now.to(dtype), unscored)]
    if loud is not None:
        parts.append(velocity_log_likelihood(loud, batch.velocity, batch.now, unscored))
    return torch.stack(parts, -1).double().cpu()


def unpadded(nats: Tensor, pieces: Sequence[Piece]) -> list[Nats]:
    """``[B, T, parts]`` → ``[steps, parts]`` of each piece."""
    return [each[: piece.steps].numpy() for each, piece in zip(nats, pieces, strict=True)]


def stretches(steps: int) -> Iterator[slice]:
    """All steps, ``STRETCH`` at a time."""
    return (slice(begin, min(begin + STRETCH, steps)) for begin in range(0, steps, STRETCH))


@contextmanager
def evaluating(model: nn.Module) -> Generator[None]:
    """Without dropout, and afterwards as before."""
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)


@contextmanager
def carried(part: nn.Module) -> Generator[None]:
    """Each call of ``part`` begins with the states in which the one before left its LSTMs, the first from zero."""
    states: dict[nn.Module, tuple[Tensor, Tensor]] = {}

    def begin(layer: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (inputs[0], states.get(layer))

    def keep(layer: nn.Module, _inputs: object, outputs: tuple[Any, tuple[Tensor, Tensor]]) -> None:
        states[layer] = outputs[1]

    lstms = [layer for layer in part.modules() if isinstance(layer, nn.LSTM)]
    hooks = [layer.register_forward_pre_hook(begin) for layer in lstms]
    hooks += [layer.register_forward_hook(keep) for layer in lstms]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
