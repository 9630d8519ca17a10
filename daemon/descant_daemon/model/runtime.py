"""The two graphs in ONNX Runtime, set for a tiny recurrent model that must answer in a millisecond."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.network import Array, Hidden
from descant_daemon.engine.sweep import STRETCH, STRETCH_AGAIN
from descant_daemon.model import contract
from descant_daemon.model.card import ModelMetadata, check_model_files
from descant_daemon.model.contract import VELOCITY
from descant_daemon.model.provider import CPU, fastest
from descant_daemon.note_state import State
from descant_routing.errors import DescantError

QUIET = 4  # fatal only: a missing GPU library is nothing to print on stage
WARM_UPS = 50


class OnnxNetwork:
    """A ``Network`` (see ``engine/network.py``) on ONNX Runtime, one thread, no spinning.

    In fp32 a row of a batch gives the very bits that it gives alone (a test says so), which the sweep and
    the sameness of takes rest on; int8 scales over the whole batch, and would not.
    """

    def __init__(self, metadata: ModelMetadata, time_axis: bytes, note_axis: bytes) -> None:
        """Both graphs as bytes, already checked."""
        self.metadata = metadata
        self.pitches = metadata.pitches
        self._time = _on_the_fastest(time_axis, "time axis")
        self._note = _on_the_fastest(note_axis, "note axis")
        self._run_time, self._run_note = _bare_run(self._time), _bare_run(self._note)
        sizes = metadata.time_layers, metadata.note_layers
        time_shapes = [(1, self.pitches.size, size) for size in sizes[0] for _ in "hc"]
        self.time_start = tuple(np.zeros(shape, np.float32) for shape in time_shapes)
        self.note_start = tuple(np.zeros((1, size), np.float32) for size in sizes[1] for _ in "hc")
        self._time_states = [f"time_{part}{layer}" for layer in range(len(sizes[0])) for part in "hc"]
        self._note_states = [f"note_{part}{layer}" for layer in range(len(sizes[1])) for part in "hc"]
        self._time_outputs = ["context", *(f"{name}_next" for name in self._time_states)]
        self._heads = ["logits", VELOCITY] if metadata.velocities else ["logits"]
        self._note_outputs = [*self._heads, *(f"{name}_next" for name in self._note_states)]
        self._blend, self._style = FIRST_STYLE, FIRST_STYLE.weights(len(metadata.styles))

    @staticmethod
    def load(stem: Path) -> OnnxNetwork:
        """From ``<stem>.time.onnx`` and ``<stem>.note.onnx``; DescantError says what is wrong with them."""
        return OnnxNetwork(*check_model_files(stem))

    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        """See ``Network``."""
        if blend != self._blend:
            self._blend, self._style = blend, blend.weights(len(self.metadata.styles))
        feed: dict[str, Any] = dict(zip(self._time_states, hidden, strict=True))
        feed["state"] = before[None]
        feed["step_in_bar"] = np.array([step_in_bar], np.int64)
        feed["style"] = self._style
        context, *after = self._run_time(self._time_outputs, feed, None)
        return context[0], tuple(after)

    def along_pitch(
        self, context: Array, given: State, first: int, lower: Array, hidden: Hidden
    ) -> tuple[Array, Hidden]:
        """See ``Network``."""
        feed: dict[str, Any] = dict(zip(self._note_states, hidden, strict=True))
        feed["context"] = context
        feed["given"] = given
        feed["first"] = np.array([first], np.int64)
        feed["lower"] = lower
        found = self._run_note(self._note_outputs, feed, None)
        count = len(self._heads)
        return found[0] if count == 1 else np.concatenate(found[:count], -1), tuple(found[count:])

    def warm(self) -> None:
        """Run both graphs until their first, slow runs are behind."""
        silence = np.zeros((1, self.pitches.size, 2), np.float32)
        for _ in range(WARM_UPS):
            context, _ = self.along_time(silence[0], 0, self.time_start)
            self.along_pitch(context[None], silence, 0, silence[:, :STRETCH], self.note_start)


def _bare_run(graph: Any) -> Any:
    """``run`` without its wrapper, which checks at every step the names that were checked when loading."""
    return getattr(graph, "_sess", graph).run


def session(model: bytes, name: str, providers: list[str] | None = None) -> Any:
    """An inference session set for tiny recurrent graphs. Raises DescantError when it cannot be made."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = QUIET
    try:
        return ort.InferenceSession(model, options, providers=providers or [CPU])
    except Exception as error:  # ONNX Runtime's own exceptions share no base class but this
        reason = str(error).splitlines()[0]
        raise DescantError(f"ONNX Runtime cannot run the model's {name}: {reason}") from error


def _on_the_fastest(model: bytes, name: str) -> Any:
    return fastest(lambda providers: session(model, name, providers), _try_out, ort.get_available_providers())


def _try_out(graph: Any) -> None:
    """One run on silence."""
    open_dims = {contract.BATCH: 1, contract.STRETCH: STRETCH_AGAIN}
    feed: dict[str, Any] = {}
    for each in graph.get_inputs():
        dims: list[Any] = [open_dims.get(dim, dim) for dim in each.shape]
        feed[each.name] = np.zeros(dims, np.int64 if each.type == "tensor(int64)" else np.float32)
    graph.run(None, feed)
