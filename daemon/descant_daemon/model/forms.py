"""The families of networks as their files have them: sizes, graphs, and the weights that the daemon takes by name.

A row of ``FORMS`` a family; who plays from it is in ``families/``. The exporter writes what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from descant_daemon.model.contract import (
    BATCH,
    PITCH_CLASSES,
    STRETCH,
    VELOCITY,
    Graph,
    Port,
    Role,
    layer_weights,
    nexts,
    states,
)
from descant_daemon.model.metadata import ModelMetadata, Size, Text, Units
from descant_daemon.settings.abilities import Ability, Hears
from descant_daemon.settings.choices import Mode

FEATURES: Literal["kernel-1"] = "kernel-1"
SIDES = 2  # how many given notes lie below, and above
WINDOW = 25  # pitches
ALONE: tuple[Mode, ...] = ("free", "respond", "continue", "freeze")


class BiaxialMetadata(ModelMetadata, frozen=True):
    """LSTMs along time, one a pitch with shared weights, and one along pitch (Johnson 2015; Kotecha & Young 2018).

    The daemon runs the graph of the time axis; of the note axis it takes the weights, and samples with them itself
    (``families/biaxial/pitch_sampler.py``): that the graph gives the same logits is what the exporter checks.
    """

    family: Literal["biaxial"] = "biaxial"
    features: Literal["kernel-1"] = FEATURES  # the input kernel is part of the graph
    time_layers: Units
    note_layers: Units
    vicinity: Annotated[int, Field(ge=0, le=127)]  # semitones to either side
    beat_cycle: Annotated[int, Field(ge=1, le=1024)]  # steps

    @property
    def note_features(self) -> int:
        """Inputs of the note axis's first layer; their order is told in ``families/biaxial/note_axis.py``."""
        return self.time_layers[-1] + 2 + 2 * (2 * self.vicinity + 1) + PITCH_CLASSES + SIDES

    def graphs(self) -> Mapping[Role, Graph]:
        """Time axis: all that sounded before → context of every pitch. Note axis: a stretch of pitches upwards.

        Layers as the ONNX operator LSTM has them, gates in the order input, output, forget, cell.
        """
        pitches, context = self.pitches.size, self.time_layers[-1]
        loud = (Port(VELOCITY, (BATCH, STRETCH, self.velocities)),) if self.velocities else ()
        weights, below = dict[str, tuple[int, ...]](), self.note_features
        for index, units in enumerate(self.note_layers):
            shapes = (1, 4 * units, below), (1, 4 * units, units), (1, 8 * units)
            weights |= zip(layer_weights("note", index), shapes, strict=True)
            below = units
        for head, outputs in {"logits": 2, VELOCITY: self.velocities}.items():
            if outputs:
                weights |= {f"{head}_weight": (below, outputs), f"{head}_bias": (outputs,)}
        own = states("note", self.note_layers)
        note = Graph(
            inputs=(
                Port("context", (BATCH, pitches, context)),
                Port("given", (BATCH, pitches, 2)),  # what the player holds in this step
                Port("first", (1,), integer=True),  # index of the stretch's first pitch
                Port("lower", (BATCH, STRETCH, 2)),  # the choice below each pitch of the stretch
                *own,
            ),
            # Of velocities: of a note that is struck.
            outputs=(Port("logits", (BATCH, STRETCH, 2)), *loud, *nexts(own)),
            weights=weights,
            runs=False,
        )
        return {"time": _along_time(self, "context", context), "note": note}


