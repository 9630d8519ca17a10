"""The biaxial network as the papers have it: no style, nothing given; and what may be added to it.

For piano rolls with or without articulation. ``RollShape()`` with its defaults is Johnson's 2017 network; each
further field is one addition, all of them causal: a step sees earlier steps, a pitch the lower pitches.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from descant_daemon.note_state import PLAY
from descant_export.families.kernel import PITCH_CLASSES, Kernel, KernelShape
from descant_export.families.network import Logits, Network, Stack

LAG_REACH = 2  # semitones to each side that a pitch hears of an earlier step
BELOW_REACH = 12  # semitones downwards that a pitch hears of its own step
COUNT_BITS, COUNT_THREES = 4, 3  # the step's number modulo 16 as bits, modulo 3 as one of three


@dataclass(frozen=True)
class RollShape:
    """Sizes and additions.

    ``held_masks``: one dropout mask for a whole sequence (Moon et al. 2015), not one a step. ``lags``: how
    many steps back a pitch also hears itself and its neighbours. ``counted``: the step's number in its sequence
    is an input. ``below``: a pitch hears the chosen notes below it as a window and as class counts, and how many
    sounded before above and below. ``pitch_bias``: each pitch has an output bias of its own.
    """

    kernel: KernelShape
    time_layers: tuple[int, ...] = (200, 200)
    note_layers: tuple[int, ...] = (100, 100)
    dropout: float = 0.5
    held_masks: bool = True
    lags: tuple[int, ...] = ()
    counted: bool = False
    below: bool = False
    pitch_bias: bool = False

    styles = velocities = 0

    @property
    def past(self) -> int:
        """How many frames before the previous step must be given too."""
        return max(self.lags, default=1) - 1

    @property
    def time_inputs(self) -> int:
        """Features of the time axis."""
        count = COUNT_BITS + COUNT_THREES if self.counted else 0
        return self.kernel.time_features + len(self.lags) * (2 * LAG_REACH + 1) + count

    @property
    def note_inputs(self) -> int:
        """Features of the note axis: the context, the choice just below, and ``below``."""
        below = BELOW_REACH + PITCH_CLASSES + 3 if self.below else 0
        return self.time_layers[-1] + self.kernel.planes + below


class RollBiaxial(Network):
    """Teacher-forced on both axes."""

    shape: RollShape

    def __init__(self, shape: RollShape) -> None:
        """Random weights; ``set_rates`` gives the output its first bias."""
        super().__init__()
        self.shape = shape
        self.kernel = Kernel(shape.kernel)
        self.time_axis = Stack(shape.time_inputs, shape.time_layers, shape.dropout, shape.held_masks)
        self.note_axis = Stack(shape.note_inputs, shape.note_layers, shape.dropout, shape.held_masks)
        self.output = nn.Linear(shape.note_layers[-1], shape.kernel.planes)
        self.pitch_bias = nn.Parameter(
            torch.zeros(shape.kernel.pitches.size, shape.kernel.planes), requires_grad=shape.pitch_bias
        )

    @torch.no_grad()
    def set_rates(self, rates: Tensor) -> None:
        """Let the biases start at the log odds of ``rates [P, planes]``: from zero they cost the first minutes."""
        if self.shape.pitch_bias:
            self.pitch_bias.copy_(torch.logit(rates))
            self.output.bias.zero_()
        else:
            self.output.bias.copy_(torch.logit(rates.mean(0)))

    @property
    def stacks(self) -> tuple[Stack, Stack]:
        """Along time, along pitch."""
        return self.time_axis, self.note_axis

    @property
    def weights_a_step(self) -> int:
        """How many weights of LSTM layers a step is multiplied with, at all pitches (the rest is under 1 %)."""
        return self.shape.kernel.pitches.size * (self.time_axis.weights + self.note_axis.weights)

    def forward(self, before: Tensor, now: Tensor, step_in_bar: Tensor) -> Tensor:
        """Logits ``[B, T, P, planes]`` of the steps ``now``, of the same shape.

        ``before``: ``[B, past + T, P, planes]``; its last T frames are those one step before ``now``.
        ``step_in_bar``: ``[B, T]``, the step's number in its sequence (in its bar, where the kernel has a beat).
        """
        batch, steps, pitches, planes = now.shape
        # Turned round while it is small: step by step for the time axis, pitch by pitch for the note axis.
        earlier, columns, number = before.transpose(0, 1), now.permute(2, 1, 0, 3), step_in_bar.T
        sequence = self._time_features(earlier, number).reshape(steps, batch * pitches, -1)
        context = self.time_axis(sequence).view(steps, batch, pitches, -1).permute(2, 0, 1, 3)
        beside = [pad(columns[:-1], (0, 0, 0, 0, 0, 0, 1, 0))]
        if self.shape.below:
            beside += self._below(
                columns[..., PLAY], earlier[self.shape.past :].permute(2, 0, 1, 3)[..., PLAY]
            )
        column = torch.cat([context, *(part.to(context.dtype) for part in beside)], -1)
        heard = self.note_axis(column.view(pitches, steps * batch, -1))
        logits: Tensor = self.output(heard).view(pitches, steps, batch, planes)
        return (logits + self.pitch_bias[:, None, None]).permute(2, 1, 0, 3)

    def heads(self, before: Tensor, now: Tensor, given: Tensor, step_in_bar: Tensor, style: Tensor) -> Logits:  # noqa: ARG002
        """See ``Network``; nothing is given, and there is one style."""
        return self(before, now, step_in_bar), None

    def _time_features(self, earlier: Tensor, number: Tensor) -> Tensor:
        """``[past + T, B, P, planes]`` and ``[T, B]`` → ``[T, B, P, F]``."""
        steps, past = len(number), self.shape.past
        before = earlier[past:]
        parts = [self.kernel.time(before, number)]
        for lag in self.shape.lags:
            begin = past + 1 - lag
            play = pad(earlier[begin : begin + steps, ..., PLAY], (LAG_REACH, LAG_REACH))
            parts.append(play.unfold(-1, 2 * LAG_REACH + 1, 1))
        if self.shape.counted:
            bits = (number[..., None] >> torch.arange(COUNT_BITS, device=number.device)) & 1
            threes = nn.functional.one_hot(number % COUNT_THREES, COUNT_THREES)
            code = torch.cat([bits, threes], -1)[:, :, None].expand(-1, -1, before.shape[2], -1)
            parts.append(code.to(before.dtype))
        return torch.cat(parts, -1)

    def _below(self, play: Tensor, before: Tensor) -> list[Tensor]:
        """Chosen and previous notes ``[P, T, B]`` → the window below, class counts below, three totals."""
        window = pad(play, (0, 0, 0, 0, BELOW_REACH, 0)).unfold(0, BELOW_REACH, 1)[:-1]
        each = play[..., None] * self.kernel.classes[:, None, None].to(play.dtype)
        counts = each.cumsum(0) - each
        rotation = self.kernel.rotation[:, None, None].expand_as(counts)
        under = before.cumsum(0)
        totals = torch.stack([play.cumsum(0) - play, under - before, under[-1:] - under], -1)
        return [window, counts.gather(-1, rotation), totals]
