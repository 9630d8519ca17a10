"""The log-likelihood of note states, the same for every family that gives each cell a chance."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from descant_daemon.note_state import ARTICULATE, PLAY


def log_likelihood(logits: Tensor, now: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
    """Natural-log likelihood of each step, (play, articulate), each ``[B, T]``, as precise as ``now``.

    Play counts at every pitch that is not given, articulate only where a note that is not given plays
    (Kotecha & Young §3.2, Fig. 3); without that output it is 0.
    """
    free = 1 - given[..., PLAY]
    each = -nn.functional.binary_cross_entropy_with_logits(logits.to(now.dtype), now, reduction="none")
    play = (each[..., PLAY] * free).sum(-1)
    if now.shape[-1] == 1:
        return play, torch.zeros_like(play)
    return play, (each[..., ARTICULATE] * free * now[..., PLAY]).sum(-1)
