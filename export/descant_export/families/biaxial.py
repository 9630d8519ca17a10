"""The biaxial LSTM (Johnson 2015/2017; Kotecha & Young §3): along time with weights shared over pitches,
then along pitch with weights shared over time; with the notes that the player gives known from the start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import torch
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked
from torch import Tensor, nn

from descant_daemon.note_state import PitchRange
from descant_export.families.kernel import Kernel, KernelShape
from descant_export.families.network import Layers, Network, Sizes, Stack, joined, row

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


class Biaxial(Network):
    """Teacher-forced: true notes before in time and below in pitch (the conditional distribution of §3.1)."""

    shape: Shape

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

    @property
    def stacks(self) -> tuple[Stack, Stack]:
        """Along time, along pitch."""
        return self.time_axis, self.note_axis

    @property
    def weights_a_step(self) -> int:
        """See ``Network``."""
        each = self.time_axis.weights + self.note_axis.weights + self.output.weight.numel()
        return self.shape.kernel.pitches.size * each

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


@checked(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class BiaxialSizes(Sizes):
    """The part of a config."""

    vicinity: Annotated[int, Field(ge=1, le=64)] = row(
        12, "How many semitones to each side a pitch sees of the step before (Kotecha & Young §3.2)."
    )
    note_layers: Layers = row((128, 64), "Units of the LSTM layers along pitch.")

    family: ClassVar[str] = "biaxial"
    line: ClassVar[str] = (
        "two LSTMs, along time and along pitch (Johnson 2017); hears the most, costs the most"
    )

    def described(self) -> str:
        """See ``Sizes``."""
        return (
            f"A biaxial LSTM: time axis {joined(self.time_layers)} units shared over pitches, note axis\n"
            f"{joined(self.note_layers)} units upwards, given notes known to the note axis"
        )

    def shape(self, styles: int, velocities: int) -> Shape:
        """As the network has it."""
        kernel = KernelShape(self.pitches, self.vicinity, self.beat_cycle)
        layers = self.time_layers, self.note_layers
        return Shape(kernel, *layers, styles, self.style_size, self.dropout, velocities)

    @staticmethod
    def build(shape: Shape) -> Biaxial:
        """See ``Sizes``."""
        return Biaxial(shape)
