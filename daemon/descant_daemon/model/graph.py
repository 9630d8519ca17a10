"""What a graph computes, followed without running it: the shape of every value, and how much work it is.

ONNX Runtime gets to see a graph of those operators alone that the exporter writes, whose values all have shapes that
are known beforehand, small ones, and whose outputs are what they are declared to be. So no loop can be endless, no
constant ask for a terabyte, and nothing that is computed is smaller than what reads it. The meaning of operators:
onnx.ai/onnx/operators, opset 17.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.model.contract import BATCH, Port
from descant_daemon.model.onnx_fields import FLOAT, INT64
from descant_daemon.model.onnx_file import Node, OnnxFile, Tensor

DOMAINS = ("", "ai.onnx")  # ONNX's own operators
MOST_NODES = 1_000  # the exporter writes 15 and 11 for each layer
MOST_CELLS = 2**23  # of all values together; a network of three layers of 1,024 units has some four million
MOST_PRODUCTS = 2**33  # multiplications of a step: a second's work
MOST_NUMBERS = 4_096  # of a constant whose values matter, such as a shape
BYTES = {FLOAT: 4, INT64: 8}

Dims = tuple[int, ...]


class GraphError(Exception):
    """The graph is none that plays; the text says why, in a few words."""


class Value(NamedTuple):
    """``numbers``: what a whole-number constant, or what follows from constants alone, holds; else None."""

    dims: Dims
    numbers: NDArray[np.int64] | None = None

    @property
    def known(self) -> NDArray[np.int64]:
        """The numbers, where they must be known."""
        if self.numbers is None:
            raise GraphError("a shape or an index is not known before it runs")
        return self.numbers


class Rule(NamedTuple):
    """``shape(values, attributes)`` → the outputs; ``attributes`` are those that the operator may have."""

    shape: Callable[[Sequence[Value], dict[str, int]], list[Value]]
    inputs: tuple[int, int]  # at least, at most
    attributes: frozenset[str] = frozenset()


def shapes_of(file: OnnxFile, inputs: Sequence[Port], outputs: Sequence[Port]) -> dict[str, Dims]:
    """Every value, by name, for a batch of one. Raises GraphError where ``inputs`` do not lead to ``outputs``."""
    if file.beside:
        raise GraphError(f"it has {min(file.beside)}, which no model has")
    if len(file.nodes) > MOST_NODES:
        raise GraphError(f"it has more than {MOST_NODES} operators")
    values = {port.name: Value(_of_one(port)) for port in inputs}
    for name, tensor in file.tensors.items():
        _define(values, name, _constant(name, tensor))
    cells = products = 0
    for node in file.nodes:
        made = _follow(node, values)
        cells += sum(math.prod(value.dims) for value in made)
        products += _products(node, values, made)
        if cells > MOST_CELLS or products > MOST_PRODUCTS:
            raise GraphError("it computes more than can be played")
        for name, value in zip(node.outputs, made, strict=False):
            if name:
                _define(values, name, value)
    for port in outputs:
        if port.name not in values:
            raise GraphError(f"nothing makes its output '{port.name}'")
        if values[port.name].dims != _of_one(port):
            found = list(values[port.name].dims)
            raise GraphError(f"its output '{port.name}' comes out as {found}, not {list(_of_one(port))}")
    return {name: value.dims for name, value in values.items()}


def _of_one(port: Port) -> Dims:
    return tuple(1 if dim == BATCH else int(dim) for dim in port.dims)


def _define(values: dict[str, Value], name: str, value: Value) -> None:
    if name in values:
        raise GraphError(f"it has the value '{name[:60]}' twice")
    values[name] = value


def _constant(name: str, tensor: Tensor) -> Value:
    size = BYTES.get(tensor.element)
    whole = size is not None and tensor.raw is not None and min(tensor.dims, default=0) >= 0
    if not whole or len(tensor.raw or b"") != (size or 0) * math.prod(tensor.dims):
        raise GraphError(f"the weight '{name[:60]}' is not stored whole as float32 or int64")
    if tensor.element != INT64 or math.prod(tensor.dims) > MOST_NUMBERS:
        return Value(tensor.dims)
    return Value(tensor.dims, np.frombuffer(tensor.raw or b"", "<i8").reshape(tensor.dims))


def _follow(node: Node, values: dict[str, Value]) -> list[Value]:
    rule = RULES.get(node.operator) if node.domain in DOMAINS else None
    if rule is None:
        raise GraphError(f"it needs the operator '{node.operator[:60]}', which no model needs")
    least, most = rule.inputs
    if not least <= len(node.inputs) <= most:
        raise GraphError(f"its operator {node.operator} has {len(node.inputs)} inputs")
    attributes: dict[str, int] = {}
    for name, value in node.attributes.items():
        if name not in rule.attributes or not isinstance(value, int):
            raise GraphError(f"its operator {node.operator} has the attribute '{name[:60]}'")
        attributes[name] = value
    found: list[Value] = []
    for name in node.inputs:
        if name and name not in values:
            raise GraphError(f"its operator {node.operator} reads '{name[:60]}' before it is there")
        found.append(values[name] if name else Value(()))
    try:
        made = rule.shape(found, attributes)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # other ranks than it is made for
        raise GraphError(f"its operator {node.operator} cannot take what it is given") from error
    if len(node.outputs) > len(made):
        raise GraphError(f"its operator {node.operator} has {len(node.outputs)} outputs")
    return made


def _products(node: Node, values: dict[str, Value], made: Sequence[Value]) -> int:
    of: list[Dims] = [values[name].dims if name else () for name in node.inputs]
    match node.operator:
        case "MatMul" | "Gemm":
            return math.prod(made[0].dims) * max(of[0], default=1)
        case "LSTM":
            length, batch, width = of[0]
            return length * batch * of[1][1] * (width + of[2][2])
        case _:
            return 0


# -- operators ---------------------------------------------------------------------------------------


def _same(values: Sequence[Value], _: dict[str, int]) -> list[Value]:
    return [values[0]]


def _tanh(values: Sequence[Value], _: dict[str, int]) -> list[Value]:
    return [Value(values[0].dims)]


def _shape(values: Sequence[Value], _: dict[str, int]) -> list[Value]:
    return [Value((len(values[0].dims),), np.array(values[0].dims, np.int64))]


def _gather(values: Sequence[Value], attributes: dict[str, int]) -> list[Value]:
    data, index = values
    axis = _axis(attributes.get("axis", 0), len(data.dims))
    size = data.dims[axis]
    if index.numbers is not None and not bool(((-size <= index.numbers) & (index.numbers < size)).all()):
        raise GraphError("it gathers from beyond the end")
    dims = (*data.dims[:axis], *index.dims, *data.dims[axis + 1 :])
    if data.numbers is None or index.numbers is None or math.prod(dims) > MOST_NUMBERS:
        return [Value(dims)]
    return [Value(dims, np.take(data.numbers, index.numbers, axis))]


def _concat(values: Sequence[Value], attributes: dict[str, int]) -> list[Value]:
    first = values[0].dims
    axis = _axis(attributes["axis"], len(first))
    if any(_without(value.dims, axis) != _without(first, axis) for value in values):
        raise ValueError
    dims = (*first[:axis], sum(value.dims[axis] for value in values), *first[axis + 1 :])
    if any(value.numbers is None for value in values) or math.prod(dims) > MOST_NUMBERS:
        return [Value(dims)]
    return [Value(dims, np.concatenate([value.known for value in values], axis))]


def _mod(values: Sequence[Value], _: dict[str, int]) -> list[Value]:
    if not bool((values[1].known > 0).all()):  # a division by zero would end the process
        raise GraphError("it divides by what is not above zero")
    return [Value(np.broadcast_shapes(values[0].dims, values[1].dims))]


def _gemm(values: Sequence[Value], attributes: dict[str, int]) -> list[Value]:
    (rows, depth), (other, columns) = (
        value.dims[::-1] if attributes.get(turned) else value.dims
        for value, turned in zip(values, ("transA", "transB"), strict=False)
    )
    dims = rows, columns
    if depth != other or (len(values) > 2 and np.broadcast_shapes(values[2].dims, dims) != dims):
        raise ValueError
    return [Value(dims)]


def _matmul(values: Sequence[Value], _: dict[str, int]) -> list[Value]:
    one, (depth, columns) = values[0].dims, values[1].dims
    if one[-1] != depth:
        raise ValueError
    return [Value((*one[:-1], columns))]


def _expand(values: Sequence[Value], _: dict[str, int]) -> list[Value]:
    return [Value(_sized(np.broadcast_shapes(values[0].dims, _dims(values[1]))))]


def _reshape(values: Sequence[Value], _: dict[str, int]) -> list[Value]:
    cells = math.prod(values[0].dims)
    wanted = [values[0].dims[at] if dim == 0 else dim for at, dim in enumerate(values[1].known.tolist())]
    if wanted.count(-1) == 1:
        rest = math.prod(dim for dim in wanted if dim != -1)
        wanted[wanted.index(-1)] = cells // rest if rest > 0 else -1
    if min(wanted, default=0) < 0 or math.prod(wanted) != cells:
        raise ValueError
    return [Value(tuple(wanted))]


def _unsqueeze(values: Sequence[Value], _: dict[str, int]) -> list[Value]:
    axes, dims = values[1].known.ravel().tolist(), list(values[0].dims)
    places = {_axis(axis, len(dims) + len(axes)) for axis in axes}
    if len(places) != len(axes):
        raise ValueError
    for place in sorted(places):
        dims.insert(place, 1)
    return [Value(tuple(dims))]


def _pad(values: Sequence[Value], _: dict[str, int]) -> list[Value]:
    data, rank = values[0].dims, len(values[0].dims)
    pads = _dims(values[1])
    if len(pads) != 2 * rank:
        raise ValueError
    return [Value(_sized(tuple(dim + pads[at] + pads[rank + at] for at, dim in enumerate(data))))]


def _lstm(values: Sequence[Value], attributes: dict[str, int]) -> list[Value]:
    sequence, below, own, bias, lengths, hidden, cell = (value.dims for value in values)
    length, batch, width = sequence
    size = attributes["hidden_size"]
    wanted = (
        (1, 4 * size, width),
        (1, 4 * size, size),
        (1, 8 * size),
        (),
        (1, batch, size),
        (1, batch, size),
    )
    if size < 1 or (below, own, bias, lengths, hidden, cell) != wanted:
        raise ValueError
    last = Value((1, batch, size))
    return [Value((length, 1, batch, size)), last, last]


def _axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise IndexError
    return axis % rank


def _without(dims: Dims, axis: int) -> Dims:
    return (*dims[:axis], *dims[axis + 1 :])


def _dims(value: Value) -> Dims:
    """Numbers that are to be a shape, or parts of one."""
    if value.known.ndim != 1 or len(value.known) > 16 or not bool((value.known >= 0).all()):
        raise ValueError
    return tuple(value.known.tolist())


def _sized(dims: Dims) -> Dims:
    if math.prod(dims) > MOST_CELLS:
        raise GraphError("it computes more than can be played")
    return dims


RULES = {
    "Concat": Rule(_concat, (1, 16), frozenset({"axis"})),
    "Expand": Rule(_expand, (2, 2)),
    "Gather": Rule(_gather, (2, 2), frozenset({"axis"})),
    "Gemm": Rule(_gemm, (2, 3), frozenset({"transA", "transB"})),
    "Identity": Rule(_same, (1, 1)),
    "LSTM": Rule(_lstm, (7, 7), frozenset({"hidden_size"})),
    "MatMul": Rule(_matmul, (2, 2)),
    "Mod": Rule(_mod, (2, 2)),
    "Pad": Rule(_pad, (2, 2)),
    "Reshape": Rule(_reshape, (2, 2)),
    "Shape": Rule(_shape, (1, 1)),
    "Tanh": Rule(_tanh, (1, 1)),
    "Unsqueeze": Rule(_unsqueeze, (2, 2)),
}
"""The operators that the exporter writes into the graph of the time axis."""
