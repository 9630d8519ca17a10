"""A model's two graphs as ONNX Runtime runs them, and as anyone else would: what the daemon's climb is held against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.choice import Array
from descant_daemon.engine.memory import Hidden
from descant_daemon.model.card import check_model_files, model_path
from descant_daemon.model.contract import VELOCITY
from descant_daemon.model.forms import BiaxialMetadata
from descant_daemon.model.session import session
from descant_daemon.note_state import State


class Graphs:
    """The files at a stem."""

    def __init__(self, stem: Path) -> None:
        """DescantError when they are none of ours."""
        checked = check_model_files(stem)
        assert isinstance(checked.metadata, BiaxialMetadata)
        self.metadata = checked.metadata
        self._graphs = [
            session(data, model_path(stem, role).name) for role, data in checked.files.graphs.items()
        ]
        layers = {"time": self.metadata.time_layers, "note": self.metadata.note_layers}
        self._states = {
            axis: [f"{axis}_{part}{layer}" for layer in range(len(sizes)) for part in "hc"]
            for axis, sizes in layers.items()
        }
        pitches = self.metadata.pitches.size
        self.time_start = tuple(
            np.zeros((1, pitches, size), np.float32) for size in layers["time"] for _ in "hc"
        )
        self.note_start = tuple(np.zeros((1, size), np.float32) for size in layers["note"] for _ in "hc")

    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        """State of the step before ``[P, 2]`` → context of every pitch ``[P, C]``, new hidden state."""
        feed: dict[str, Any] = {
            "state": before[None],
            "step_in_bar": np.array([step_in_bar], np.int64),
            "style": blend.weights(len(self.metadata.styles)),
        }
        (context,), after = self._run("time", ["context"], feed, hidden)
        return context[0], after

    def along_pitch(
        self, context: Array, given: State, first: int, lower: Array, hidden: Hidden
    ) -> tuple[Array, Hidden]:
        """Pitches ``first`` to ``first + L`` with the choices below them, ``lower [L, 2]`` → logits ``[L, 2 + V]``.

        ``context``: ``[P, C]``; ``given``: ``[P, 2]``.
        """
        feed: dict[str, Any] = {
            "context": context[None],
            "given": given[None],
            "first": np.array([first], np.int64),
            "lower": lower[None],
        }
        heads = ["logits", VELOCITY] if self.metadata.velocities else ["logits"]
        logits, after = self._run("note", heads, feed, hidden)
        return np.concatenate(logits, -1)[0], after

    def _run(
        self, axis: str, wanted: list[str], feed: dict[str, Any], hidden: Hidden
    ) -> tuple[list[Array], Hidden]:
        names = self._states[axis]
        found = self._graphs[axis == "note"].run(
            [*wanted, *(f"{name}_next" for name in names)], feed | dict(zip(names, hidden, strict=True))
        )
        return found[: len(wanted)], tuple(found[len(wanted) :])