class TpNadeMetadata(ModelMetadata, frozen=True):
    """A TP-LSTM-NADE (Johnson 2017, §2.1 and §3.1): the time axis of the biaxial network, and a NADE along pitch.

    The time graph gives of every pitch what its NADE adds up before the tick, ``known [P, H + 2 + V]``: for its hidden
    units ``b_h + W_yh y``, then ``b_v + W_yv y`` for play and articulate and for the classes of velocity, where there
    are any. The note graph is one pitch's step, whose weights the daemon takes: with ``notes [D]`` of this step,

        h = sigmoid(known[:H] + notes @ window),  logits = known[H:] + h @ output

    ``notes``: the notes of this step that are known by then, chosen or given below the pitch and given above it, in
    ``WINDOW`` pitches as (play, articulate) each, from the lowest up, and then how many of them there are of each pitch
    class, counted upwards from the pitch's own. ``centred``: 12 pitches to either side; ``below``: the pitch and
    24 below it. The pitch itself is never among them. As in all families, articulate counts only where play is 1.
    """

    family: Literal["tp-nade"] = "tp-nade"
    time_layers: Units
    hidden: Size  # H, units of the NADE
    window: Literal["centred", "below"] = "centred"

    @property
    def lowest(self) -> int:
        """The first pitch of the window, seen from the pitch that is chosen."""
        return -(WINDOW // 2) if self.window == "centred" else 1 - WINDOW

    def graphs(self) -> Mapping[Role, Graph]:
        """See above."""
        known, notes = self.hidden + 2 + self.velocities, 2 * WINDOW + PITCH_CLASSES
        loud = (Port(VELOCITY, (BATCH, self.velocities)),) if self.velocities else ()
        note = Graph(
            inputs=(Port("known", (BATCH, known)), Port("notes", (BATCH, notes))),
            outputs=(Port("logits", (BATCH, 2)), *loud),
            weights={"window": (notes, self.hidden), "output": (self.hidden, 2 + self.velocities)},
            runs=False,
        )
        return {"time": _along_time(self, "known", known), "note": note}


class RollMetadata(ModelMetadata, frozen=True):
    """An LSTM over whole steps of a piano roll: a coin for each pitch, given the past alone (CS224d 2015).

    The pitches of a step do not know of each other, so what the player holds in it cannot be answered before the next.
    """

    ABLE: ClassVar[tuple[Ability, ...]] = ("drafts", "density", "shape")
    HEARS: ClassVar[Hears] = "next"

    family: Literal["roll"] = "roll"
    hears: Hears = "next"
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)] = ALONE
    can: tuple[Ability, ...] = ABLE
    time_layers: Units

    def graphs(self) -> Mapping[Role, Graph]:
        """One: all that sounded before → logits ``[P, 2]``; its states are ``[B, units]``, not of each pitch."""
        pitches, own = self.pitches.size, states("time", self.time_layers)
        return {"time": Graph((*_told(self), *own), (Port("logits", (BATCH, pitches, 2)), *nexts(own)))}


class WriterMetadata(ModelMetadata, frozen=True):
    """What families share whose network goes from symbol to symbol (``engine/symbol_writer.py``).

    ``symbols``: the alphabet, in an order that makes musical neighbours of symbols that are near; the network is fed
    number 0 before anything is written. ``grammar``: name and version of what they mean, which the daemon must know.
    ``layers``: units of the LSTM layers, whose states are ``[B, units]``.
    """

    ABLE: ClassVar[tuple[Ability, ...]] = ("density", "shape")

    can: tuple[Ability, ...] = ABLE
    layers: Units
    symbols: Annotated[tuple[Text, ...], Field(min_length=2, max_length=65536)]
    grammar: Text
    worst: Annotated[int, Field(ge=1, le=1024)] = 32  # symbols of a step, the most that the grammar may need

    def graphs(self) -> Mapping[Role, Graph]:
        """One: a symbol, the step's place in the bar and the style → logits of the next symbol (no softmax)."""
        own = states("symbol", self.layers)
        told = (
            Port("symbol", (BATCH,), integer=True),
            Port("step_in_bar", (BATCH,), integer=True),  # of the step that the next symbol is about
            Port("style", (BATCH, len(self.styles))),
        )
        logits = Port("logits", (BATCH, len(self.symbols)))
        return {"symbol": Graph((*told, *own), (logits, *nexts(own)))}


def _told(metadata: ModelMetadata) -> tuple[Port, ...]:
    """What every graph along time is told."""
    return (
        Port("state", (BATCH, metadata.pitches.size, 2)),  # all that sounded in the step before
        Port("step_in_bar", (BATCH,), integer=True),  # of the step to come
        Port("style", (BATCH, len(metadata.styles))),  # a blend
    )


def _along_time(metadata: BiaxialMetadata | TpNadeMetadata, output: str, width: int) -> Graph:
    """A time axis: LSTM layers that every pitch has for itself."""
    pitches = metadata.pitches.size
    own = states("time", metadata.time_layers, (pitches,))
    return Graph((*_told(metadata), *own), (Port(output, (BATCH, pitches, width)), *nexts(own)))


FORMS: dict[str, type[ModelMetadata]] = {
    "biaxial": BiaxialMetadata,
    "tp-nade": TpNadeMetadata,
    "roll": RollMetadata,
}
