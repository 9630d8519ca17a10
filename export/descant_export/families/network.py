"""What a family of networks is to training, evaluation and export."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass
from torch import Tensor, nn

from descant_daemon.engine.choice import Array
from descant_daemon.model.contract import PLANES, VELOCITY, Role
from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.note_state import PitchRange, State
from descant_export.families.kernel import KernelShape
from descant_export.onnx_graphs.builder import GraphBuilder

Logits = tuple[Tensor, Tensor | None]
"""``[B, T, P, 2]`` of (play, articulate), and ``[B, T, P, V]`` of velocity classes where the network has that head."""


class Shape(Protocol):
    """Every size of a network."""

    @property
    def kernel(self) -> KernelShape:
        """Its pitches and its bar, at least."""
        ...

    @property
    def styles(self) -> int:
        """How many it knows."""
        ...

    @property
    def velocities(self) -> int:
        """Classes of the velocity head, 0 where there is none."""
        ...


class Stack(nn.Module):
    """LSTM layers one after the other, dropout after each (§3.1)."""

    def __init__(self, inputs: int, sizes: tuple[int, ...], dropout: float, held_masks: bool = False) -> None:
        """``inputs`` features into layers of ``sizes`` units; ``held_masks``: one mask for a whole sequence."""
        super().__init__()
        widths = [inputs, *sizes]
        self.layers = nn.ModuleList(nn.LSTM(wide, size) for wide, size in pairwise(widths))
        self.dropout = nn.Dropout(dropout)
        self.held_masks = held_masks

    @property
    def lstms(self) -> list[nn.LSTM]:
        """Its layers, from the input up."""
        return [layer for layer in self.layers if isinstance(layer, nn.LSTM)]

    @property
    def weights(self) -> int:
        """Of its matrices."""
        return sum(each.numel() for each in self.parameters() if each.ndim == 2)

    def forward(self, sequence: Tensor) -> Tensor:
        """``[length, batch, inputs]`` → ``[length, batch, last size]``, from a zero state."""
        for layer in self.layers:
            sequence = layer(sequence)[0]
            if self.held_masks:
                sequence = sequence * self.dropout(torch.ones_like(sequence[:1]))
            else:
                sequence = self.dropout(sequence)
        return sequence


class Network(nn.Module):
    """A network of note states: each step given the steps before it and what the player holds in it."""

    shape: Any
    """A ``Shape`` of its family."""

    @property
    def stacks(self) -> Sequence[Stack]:
        """Its stacks of LSTM layers, whose dropout training draws."""
        raise NotImplementedError

    @property
    def weights_a_step(self) -> int:
        """How many weights of matrices a step is multiplied with, at all pitches."""
        raise NotImplementedError

    def graphs(self) -> dict[Role, GraphBuilder]:
        """As the daemon plays it: a graph for each role that ``model/forms.py`` names for the family."""
        raise NotImplementedError

    def metadata(self, **common: Any) -> ModelMetadata:
        """What its files say of it; ``common``: what does not follow from its shape, but for pitches and planes."""
        raise NotImplementedError

    def note_feed(self, along: Array, now: State, given: State) -> dict[str, NDArray[np.generic]]:
        """What the note graph takes to give the logits of all pitches, its hidden state aside.

        ``along``: what the time graph said, ``[P, …]``; ``now``, ``given``: the step ``[P, 2]``, teacher-forced. Empty
        where there is no such graph.
        """
        raise NotImplementedError

    def common(self) -> dict[str, Any]:
        """What follows from every shape."""
        pitches = self.shape.kernel.pitches
        planes = (*PLANES, VELOCITY) if self.shape.velocities else PLANES
        return {"pitch_low": pitches.low, "pitch_high": pitches.high, "planes": planes}

    def set_rates(self, rates: Tensor) -> None:
        """Let the output's bias start at the log odds of ``rates [P, planes]``: from zero it costs minutes."""
        raise NotImplementedError

    def heads(self, before: Tensor, now: Tensor, given: Tensor, step_in_bar: Tensor, style: Tensor) -> Logits:
        """Teacher-forced logits of every step.

        ``before``, ``now``: states of the step before and of the step itself, ``[B, T, P, 2]``. ``given``: what the
        player holds in the step itself, a part of ``now``. ``step_in_bar``: ``[B, T]``; ``style``: ``[B, S]``.
        """
        raise NotImplementedError


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Key = Annotated[int, Field(ge=0, le=127)]
Units = Annotated[int, Field(ge=1, le=4096)]
Layers = Annotated[tuple[Units, ...], BeforeValidator(_listed), Field(min_length=1)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
Share = Annotated[float, Field(ge=0, lt=1)]


def row(default: Any, meaning: str) -> Any:
    """A hyperparameter: the YAML file shows its meaning above its value."""
    return Field(default=default, description=meaning)


def joined(layers: Sequence[int]) -> str:
    """Layers in words: ``200 + 100``."""
    return " + ".join(map(str, layers))


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class Sizes:
    """The part of a config that describes the network: what every family is asked."""

    pitch_low: Key = row(28, "The lowest MIDI key of the model; 21 to 108 is a piano.")
    pitch_high: Key = row(91, "The highest.")

    @property
    def pitches(self) -> PitchRange:
        """The keys of the model."""
        return PitchRange(self.pitch_low, self.pitch_high)

    family: ClassVar[str]
    line: ClassVar[str]
    """What it is, in a line."""
    tells_velocity: ClassVar[bool] = True

    def described(self) -> str:
        """Its kind and sizes, as the card has it."""
        raise NotImplementedError

    def shape(self, styles: int, velocities: int) -> Any:
        """As the network has it; ``velocities``: classes, or 0."""
        raise NotImplementedError

    def network(self, shape: Any) -> Network:
        """Of that ``shape``, with random weights."""
        raise NotImplementedError


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class PlayingSizes(Sizes):
    """What a family is asked that plays."""

    beat_cycle: Annotated[int, Field(ge=1, le=1024)] = row(
        16, "Steps in a bar: the network is told where in it a step lies."
    )
    time_layers: Layers = row((200, 200), "Units of the LSTM layers along time.")
    style_size: Annotated[int, Field(ge=1)] = row(4, "Numbers that stand for a style inside the network.")
    dropout: Share = row(
        0.5,
        "Share of each layer's outputs left out in training. The papers: 0.5; lower if it learns too slowly.",
    )
