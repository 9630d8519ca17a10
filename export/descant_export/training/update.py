"""The log-likelihood of a batch, and its gradients."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from descant_export.families.likelihood import log_likelihood
from descant_export.families.network import Logits, Network
from descant_export.families.velocity import velocity_log_likelihood
from descant_export.training.batches import Batch
from descant_export.training.ranks import Ranks


class Heads(nn.Module):
    """A network's ``heads`` as a module's ``forward``, which is what several processes can wrap."""

    def __init__(self, model: Network) -> None:
        """Shares the model's weights."""
        super().__init__()
        self.model = model

    def forward(
        self, before: Tensor, now: Tensor, given: Tensor, step_in_bar: Tensor, style: Tensor
    ) -> Logits:
        """See ``Network.heads``."""
        return self.model.heads(before, now, given, step_in_bar, style)


def backward(model: nn.Module, batch: Batch, ranks: Ranks, *, fast: bool) -> Tensor:
    """Add up the gradients of one batch; returns the log-likelihoods, nats a step, of its notes and velocities.

    ``model``: ``Heads``. The batch is this process's share of the rows. The mean is over the steps of all of them,
    so that several processes have the gradients of one.
    """
    with torch.autocast(batch.now.device.type, dtype=torch.bfloat16, enabled=fast):
        states = (batch.before, batch.now, batch.given)
        before, now, given = (state.bfloat16() for state in states) if fast else states  # 0 and 1 are exact
        logits, loud = model(before, now, given, batch.step_in_bar, batch.style)
    play, articulate = log_likelihood(logits, batch.now, batch.given)
    steps = ranks.sum(batch.real.sum())
    totals = [((play + articulate) * batch.real).sum() / steps]
    if loud is not None:
        struck = velocity_log_likelihood(loud, batch.velocity, batch.now, batch.given)
        totals.append((struck * batch.real).sum() / steps)
    # The gradients will be averaged over the processes; their sum is wanted.
    (-torch.stack(totals).sum() * ranks.world).backward()  # type: ignore[no-untyped-call]
    found = torch.stack([total.detach() for total in totals])
    return ranks.sum(nn.functional.pad(found, (0, 2 - len(found))))
