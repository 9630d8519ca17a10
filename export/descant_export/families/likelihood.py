"""The log-likelihood of note states, the same for every family that gives each cell a chance."""

from __future__ import annotations

from torch import Tensor, nn

from descant_daemon.note_state import ARTICULATE, PLAY


def log_likelihood(logits: Tensor, now: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
    """Natural-log likelihood of each step, (play, articulate), each ``[B, T]``.

    Play counts at every pitch that is not given, articulate only where a note that is not given plays
    (Kotecha & Young §3.2, Fig. 3).
    """
    free = 1 - given[..., PLAY]
    each = -nn.functional.binary_cross_entropy_with_logits(logits.float(), now, reduction="none")
    return (each[..., PLAY] * free).sum(-1), (each[..., ARTICULATE] * free * now[..., PLAY]).sum(-1)
