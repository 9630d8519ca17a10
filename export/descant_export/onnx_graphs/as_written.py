"""A model's graphs as ONNX Runtime runs them, and as anyone else would: what the daemon's sampling is held against."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.choice import Array
from descant_daemon.engine.state_cache import Hidden
from descant_daemon.model.contract import VELOCITY, Port, Role
from descant_daemon.model.model_files import check_model_files, model_path
from descant_daemon.model.onnx_session import session
from descant_daemon.note_state import State

Feed = Mapping[str, NDArray[np.generic]]


class Graphs:
    """The files at a stem."""

    def __init__(self, stem: Path) -> None:
        checked = check_model_files(stem)
        self.metadata = checked.metadata
        self._ports = self.metadata.graphs()
        self._sessions = {
            role: session(checked.files.graphs[role], model_path(stem, role).name) for role in self._ports
        }
        self.time_start = self._start("time")

    def _states(self, role: Role) -> list[Port]:
        """Those inputs of a graph that come back as outputs."""
        outputs = {port.name for port in self._ports[role].outputs}
        return [port for port in self._ports[role].inputs if f"{port.name}_next" in outputs]

    def _start(self, role: Role) -> Hidden:
        shapes = [tuple(int(dim) for dim in port.dims[1:]) for port in self._states(role)]
        return tuple(np.zeros((1, *shape), np.float32) for shape in shapes)

    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        """State of the step before ``[P, 2]`` → what the time graph says of each pitch ``[P, …]``, new hidden state."""
        feed: Feed = {
            "state": before[None],
            "step_in_bar": np.array([step_in_bar], np.int64),
            "style": blend.weights(len(self.metadata.styles)),
        }
        states = self._states("time")
        said = self._ports["time"].outputs[0].name
        found = self._sessions["time"].run(
            [said, *(f"{port.name}_next" for port in states)],
            {**feed, **{port.name: each for port, each in zip(states, hidden, strict=True)}},
        )
        return found[0][0], tuple(found[1:])

    def along_pitch(self, feed: Feed) -> Array:
        """Logits ``[P, 2 + V]`` of all pitches, by the note graph; its hidden state begins at zero."""
        states = {
            port.name: each for port, each in zip(self._states("note"), self._start("note"), strict=True)
        }
        heads = ["logits", VELOCITY] if self.metadata.velocities else ["logits"]
        found = self._sessions["note"].run(heads, {**feed, **states})
        return np.concatenate([each.reshape(self.metadata.pitches.size, -1) for each in found], -1)
