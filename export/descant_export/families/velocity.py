"""MIDI velocity as classes of equal width, for the third head where a corpus has dynamics."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from descant_daemon.note_state import ARTICULATE, PLAY

LOUDEST = 128  # one more than MIDI's largest velocity


def velocity_class(velocity: Tensor, classes: int) -> Tensor:
    """MIDI velocities (1 to 127) → 0 to ``classes`` - 1, as integers."""
    return velocity.long() * classes // LOUDEST


def velocity_of(chosen: Tensor, classes: int) -> Tensor:
    """The MIDI velocity in the middle of a class, 1 to 127."""
    return ((2 * chosen + 1) * LOUDEST // (2 * classes)).clamp(1, LOUDEST - 1)


def velocity_log_likelihood(logits: Tensor, velocity: Tensor, now: Tensor, given: Tensor) -> Tensor:
    """Natural-log likelihood of each step's velocities ``[B, T]``.

    ``logits``: ``[B, T, P, classes]``, of the third head. ``velocity``: ``[B, T, P]``, 0 where it
    is not known. ``now``, ``given``: states. It counts where a note that is not given is struck and its velocity
    is known.
    """
    counts = now[..., ARTICULATE] * (1 - given[..., PLAY]) * (velocity > 0)
    wanted = velocity_class(velocity, logits.shape[-1])
    each = -nn.functional.cross_entropy(logits.float().movedim(-1, 1), wanted, reduction="none")
    return torch.sum(each * counts, -1)
