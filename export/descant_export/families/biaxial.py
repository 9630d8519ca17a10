"""The biaxial LSTM (Johnson 2015/2017; Kotecha & Young §3): along time with weights shared over pitches,
then along pitch with weights shared over time; with the notes that the player gives known from the start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked
from torch import Tensor, nn

from descant_daemon.engine.choice import Array
from descant_daemon.model.contract import BATCH, STRETCH, VELOCITY, Role, layer_weights
from descant_daemon.model.forms import BiaxialMetadata
from descant_daemon.note_state import PLAY, PitchRange, State
from descant_export.families.kernel import Kernel, KernelShape
from descant_export.families.network import Layers, Network, PlayingSizes, Stack, joined, row
from descant_export.onnx_graphs.builder import GraphBuilder
from descant_export.onnx_graphs.parts import class_counts, lstm_layers, pitch_features, scalar, size, vicinity

QUIET_PLAY, QUIET_ARTICULATE = (
    -3.0,
    -0.5,
)  # output biases near the rates of real music: saves the first minutes


@dataclass(frozen=True)
class BiaxialShape:
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

    shape: BiaxialShape

    def __init__(self, shape: BiaxialShape) -> None:
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

    @torch.no_grad()
    def set_rates(self, rates: Tensor) -> None:
        """See ``Network``."""
        self.output.bias.copy_(torch.logit(rates.mean(0)))

    def graphs(self) -> dict[Role, GraphBuilder]:
        """See ``Network``; of the input kernel ``kernel-1`` alone."""
        return {"time": _time_axis(self), "note": _note_axis(self)}

    def note_feed(self, along: Array, now: State, given: State) -> dict[str, NDArray[np.generic]]:
        """See ``Network``."""
        lower = np.concatenate([np.zeros((1, 2), np.float32), now[:-1]])
        return {
            "context": along[None],
            "given": given[None],
            "first": np.array([0], np.int64),
            "lower": lower[None],
        }

    def metadata(self, **common: Any) -> BiaxialMetadata:
        """See ``Network``."""
        shape = self.shape
        return BiaxialMetadata(
            **self.common(),
            time_layers=shape.time_layers,
            note_layers=shape.note_layers,
            vicinity=shape.kernel.vicinity,
            beat_cycle=shape.kernel.beat_cycle,
            **common,
        )

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


def _time_axis(model: Biaxial) -> GraphBuilder:
    """Previous state, beat, style and hidden state → context for every pitch, new hidden state."""
    graph, pitches = GraphBuilder("time_axis"), model.shape.kernel.pitches.size
    features = pitch_features(graph, model.kernel, model.style)
    sequence = lstm_layers(graph, model.time_axis.lstms, features, [pitches])
    last = model.shape.time_layers[-1]
    graph.output("context", graph.reshape(sequence, [-1, pitches, last]), [BATCH, pitches, last])
    return graph


def _note_axis(model: Biaxial) -> GraphBuilder:
    """A stretch of pitches upwards: context, given notes and the choices below → logits, new hidden state.

    And the logits of velocity classes, where the network has that head.
    """
    graph, shape, kernel = GraphBuilder("note_axis"), model.shape, model.kernel
    pitches = shape.kernel.pitches.size
    context = graph.input("context", [BATCH, pitches, shape.time_layers[-1]])
    given = graph.input("given", [BATCH, pitches, 2])
    first = graph.input("first", [1], integer=True)
    lower = graph.input("lower", [BATCH, STRETCH, 2])
    length = graph.reshape(size(graph, lower, 1), [])
    zero, one = graph.constant(scalar(0)), graph.constant(scalar(1))
    stretch = graph.node("Add", graph.node("Range", zero, length, one), first)
    rows = graph.node("Gather", graph.constant(kernel.window), stretch, axis=0)
    rotation = graph.node("Gather", graph.constant(kernel.rotation), stretch, axis=0)
    play = graph.node("Gather", given, graph.constant(scalar(PLAY)), axis=2)
    below = graph.node("CumSum", play, graph.constant(scalar(1)), exclusive=1)
    total = graph.node("ReduceSum", play, graph.constant([1]), keepdims=1)
    above = graph.node("Sub", graph.node("Sub", total, below), play)
    counts = [
        graph.node("Unsqueeze", graph.node("Gather", count, stretch, axis=1), graph.constant([2]))
        for count in (below, above)
    ]
    column = graph.node(
        "Concat",
        graph.node("Gather", context, stretch, axis=1),
        lower,
        graph.reshape(vicinity(graph, kernel, given, rows), [0, 0, -1]),
        graph.node("Gather", class_counts(graph, kernel, given), rotation, axis=1),
        *counts,
        axis=2,
    )
    sequence = graph.node("Transpose", column, perm=[1, 0, 2])
    lead, second = graph.constant([0]), graph.constant([1])
    for index, layer in enumerate(model.note_axis.lstms):
        states = [graph.input(f"note_{part}{index}", [BATCH, layer.hidden_size]) for part in "hc"]
        every, hidden, cell = graph.lstm(
            layer,
            sequence,
            *(graph.node("Unsqueeze", each, lead) for each in states),
            names=layer_weights("note", index),
        )
        for part, value in (("h", hidden), ("c", cell)):
            graph.output(
                f"note_{part}{index}_next", graph.node("Squeeze", value, lead), [BATCH, layer.hidden_size]
            )
        sequence = graph.node("Squeeze", every, second)
    heads = {"logits": model.output} | ({VELOCITY: model.velocity} if model.velocity is not None else {})
    for name, head in heads.items():
        weighted = graph.node("MatMul", sequence, graph.constant(head.weight.T, f"{name}_weight"))
        logits = graph.node("Add", weighted, graph.constant(head.bias, f"{name}_bias"))
        graph.output(
            name, graph.node("Transpose", logits, perm=[1, 0, 2]), [BATCH, STRETCH, head.out_features]
        )
    return graph


@checked(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class BiaxialSizes(PlayingSizes):
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

    def shape(self, styles: int, velocities: int) -> BiaxialShape:
        """As the network has it."""
        kernel = KernelShape(self.pitches, self.vicinity, self.beat_cycle)
        layers = self.time_layers, self.note_layers
        return BiaxialShape(kernel, *layers, styles, self.style_size, self.dropout, velocities)

    def network(self, shape: BiaxialShape) -> Biaxial:
        """See ``Sizes``."""
        return Biaxial(shape)
