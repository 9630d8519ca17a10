"""TP-LSTM-NADE (Johnson 2017 §2.1): an LSTM along time with weights tied over the pitches, and a NADE from the lowest
pitch up, whose hidden layer is computed anew at each pitch from the notes of the step that are known by then.

Nothing accumulates over the pitches, so training sees all of them at once: what pitch n hears of its own step is one
matrix product. For a product, the player's notes are known from the start, above the pitch as well as below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked
from torch import Tensor, nn

from descant_daemon.engine.choice import Array
from descant_daemon.model.contract import BATCH, PITCH_CLASSES, VELOCITY, Role
from descant_daemon.model.forms import WINDOW, TpNadeMetadata
from descant_daemon.note_state import PLAY, State
from descant_export.families.biaxial import QUIET_ARTICULATE, QUIET_PLAY
from descant_export.families.kernel import Kernel, KernelShape
from descant_export.families.network import Logits, Network, PlayingSizes, Stack, Units, joined, row
from descant_export.onnx_graphs.builder import GraphBuilder
from descant_export.onnx_graphs.parts import dense, lstm_layers, pitch_features


@dataclass(frozen=True)
class NadeShape:
    """Every size. ``hidden``: units of the NADE. ``window``: where the 25 pitches lie that a pitch hears of its own
    step, 12 to each side or 24 below. ``styles``: 0 for a network that knows none. ``velocities``: classes of that
    head, or 0.
    """

    kernel: KernelShape
    time_layers: tuple[int, ...] = (200, 200)
    hidden: int = 100
    window: Literal["centred", "below"] = "centred"
    styles: int = 0
    style_size: int = 4
    dropout: float = 0.5
    held_masks: bool = False
    velocities: int = 0

    past = 0  # steps before the previous one that are heard beside the state

    @property
    def time_inputs(self) -> int:
        """Features of the time axis."""
        return self.kernel.time_features + (self.style_size if self.styles else 0)

    @property
    def seen(self) -> int:
        """Features of a pitch's own step: its window, and the class counts from its own class up."""
        return self.kernel.planes * WINDOW + PITCH_CLASSES

    @property
    def outputs(self) -> int:
        """Logits a pitch."""
        return self.kernel.planes + self.velocities


class TpNade(Network):
    """Teacher-forced on both axes."""

    shape: NadeShape

    def __init__(self, shape: NadeShape) -> None:
        """Random weights; ``set_rates`` gives the output its first bias."""
        super().__init__()
        self.shape = shape
        self.kernel = Kernel(shape.kernel)
        self.style = nn.Linear(shape.styles, shape.style_size) if shape.styles else None
        self.time_axis = Stack(shape.time_inputs, shape.time_layers, shape.dropout, shape.held_masks)
        self.known = nn.Linear(shape.time_layers[-1], shape.hidden + shape.outputs)
        self.heard = nn.Linear(shape.seen, shape.hidden, bias=False)
        self.output = nn.Linear(shape.hidden, shape.outputs, bias=False)
        self.lower: Tensor
        self.upper: Tensor
        lower, upper = seen_tables(shape)
        self.register_buffer("lower", lower, persistent=False)
        self.register_buffer("upper", upper, persistent=False)
        with torch.no_grad():
            quiet = torch.tensor([QUIET_PLAY, QUIET_ARTICULATE])[: shape.kernel.planes]
            self.known.bias[shape.hidden : shape.hidden + shape.kernel.planes] = quiet

    @torch.no_grad()
    def set_rates(self, rates: Tensor) -> None:
        """Let the output's bias start at the log odds of ``rates [P, planes]``."""
        first = self.shape.hidden
        self.known.bias[first : first + rates.shape[1]] = torch.logit(rates.mean(0))

    @property
    def stacks(self) -> tuple[Stack]:
        """Along time."""
        return (self.time_axis,)

    @property
    def weights_a_step(self) -> int:
        """See ``Network``."""
        layers = self.known, self.heard, self.output
        return self.shape.kernel.pitches.size * (
            self.time_axis.weights + sum(layer.weight.numel() for layer in layers)
        )

    def forward(
        self,
        before: Tensor,
        now: Tensor,
        given: Tensor | None = None,
        step_in_bar: Tensor | None = None,
        style: Tensor | None = None,
    ) -> Tensor:
        """Logits ``[B, T, P, planes + velocities]``.

        ``before``, ``now``: states of the step before and of the step itself, ``[B, T, P, planes]``. ``given``: what
        the player holds in the step itself, a part of ``now``. ``step_in_bar``: ``[B, T]``; ``style``: ``[B, S]``.
        """
        known = self.known(self._context(before, step_in_bar, style))
        seen = self._seen(now, self.lower)
        if given is not None:
            seen = seen + self._seen(given, self.upper)
        to_hidden, to_output = known.split([self.shape.hidden, self.shape.outputs], -1)
        logits: Tensor = self.output(torch.sigmoid(to_hidden + self.heard(seen))) + to_output
        return logits

    def graphs(self) -> dict[Role, GraphBuilder]:
        """See ``Network``."""
        return {"time": self._time_graph(), "note": self._note_graph()}

    def _time_graph(self) -> GraphBuilder:
        assert self.style is not None
        graph, pitches = GraphBuilder("time_axis"), self.shape.kernel.pitches.size
        features = pitch_features(graph, self.kernel, self.style)
        context = lstm_layers(graph, self.time_axis.lstms, features, [pitches])
        wide = self.known.out_features
        known = dense(graph, context, self.known.weight, self.known.bias, [-1, pitches, wide])
        graph.output("known", known, [BATCH, pitches, wide])
        return graph

    def _note_graph(self) -> GraphBuilder:
        graph, hidden, velocities = GraphBuilder("note_axis"), self.shape.hidden, self.shape.velocities
        known = graph.input("known", [BATCH, self.known.out_features])
        notes = graph.input("notes", [BATCH, self.shape.seen])
        to_hidden, to_output = (
            graph.node("Gather", known, graph.constant(list(columns)), axis=1)
            for columns in (range(hidden), range(hidden, self.known.out_features))
        )
        seen = graph.node("MatMul", notes, graph.constant(self.heard.weight.T, "window"))
        units = graph.node("Sigmoid", graph.node("Add", to_hidden, seen))
        weighed = graph.node("MatMul", units, graph.constant(self.output.weight.T, "output"))
        logits = graph.node("Add", to_output, weighed)
        planes = self.shape.kernel.planes
        heads = {"logits": range(planes)} | (
            {VELOCITY: range(planes, planes + velocities)} if velocities else {}
        )
        for name, columns in heads.items():
            part = graph.node("Gather", logits, graph.constant(list(columns)), axis=1)
            graph.output(name, part, [BATCH, len(columns)])
        return graph

    def note_feed(self, along: Array, now: State, given: State) -> dict[str, NDArray[np.generic]]:
        """See ``Network``."""
        both = zip((now, given), (self.lower, self.upper), strict=True)
        seen = sum(self._seen(torch.from_numpy(state)[None, None], table) for state, table in both)
        return {"known": along, "notes": torch.as_tensor(seen)[0, 0].numpy()}

    def metadata(self, **common: Any) -> TpNadeMetadata:
        """See ``Network``."""
        shape = self.shape
        return TpNadeMetadata(
            **self.common(),
            time_layers=shape.time_layers,
            hidden=shape.hidden,
            window=shape.window,
            **common,
        )

    def heads(self, before: Tensor, now: Tensor, given: Tensor, step_in_bar: Tensor, style: Tensor) -> Logits:
        """See ``Network``."""
        logits = self(before, now, given, step_in_bar, style)
        planes = self.shape.kernel.planes
        return logits[..., :planes], logits[..., planes:] if self.shape.velocities else None

    def _context(self, before: Tensor, step_in_bar: Tensor | None, style: Tensor | None) -> Tensor:
        """``[B, T, P, last layer]``."""
        batch, steps, pitches, _ = before.shape
        earlier = before.transpose(0, 1)  # turned round while it is small
        features = self.kernel.time(earlier, None if step_in_bar is None else step_in_bar.T)
        if self.style is not None:
            code = torch.tanh(self.style(style)).to(features.dtype)
            features = torch.cat([features, code[None, :, None].expand(steps, -1, pitches, -1)], -1)
        heard: Tensor = self.time_axis(features.reshape(steps, batch * pitches, -1))
        return heard.view(steps, batch, pitches, -1).transpose(0, 1)

    def _seen(self, state: Tensor, table: Tensor) -> Tensor:
        batch, steps, pitches, _ = state.shape
        return (state.flatten(-2) @ table.to(state.dtype)).view(batch, steps, pitches, -1)


