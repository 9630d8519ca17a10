"""The biaxial LSTM (Johnson 2015/2017; Kotecha & Young §3): along time with weights shared over pitches,
then along pitch with weights shared over time; with the notes that the player gives known from the start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor, nn

from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange
from descant_export.model.kernel import Kernel, KernelShape

QUIET_PLAY, QUIET_ARTICULATE = (
    -3.0,
    -0.5,
)  # output biases near the rates of real music: saves the first minutes


@dataclass(frozen=True)
class Shape:
    """Every size of the network. ``velocities``: classes of the third head; 0 where there is none."""

    kernel: KernelShape = field(default_factory=lambda: KernelShape(PitchRange(21, 108)))
    time_layers: tuple[int, ...] = (300, 300)
    note_layers: tuple[int, ...] = (100, 50)
    styles: int = 1
    style_size: int = 4
    dropout: float = 0.5
    velocities: int = 0


class Stack(nn.Module):
    """LSTM layers one after the other, dropout after each (§3.1)."""

    def __init__(self, inputs: int, sizes: tuple[int, ...], dropout: float, held_masks: bool = False) -> None:
        """``inputs`` features into layers of ``sizes`` units; ``held_masks``: one mask for a whole sequence."""
        super().__init__()
        widths = [inputs, *sizes]
        self.layers = nn.ModuleList(nn.LSTM(wide, size) for wide, size in pairwise(widths))
        self.dropout = nn.Dropout(dropout)
        self.held_masks = held_masks

    def forward(self, sequence: Tensor) -> Tensor:
        """``[length, batch, inputs]`` → ``[length, batch, last size]``, from a zero state."""
        for layer in self.layers:
            sequence = layer(sequence)[0]
            if self.held_masks:
                sequence = sequence * self.dropout(torch.ones_like(sequence[:1]))
            else:
                sequence = self.dropout(sequence)
        return sequence


class Biaxial(nn.Module):
    """Teacher-forced: true notes before in time and below in pitch (the conditional distribution of §3.1)."""

    def __init__(self, shape: Shape) -> None:
        """Random weights; see ``descant train``."""
        super().__init__()
        self.shape = shape
        self.kernel = Kernel(shape.kernel)
        self.style = nn.Linear(shape.styles, shape.style_size)
        self.time_axis = Stack(
            shape.kernel.time_features + shape.style_size, shape.time_layers, shape.dropout
        )
        note_inputs = shape.time_layers[-1] + 2 + shape.kernel.given_features
        self.note_axis = Stack(note_inputs, shape.note_layers, shape.dropout)
        self.output = nn.Linear(shape.note_layers[-1], 2)
        with torch.no_grad():
            self.output.bias.copy_(torch.tensor([QUIET_PLAY, QUIET_ARTICULATE]))
        # A head beside the two that play: the exported graphs and older checkpoints know nothing of it.
        self.velocity = nn.Linear(shape.note_layers[-1], shape.velocities) if shape.velocities else None

    def forward(
        self, before: Tensor, now: Tensor, given: Tensor, step_in_bar: Tensor, style: Tensor
    ) -> Tensor:
        """Logits ``[B, T, P, 2]`` of (play, articulate).

        ``before``, ``now``: states of the step before and of the step itself, ``[B, T, P, 2]``.
        ``given``: what the player holds in the step itself, same shape, a part of ``now``.
        ``step_in_bar``: ``[B, T]``; ``style``: ``[B, S]``.
        """
        return self.heads(before, now, given, step_in_bar, style)[0]

    def heads(
        self, before: Tensor, now: Tensor, given: Tensor, step_in_bar: Tensor, style: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        """As ``forward``, and the logits of velocity classes ``[B, T, P, velocities]`` where there is that head."""
        batch, steps, pitches, _ = before.shape
        features = self.kernel.time(before, step_in_bar)
        style_code = torch.tanh(self.style(style))[:, None, None, :].expand(-1, steps, pitches, -1)
        sequence = torch.cat([features, style_code.to(features.dtype)], -1)
        along_time = sequence.permute(1, 0, 2, 3).reshape(steps, batch * pitches, -1)
        context = self.time_axis(along_time).view(steps, batch, pitches, -1)
        lower = torch.nn.functional.pad(now[:, :, :-1], (0, 0, 1, 0))
        beside = torch.cat([lower, self.kernel.given(given)], -1).permute(1, 0, 2, 3)
        column = torch.cat([context, beside.to(context.dtype)], -1)
        along_pitch = column.permute(2, 1, 0, 3).reshape(pitches, batch * steps, -1)
        heard = self.note_axis(along_pitch)

        def by_step(logits: Tensor) -> Tensor:
            return logits.view(pitches, batch, steps, -1).permute(1, 2, 0, 3)

        velocity = None if self.velocity is None else by_step(self.velocity(heard))
        return by_step(self.output(heard)), velocity


class Heads(nn.Module):
    """A model's ``heads`` as a module's ``forward``, which is what several processes can wrap."""

    def __init__(self, model: Biaxial) -> None:
        """Shares the model's weights."""
        super().__init__()
        self.model = model

    def forward(
        self, before: Tensor, now: Tensor, given: Tensor, step_in_bar: Tensor, style: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        """See ``Biaxial.heads``."""
        return self.model.heads(before, now, given, step_in_bar, style)


def log_likelihood(logits: Tensor, now: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
    """Natural-log likelihood of each step, (play, articulate), each ``[B, T]``.

    Play counts at every pitch that is not given, articulate only where a note that is not given plays
    (Kotecha & Young §3.2, Fig. 3).
    """
    free = 1 - given[..., PLAY]
    each = -nn.functional.binary_cross_entropy_with_logits(logits.float(), now, reduction="none")
    return (each[..., PLAY] * free).sum(-1), (each[..., ARTICULATE] * free * now[..., PLAY]).sum(-1)
