"""What an ONNX file says of itself, read without the onnx package and before any runtime sees it.

Protobuf merges what stands in a file twice, so every occurrence is looked at; what cannot be read exactly
is refused, because a runtime might read it differently.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from descant_daemon.model.onnx_fields import EXTERNAL, FIELDS, INT, INTS, Known
from descant_daemon.model.protobuf import Field, Reader, TornError
from descant_routing.errors import DescantError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FIELDS = 500_000  # a model of ours has some two thousand
DEEPEST = 64  # messages in messages; a subgraph is three further in than its graph

_LEADING = {
    "GraphProto",
    "NodeProto",
    "AttributeProto",
    "FunctionProto",
    "TrainingInfoProto",
    "SparseTensorProto",
}
_DATA = {"float_data", "int32_data", "string_data", "int64_data", "raw_data", "double_data", "uint64_data"}


@dataclass(frozen=True)
class TensorPort:
    """An input or output of the graph. ``dims`` is None when the file gives no shape.

    ``element`` is a TensorProto.DataType, 0 if it is no tensor. A dimension without a number is its
    symbol, "" if it has none.
    """

    name: str
    element: int
    dims: tuple[int | str, ...] | None


@dataclass(frozen=True)
class Tensor:
    """An initializer of the graph. ``raw``: its bytes as they stand in the file, None where it has other data."""

    element: int
    dims: tuple[int, ...]
    raw: memoryview | None


Number = int | tuple[int, ...] | None
"""An attribute: a whole number, several, or something else."""


@dataclass(frozen=True)
class Node:
    """An operator of the graph, its inputs and outputs by name ("" for one that is left out)."""

    operator: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Number]


@dataclass
class OnnxFile:
    """What was found. ``weights`` is the SHA-256 (hex) over the initializers; see ``read_onnx``.

    ``nodes`` are those of the graph itself, in order; ``beside`` names what a plain graph has not: functions of its
    own, training, sparse weights.
    """

    metadata: dict[str, str] = field(default_factory=dict)
    opsets: dict[str, int] = field(default_factory=dict)
    domains: set[str] = field(default_factory=set)
    external: list[str] = field(default_factory=list)
    inputs: list[TensorPort] = field(default_factory=list)
    outputs: list[TensorPort] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    beside: set[str] = field(default_factory=set)
    weights: str = ""


def read_onnx(data: bytes, name: str) -> OnnxFile:
    """Walk an ONNX file; ``name`` is for the sentence of the DescantError raised when it is torn.

    ``domains`` are those of the nodes and functions anywhere in it, "" being ONNX's own; ``external`` the
    names of tensors whose data would come from another file.

    ``weights`` covers the initializers of every graph, in file order: of each its name, dims, data type
    and data fields (field number and bytes as they stand), each with its length before it.
    """
    walk = _Walk()
    try:
        walk.enter("ModelProto", memoryview(data), 0)
        if not walk.graphs:
            raise TornError("it holds no graph")
    except TornError as error:
        raise DescantError(f"{name} is torn or not an ONNX file: {error}") from None
    walk.found.weights = walk.digest.hexdigest()
    return walk.found


class _Walk:
    def __init__(self) -> None:
        self.found = OnnxFile()
        self.digest = hashlib.sha256()
        self.graphs = 0
        self._reader = Reader(MOST_FIELDS)

    def enter(self, kind: str, message: memoryview, depth: int) -> None:
        """Look through a message that can lead to nodes or tensors."""
        if depth > DEEPEST:
            raise TornError(f"it is nested more than {DEEPEST} deep")
        domain = ""
        for known, each in self._known(kind, message):
            match known:
                case Known("domain", _):
                    domain = each.text()
                    self.found.domains.add(domain)
                case Known("opset_import", _):
                    self._opset(each.message())
                case Known("metadata_props", _):
                    self._metadata(each.message())
                case Known("input" | "output", _) if depth == 1:
                    ports = self.found.inputs if known.name == "input" else self.found.outputs
                    ports.append(self._port(each.message()))
                case Known(_, "TensorProto"):
                    weight = known.name == "initializer"
                    self._tensor(each.message(), counts=weight, named=weight and depth == 1)
                case Known("sparse_initializer", _):
                    self.found.beside.add(known.name)
                    for _, part in self._known("SparseTensorProto", each.message()):
                        self._tensor(part.message(), counts=True)
                case _:
                    if known.message in _LEADING:
                        self._descend(kind, known, each.message(), depth)
        if kind == "NodeProto" and not domain:
            self.found.domains.add("")

    def _descend(self, kind: str, known: Known, message: memoryview, depth: int) -> None:
        if kind == "ModelProto":
            if known.name == "graph":
                self.graphs += 1
            else:
                self.found.beside.add(known.name)
        elif kind == "GraphProto" and depth == 1:
            self.found.nodes.append(self._node(message))
        self.enter(known.message, message, depth + 1)

    def _known(self, kind: str, message: memoryview) -> Iterator[tuple[Known, Field]]:
        table = FIELDS[kind]
        return ((table[each.number], each) for each in self._reader.fields(message) if each.number in table)

    def _node(self, message: memoryview) -> Node:
        texts = {"op_type": "", "domain": ""}
        names: dict[str, list[str]] = {"input": [], "output": []}
        attributes: dict[str, Number] = {}
        for known, each in self._known("NodeProto", message):
            if known.name == "attribute":
                name, value = self._attribute(each.message())
                if name in attributes:
                    raise TornError(f"an operator has the attribute '{name[:60]}' twice")
                attributes[name] = value
            elif known.name in names:
                names[known.name].append(each.text())
            else:
                texts[known.name] = each.text()
        return Node(
            texts["op_type"], texts["domain"], tuple(names["input"]), tuple(names["output"]), attributes
        )

    def _attribute(self, message: memoryview) -> tuple[str, Number]:
        name, kind, number, numbers = "", 0, 0, list[int]()
        for known, each in self._known("AttributeProto", message):
            match known.name:
                case "name":
                    name = each.text()
                case "type":
                    kind = each.integer()
                case "i":
                    number = each.integer()
                case "ints":
                    numbers += self._reader.integers(each)
                case _:
                    return name, None
        of_kind: dict[int, Number] = {INT: number, INTS: tuple(numbers)}
        return name, of_kind.get(kind)

    def _tensor(self, message: memoryview, *, counts: bool, named: bool = False) -> None:
        name, data_type, dims, external = "", 0, list[int](), False
        data: list[Field] = []
        for known, each in self._known("TensorProto", message):
            if known.name == "name":
                name = each.text()
            elif known.name == "dims":
                dims += self._reader.integers(each)
            elif known.name == "data_type":
                data_type = each.integer()
            elif known.name == "external_data":
                external = True
            elif known.name == "data_location":
                external |= each.integer() & 0xFFFF_FFFF == EXTERNAL  # enums keep their lower 32 bits
            elif known.name in _DATA:
                data.append(each)
        if external:
            self.found.external.append(name)
        if named:
            if name in self.found.tensors:
                raise TornError(f"it has the weight '{name[:60]}' twice")
            whole = len(data) == 1 and FIELDS["TensorProto"][data[0].number].name == "raw_data"
            self.found.tensors[name] = Tensor(data_type, tuple(dims), data[0].message() if whole else None)
        if counts:
            text = name.encode()
            self._digest(text, struct.pack(f"<{len(dims)}q", *dims), struct.pack("<q", data_type))
            for each in data:
                value = each.value.to_bytes(8, "little") if isinstance(each.value, int) else each.value
                self._digest(struct.pack("<q", each.number), value)

    def _digest(self, *parts: bytes | memoryview) -> None:
        for part in parts:
            self.digest.update(struct.pack("<q", len(part)))
            self.digest.update(part)

    def _opset(self, message: memoryview) -> None:
        domain, version = "", 0
        for known, each in self._known("OperatorSetIdProto", message):
            if known.name == "domain":
                domain = each.text()
            else:
                version = each.integer()
        self.found.opsets[domain] = version

    def _metadata(self, message: memoryview) -> None:
        entry = {"key": "", "value": ""}
        for known, each in self._known("StringStringEntryProto", message):
            entry[known.name] = each.text()
        if entry["key"] in self.found.metadata:
            raise TornError(f"its metadata has the key '{entry['key'][:60]}' twice")
        self.found.metadata[entry["key"]] = entry["value"]

    def _port(self, message: memoryview) -> TensorPort:
        name, element, dims = "", 0, None
        for known, each in self._known("ValueInfoProto", message):
            if known.name == "name":
                name = each.text()
                continue
            for _, tensor in self._known("TypeProto", each.message()):
                for part, value in self._known("TypeProto.Tensor", tensor.message()):
                    if part.name == "elem_type":
                        element = value.integer()
                    else:
                        dims = (dims or ()) + self._shape(value.message())
        return TensorPort(name, element, dims)

    def _shape(self, message: memoryview) -> tuple[int | str, ...]:
        dims: list[int | str] = []
        for _, each in self._known("TensorShapeProto", message):
            dim: int | str = ""
            for known, value in self._known("TensorShapeProto.Dimension", each.message()):
                dim = value.integer() if known.name == "dim_value" else value.text()
            dims.append(dim)
        return tuple(dims)