def seen_tables(shape: NadeShape) -> tuple[Tensor, Tensor]:
    """From a state ``[P × planes]`` to what each pitch hears of its own step ``[P × seen]``: of the notes below it, and
    of those above.
    """
    pitches, planes = shape.kernel.pitches.size, shape.kernel.planes
    first = -(WINDOW // 2) if shape.window == "centred" else 1 - WINDOW
    tables = torch.zeros(2, pitches, planes, pitches, shape.seen)
    for own in range(pitches):
        for other in range(pitches):
            if other == own:
                continue  # what a pitch is asked for, it does not hear
            side, place = int(other > own), other - own - first
            if 0 <= place < WINDOW:
                for plane in range(planes):
                    tables[side, other, plane, own, place * planes + plane] = 1
            tables[side, other, PLAY, own, planes * WINDOW + (other - own) % PITCH_CLASSES] = 1
    lower, upper = tables.view(2, pitches * planes, pitches * shape.seen)
    return lower, upper


@checked(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class TpNadeSizes(PlayingSizes):
    """The part of a config."""

    vicinity: Annotated[int, Field(ge=1, le=64)] = row(
        12, "How many semitones to each side a pitch sees of the step before."
    )
    hidden: Units = row(100, "Units of the NADE, which decides pitch by pitch.")
    window: Literal["centred", "below"] = row(
        "centred",
        "Which 25 pitches of its own step a pitch hears: 12 to each side (given ones above), or 24 below.",
    )

    family: ClassVar[str] = "tp-nade"
    line: ClassVar[str] = "an LSTM along time, a NADE along pitch (Johnson 2017); answers fastest"

    def described(self) -> str:
        """See ``Sizes``."""
        return (
            f"A TP-LSTM-NADE: time axis {joined(self.time_layers)} units shared over pitches, NADE of {self.hidden}\n"
            "units upwards, given notes known to it from the start"
        )

    def shape(self, styles: int, velocities: int) -> NadeShape:
        """As the network has it."""
        kernel = KernelShape(self.pitches, self.vicinity, self.beat_cycle)
        return NadeShape(
            kernel,
            self.time_layers,
            self.hidden,
            self.window,
            styles=styles,
            style_size=self.style_size,
            dropout=self.dropout,
            velocities=velocities,
        )

    def network(self, shape: NadeShape) -> TpNade:
        """See ``Sizes``."""
        return TpNade(shape)
