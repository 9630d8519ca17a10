"""A thin hand on onnx.helper: nodes with the names of their outputs, weights by value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
TORCH_GATES_TO_ONNX = (
    0,
    3,
    1,
    2,
)  # torch orders input, forget, cell, output; ONNX input, output, forget, cell
Value = str


class GraphBuilder:
    """Collects nodes and weights, in order; every method returns the name of what it made."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[Any] = []
        self._weights: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def input(self, name: str, dims: Sequence[int | str], *, integer: bool = False) -> Value:
        """A graph input."""
        kind = TensorProto.INT64 if integer else TensorProto.FLOAT
        self._inputs.append(helper.make_tensor_value_info(name, kind, list(dims)))
        return name

    def output(self, name: str, value: Value, dims: Sequence[int | str]) -> None:
        """A graph output called ``name`` that carries ``value``."""
        self._nodes.append(helper.make_node("Identity", [value], [name], name=name))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(dims)))

    def constant(self, array: torch.Tensor | NDArray[Any] | Sequence[int], name: str = "") -> Value:
        """A weight or table; integers become int64, the rest float32. ``name``: where it matters to a reader."""
        values = array.detach().cpu().numpy() if isinstance(array, torch.Tensor) else np.asarray(array)
        kind = np.int64 if np.issubdtype(values.dtype, np.integer) else np.float32
        name = name or f"weight{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(values.astype(kind, order="C"), name))
        return name

    def node(self, operator: str, *inputs: Value, outputs: int = 1, **attributes: Any) -> Value:
        """One operator; returns its first output."""
        return self.nodes(operator, *inputs, outputs=outputs, **attributes)[0]

    def nodes(self, operator: str, *inputs: Value, outputs: int, **attributes: Any) -> list[Value]:
        """One operator with several outputs."""
        label = f"{operator.lower()}{len(self._nodes)}"
        names = [f"{label}.{index}" for index in range(outputs)]
        self._nodes.append(helper.make_node(operator, list(inputs), names, name=label, **attributes))
        return names

    def reshape(self, value: Value, dims: Sequence[int]) -> Value:
        """0 keeps a dimension, -1 infers one."""
        return self.node("Reshape", value, self.constant(np.array(dims, np.int64)))

    def lstm(
        self, layer: torch.nn.LSTM, sequence: Value, hidden: Value, cell: Value, *, names: Sequence[str]
    ) -> list[Value]:
        """``sequence [L, B, I]``, states ``[1, B, H]`` → ``[L, 1, B, H]``, hidden and cell ``[1, B, H]``.

        ``names`` of the layer's three weights, as ``onnx_weights`` gives them.
        """
        weights = [
            self.constant(each[None], name) for each, name in zip(onnx_weights(layer), names, strict=True)
        ]
        return self.nodes(
            "LSTM", sequence, *weights, "", hidden, cell, outputs=3, hidden_size=layer.hidden_size
        )

    def model(self, metadata: dict[str, str]) -> onnx.ModelProto:
        """The checked model."""
        graph = helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        model.producer_name = "descant"
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        return model


def onnx_weights(layer: torch.nn.LSTM) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """From below ``[4H, I]``, from itself ``[4H, H]`` and both biases ``[8H]``, in ONNX's order of gates."""
    below, own, *biases = (
        _gates(getattr(layer, name)) for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    )
    return below, own, torch.cat(biases)


def _gates(tensor: torch.Tensor) -> torch.Tensor:
    parts = tensor.detach().cpu().chunk(4)
    return torch.cat([parts[index] for index in TORCH_GATES_TO_ONNX])
