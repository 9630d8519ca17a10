"""ONNX Runtime, set for a tiny recurrent graph that must answer in a millisecond: one thread, no spinning."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime as ort

from descant_daemon.model.contract import BATCH
from descant_daemon.model.provider import CPU, fastest
from descant_routing.errors import DescantError

QUIET = 4  # fatal only: a missing GPU library is nothing to print on stage


def session(model: bytes, name: str, providers: list[str] | None = None) -> Any:
    """An inference session set for tiny recurrent graphs. Raises DescantError when it cannot be made."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    # What was checked is an ONNX file: bytes that look like another format, too, are not read as that.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    options.log_severity_level = QUIET
    try:
        return ort.InferenceSession(model, options, providers=providers or [CPU])
    except Exception as error:  # ONNX Runtime's own exceptions share no base class but this
        reason = str(error).splitlines()[0]
        raise DescantError(f"ONNX Runtime cannot run the model's {name}: {reason}") from error


def fastest_session(model: bytes, name: str) -> Any:
    """On the provider that runs it sooner, measured."""
    return fastest(lambda providers: session(model, name, providers), _try_out, ort.get_available_providers())


def _try_out(graph: Any) -> None:
    """One run on silence."""
    feed: dict[str, Any] = {}
    for each in graph.get_inputs():
        dims = [1 if dim == BATCH else dim for dim in each.shape]
        feed[each.name] = np.zeros(dims, np.int64 if each.type == "tensor(int64)" else np.float32)
    graph.run(None, feed)


def bare_run(graph: Any) -> Any:
    """``run`` without its wrapper, which checks at every step the names that were checked when loading."""
    return getattr(graph, "_sess", graph).run
