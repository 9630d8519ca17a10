"""A model at work: its time axis in ONNX Runtime, set for a tiny recurrent graph, its note axis in the climb."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.choice import Array, Choice, Chosen, Line
from descant_daemon.engine.network import Hidden
from descant_daemon.engine.note_axis import Layer, NoteAxis
from descant_daemon.engine.sweep import sweep
from descant_daemon.model.card import ModelFiles, Weights, check_model_files
from descant_daemon.model.contract import VELOCITY, layer_weights
from descant_daemon.model.forms import BiaxialMetadata
from descant_daemon.model.session import bare_run, fastest_session
from descant_daemon.note_state import State
from descant_routing.errors import DescantError

WARM_UPS = 50
NEVER = 1e9  # a die, as a logit, that no note beats


class OnnxNetwork:
    """A ``Network`` (see ``engine/network.py``); ONNX Runtime on one thread, no spinning."""

    def __init__(self, model: ModelFiles) -> None:
        """Checked; the bytes that were are those that run. Raises DescantError when they cannot."""
        metadata = self.metadata = model.metadata
        assert isinstance(metadata, BiaxialMetadata)
        self.pitches = metadata.pitches
        self.note_axis = note_axis(metadata, model.weights)
        self._run_time = bare_run(fastest_session(model.files.graphs["time"], "time axis"))
        shapes = [(1, self.pitches.size, size) for size in metadata.time_layers for _ in "hc"]
        self.time_start = tuple(np.zeros(shape, np.float32) for shape in shapes)
        self._states = [f"time_{part}{layer}" for layer in range(len(metadata.time_layers)) for part in "hc"]
        self._outputs = ["context", *(f"{name}_next" for name in self._states)]
        self._blend, self._style = FIRST_STYLE, FIRST_STYLE.weights(len(metadata.styles))
        self._context = (1, self.pitches.size, metadata.time_layers[-1])
        self._try_out(shapes)

    @staticmethod
    def load(stem: Path) -> OnnxNetwork:
        """From ``<stem>.time.onnx`` and ``<stem>.note.onnx``; DescantError says what is wrong with them."""
        return OnnxNetwork(check_model_files(stem))

    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        """See ``Network``."""
        if blend != self._blend:
            self._blend, self._style = blend, blend.weights(len(self.metadata.styles))
        feed: dict[str, Any] = dict(zip(self._states, hidden, strict=True))
        feed["state"] = before[None]
        feed["step_in_bar"] = np.array([step_in_bar], np.int64)
        feed["style"] = self._style
        try:
            context, *after = self._run_time(self._outputs, feed, None)
        except Exception as error:  # ONNX Runtime's own exceptions share no base class but this
            reason = str(error).splitlines()[0]
            raise DescantError(f"ONNX Runtime cannot run the model's time axis: {reason}") from error
        if context.shape != self._context:  # the climb reads it without looking at its size
            raise DescantError(f"the model's context comes out as {list(context.shape)}")
        return self.note_axis.known(context[0]), tuple(after)

    def choose(self, lines: Sequence[Line]) -> list[Chosen]:
        """See ``Network``."""
        return sweep(self.note_axis, lines)

    def warm(self) -> None:
        """Run both axes until their first, slow runs are behind."""
        silence = np.zeros((self.pitches.size, 2), np.float32)
        every = np.ones(self.pitches.size, np.bool_)
        choice = Choice(np.full((1, *silence.shape), NEVER), every, ~every, 1.0, 1.0, 1)
        for _ in range(WARM_UPS):
            context, _ = self.along_time(silence, 0, self.time_start)
            self.choose([Line(context, silence, choice)])

    def _try_out(self, shapes: Sequence[tuple[int, ...]]) -> None:
        """One step on silence. Raises DescantError when it does not run, or the states come out otherwise."""
        _, hidden = self.along_time(np.zeros((self.pitches.size, 2), np.float32), 0, self.time_start)
        if found := [
            list(each.shape) for each, shape in zip(hidden, shapes, strict=True) if each.shape != shape
        ]:
            raise DescantError(f"a state of the model comes out as {found[0]}")


def note_axis(metadata: BiaxialMetadata, weights: Weights) -> NoteAxis:
    """From the weights of a model's file; see ``forms.BiaxialMetadata``."""
    layers = [
        Layer(*(weights[name][0] for name in layer_weights("note", index)))
        for index in range(len(metadata.note_layers))
    ]
    heads = ["logits", VELOCITY] if metadata.velocities else ["logits"]
    weight, bias = (
        np.concatenate([weights[f"{head}_{part}"] for head in heads], -1) for part in ("weight", "bias")
    )
    return NoteAxis.of(layers, weight, bias, metadata.vicinity, metadata.time_layers[-1])
