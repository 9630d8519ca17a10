"""The roll LSTM: the notes of a step as a sum of learned vectors, an LSTM along time, and a coin for each pitch.

All pitches of a step are independent of one another, given the past: where the music goes on with C or with D, both may
sound, or neither. It is the simplest network that plays, and what the others are measured against.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as checked
from torch import Tensor, nn

from descant_daemon.engine.choice import Array
from descant_daemon.model.contract import BATCH, Role
from descant_daemon.model.forms import RollMetadata
from descant_daemon.note_state import State
from descant_export.families.biaxial import QUIET_ARTICULATE, QUIET_PLAY
from descant_export.families.kernel import KernelShape, beat_code
from descant_export.families.network import Layers, Logits, Network, PlayingSizes, Stack, Units, joined, row
from descant_export.onnx_graphs.builder import GraphBuilder
from descant_export.onnx_graphs.parts import dense, lstm_layers, told


@dataclass(frozen=True)
class LstmShape:
    """Every size. ``embedding``: of a pitch's vector. ``tied``: the same vectors lead back to pitches, for which
    the last layer must be as wide as they are. Of ``kernel`` the pitches, planes and the beat are used. ``styles``: 0
    for none.
    """

    kernel: KernelShape
    embedding: int = 128
    time_layers: tuple[int, ...] = (128, 128)
    tied: bool = False
    styles: int = 0
    style_size: int = 4
    dropout: float = 0.5
    held_masks: bool = False

    past = 0
    velocities = 0

    @property
    def time_inputs(self) -> int:
        """Features of the LSTM."""
        beat = 0 if self.kernel.beat == "none" else self.kernel.beat_bits
        return self.embedding + beat + (self.style_size if self.styles else 0)


class RollLstm(Network):
    """Teacher-forced along time."""

    shape: LstmShape

    def __init__(self, shape: LstmShape) -> None:
        """Random weights; ``set_rates`` gives the output its first bias."""
        super().__init__()
        self.shape = shape
        cells = shape.kernel.pitches.size * shape.kernel.planes
        self.embedding = nn.Linear(cells, shape.embedding, bias=False)
        self.style = nn.Linear(shape.styles, shape.style_size) if shape.styles else None
        self.time_axis = Stack(shape.time_inputs, shape.time_layers, shape.dropout, shape.held_masks)
        self.output = None if shape.tied else nn.Linear(shape.time_layers[-1], cells, bias=False)
        self.bias = nn.Parameter(torch.zeros(cells))
        self.beats: Tensor
        self.register_buffer("beats", beat_code(shape.kernel), persistent=False)
        with torch.no_grad():
            quiet = torch.tensor([QUIET_PLAY, QUIET_ARTICULATE])[: shape.kernel.planes]
            self.bias.copy_(quiet.repeat(shape.kernel.pitches.size))

    @torch.no_grad()
    def set_rates(self, rates: Tensor) -> None:
        """Let the output's biases start at the log odds of ``rates [P, planes]``."""
        self.bias.copy_(torch.logit(rates).flatten())

    @property
    def stacks(self) -> tuple[Stack]:
        """Along time."""
        return (self.time_axis,)

    @property
    def weights_a_step(self) -> int:
        """See ``Network``."""
        return (
            self.time_axis.weights
            + self.embedding.weight.numel()
            + self.bias.numel() * self.shape.time_layers[-1]
        )

    def forward(
        self,
        before: Tensor,
        _now: Tensor,
        _given: Tensor | None = None,
        step_in_bar: Tensor | None = None,
        style: Tensor | None = None,
    ) -> Tensor:
        """Logits ``[B, T, P, planes]``; what sounds in a step is not heard before the next step."""
        steps = before.shape[1]
        heard = [self.embedding(before.flatten(-2).transpose(0, 1))]
        if self.shape.kernel.beat != "none":
            assert step_in_bar is not None
            heard.append(self.beats[step_in_bar.T % self.shape.kernel.beat_cycle])
        if self.style is not None:
            heard.append(torch.tanh(self.style(style)).expand(steps, -1, -1))
        sequence = torch.cat([part.to(heard[0].dtype) for part in heard], -1)
        logits = torch.nn.functional.linear(self.time_axis(sequence), self.back, self.bias).transpose(0, 1)
        return logits.reshape(before.shape)

    @property
    def back(self) -> Tensor:
        """From the last layer to pitches, ``[P × planes, H]``."""
        return self.embedding.weight.T if self.output is None else self.output.weight

    def graphs(self) -> dict[Role, GraphBuilder]:
        """See ``Network``."""
        assert self.style is not None
        graph, pitches = GraphBuilder("time_axis"), self.shape.kernel.pitches.size
        state, beat, code = told(graph, self.shape.kernel, self.style, self.beats)
        flat = graph.reshape(state, [0, -1])
        heard = graph.node("MatMul", flat, graph.constant(self.embedding.weight.T))
        features = graph.reshape(
            graph.node("Concat", heard, beat, code, axis=1), [1, -1, self.shape.time_inputs]
        )
        sequence = lstm_layers(graph, self.time_axis.lstms, features, [])
        logits = dense(graph, sequence, self.back, self.bias, [-1, pitches, 2])
        graph.output("logits", logits, [BATCH, pitches, 2])
        return {"time": graph}

    def note_feed(self, along: Array, now: State, given: State) -> dict[str, NDArray[np.generic]]:  # noqa: ARG002
        """See ``Network``."""
        return {}

    def metadata(self, **common: Any) -> RollMetadata:
        """See ``Network``."""
        return RollMetadata(**self.common(), time_layers=self.shape.time_layers, **common)

    def heads(self, before: Tensor, now: Tensor, given: Tensor, step_in_bar: Tensor, style: Tensor) -> Logits:
        """See ``Network``."""
        return self(before, now, given, step_in_bar, style), None


@checked(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class RollSizes(PlayingSizes):
    """The part of a config."""

    time_layers: Layers = row((128, 128), "Units of the LSTM layers.")
    embedding: Units = row(128, "Numbers that stand for a pitch.")
    tied: bool = row(
        False, "Whether the same numbers lead back to pitches; the last of time_layers must be as wide."
    )

    family: ClassVar[str] = "roll"
    line: ClassVar[str] = "one LSTM, then a coin a pitch; small, quick, and hears what you hold one step late"
    tells_velocity: ClassVar[bool] = False

    def described(self) -> str:
        """See ``Sizes``."""
        return (
            f"A roll LSTM: pitches of {self.embedding} numbers, {joined(self.time_layers)} units, each pitch\n"
            "independent of the others in its step, given notes known in the next step"
        )

    def shape(self, styles: int, velocities: int) -> LstmShape:  # noqa: ARG002
        """As the network has it."""
        return LstmShape(
            KernelShape(self.pitches, beat_cycle=self.beat_cycle),
            self.embedding,
            self.time_layers,
            self.tied,
            styles,
            self.style_size,
            self.dropout,
        )

    def network(self, shape: LstmShape) -> RollLstm:
        """See ``Sizes``."""
        return RollLstm(shape)
