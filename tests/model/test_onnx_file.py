"""Reading ONNX without onnx; the onnx package is the witness."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from hypothesis import example, given, settings
from hypothesis import strategies as st
from onnx import ModelProto, SparseTensorProto, TensorProto, helper, numpy_helper

from descant_daemon.model.onnx_file import DEEPEST, OnnxFile, read_onnx
from descant_routing.errors import DescantError

if TYPE_CHECKING:
    from collections.abc import Iterator

# -- what is found ------------------------------------------------------------------------------------


def external(name: str) -> Any:
    tensor = numpy_helper.from_array(np.zeros(3, np.float32), name)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret")
    return tensor


def tensor_of(name: str) -> Any:
    return numpy_helper.from_array(np.arange(3, dtype=np.float32), name)


def sparse(values: Any, indices: Any) -> Any:
    return SparseTensorProto(values=values, indices=indices, dims=[9])


def subgraph(nodes: list[Any], initializers: list[Any] | None = None) -> Any:
    port = helper.make_tensor_value_info("inner port", TensorProto.FLOAT, [1])
    return helper.make_graph(nodes, "inner", [port], [port], initializers or [])


def nested_model() -> Any:
    """Nodes, domains and tensors in every place that ONNX has for them."""
    deep = helper.make_node("Secret", [], ["x"], domain="deep.domain")
    branch = subgraph([helper.make_node("If", ["c"], ["y"], then_branch=subgraph([deep], [tensor_of("in")]))])
    many = helper.make_node("Loop", [], [], domain="some.domain")
    many.attribute.append(helper.make_attribute("graphs", [branch, subgraph([], [external("e0")])]))
    many.attribute.append(helper.make_attribute("t", external("e1")))
    many.attribute.append(helper.make_attribute("tensors", [tensor_of("fine"), external("e2")]))
    many.attribute.append(helper.make_attribute("s", sparse(external("e3"), tensor_of("i"))))
    many.attribute.append(helper.make_attribute("sparse", [sparse(tensor_of("v"), external("e4"))]))
    graph = helper.make_graph(
        [many],
        "outer",
        [helper.make_tensor_value_info("a", TensorProto.FLOAT, ["B", 3, None])],
        [
            helper.make_tensor_value_info("b", TensorProto.INT64, []),
            helper.make_tensor_value_info("c", TensorProto.DOUBLE, None),
            helper.make_tensor_sequence_value_info("d", TensorProto.FLOAT, [1]),
        ],
        [tensor_of("w"), external("e5")],
        sparse_initializer=[sparse(tensor_of("v2"), external("e6"))],
    )
    opset = helper.make_opsetid("", 17)
    function = helper.make_function(
        "function.domain", "F", [], [], [helper.make_node("G", [], [], domain="called.domain")], [opset]
    )
    function.attribute_proto.append(helper.make_attribute("d", external("e7")))
    model = helper.make_model(
        graph, functions=[function], opset_imports=[opset, helper.make_opsetid("some.domain", 2)]
    )
    model.training_info.add(
        initialization=subgraph([], [external("e8")]),
        algorithm=subgraph([helper.make_node("T", [], [], domain="training.domain")]),
    )
    helper.set_model_props(model, {"key": "välue", "other": ""})
    return model


def seen_by_onnx(message: Any) -> Iterator[tuple[str, Any]]:
    """Every message in ``message`` with the name of its kind, through every field there is."""
    yield message.DESCRIPTOR.name, message
    for field, value in message.ListFields():
        if field.message_type is not None:
            repeated = not hasattr(value, "ListFields")
            for each in value if repeated else [value]:
                yield from seen_by_onnx(each)


def outside_and_domains(model: Any) -> tuple[set[str], set[str]]:
    """Tensors with data in other files, and the domains of nodes and functions, by the onnx package."""
    everything = list(seen_by_onnx(model))
    tensors = [each for kind, each in everything if kind == "TensorProto"]
    outside = {
        each.name for each in tensors if each.data_location == TensorProto.EXTERNAL or each.external_data
    }
    return outside, {each.domain for kind, each in everything if kind in ("NodeProto", "FunctionProto")}


def test_everything_is_found_wherever_it_hides() -> None:
    model = nested_model()
    found = read_onnx(model.SerializeToString(), "x.onnx")
    assert (set(found.external), found.domains) == outside_and_domains(model)
    assert sorted(found.external) == [f"e{index}" for index in range(9)]
    assert {"", "deep.domain", "some.domain", "function.domain", "called.domain", "training.domain"} == (
        found.domains
    )
    assert found.opsets == {"": 17, "some.domain": 2}
    assert found.metadata == {"key": "välue", "other": ""}
    assert [(port.name, port.element, port.dims) for port in found.inputs] == [
        ("a", TensorProto.FLOAT, ("B", 3, "")),
    ]
    assert [(port.name, port.element, port.dims) for port in found.outputs] == [
        ("b", TensorProto.INT64, ()),
        ("c", TensorProto.DOUBLE, None),
        ("d", 0, None),
    ]


def test_a_location_alone_is_external_however_it_is_spelt() -> None:
    tensor = tensor_of("w")
    tensor.data_location = TensorProto.EXTERNAL
    model = helper.make_model(helper.make_graph([], "g", [], [], [tensor]))
    assert read_onnx(model.SerializeToString(), "x").external == ["w"]
    # An enum is 32 bits to protobuf: what stands above them is dropped, and 2**32 + 1 is EXTERNAL.
    long = message(14, varint(2**32 + 1), wire=0)
    data = graph_with(initializer=[message(8, b"w") + long])
    assert ModelProto.FromString(data).graph.initializer[0].data_location == TensorProto.EXTERNAL
    assert read_onnx(data, "x").external == ["w"]


def test_two_graph_fields_are_both_looked_at() -> None:
    """Protobuf merges them into one graph, so must we."""
    data = graph_with() + graph_with(initializer=[external("e").SerializeToString()])
    assert len(ModelProto.FromString(data).graph.initializer) == 1
    assert read_onnx(data, "x").external == ["e"]


# -- the hash -----------------------------------------------------------------------------------------


def digest_of(*tensors: Any) -> str:
    model = helper.make_model(helper.make_graph([], "g", [], [], list(tensors)))
    return read_onnx(model.SerializeToString(), "x").weights


def test_the_hash_is_that_of_the_initializers(models: dict[str, Any]) -> None:
    for model in models.values():
        stamped = {prop.key: prop.value for prop in model.metadata_props}["descant.weights"]
        assert read_onnx(model.SerializeToString(), "x").weights == stamped
        model.ClearField("metadata_props")
        assert read_onnx(model.SerializeToString(), "x").weights == stamped


def test_tensors_of_attributes_are_no_weights() -> None:
    model = helper.make_model(helper.make_graph([], "g", [], [], [tensor_of("w")]))
    model.graph.node.append(helper.make_node("Constant", [], ["x"], value=tensor_of("c")))
    assert read_onnx(model.SerializeToString(), "x").weights == digest_of(tensor_of("w"))


def test_the_hash_tells_every_difference_apart() -> None:
    values = np.arange(6, dtype=np.float32)
    other = values.copy()
    other[5] = np.nextafter(other[5], 9)
    kinds = [
        [numpy_helper.from_array(values, "w")],
        [numpy_helper.from_array(other, "w")],
        [numpy_helper.from_array(values, "v")],
        [numpy_helper.from_array(values.reshape(2, 3), "w")],
        [numpy_helper.from_array(values.view(np.int32), "w")],
        [helper.make_tensor("w", TensorProto.FLOAT, [6], values)],
        [helper.make_tensor("w", TensorProto.DOUBLE, [6], values.astype(np.float64))],
        [helper.make_tensor("w", TensorProto.INT64, [6], range(6))],
        [helper.make_tensor("w", TensorProto.INT64, [6], range(1, 7))],
        [helper.make_tensor("w", TensorProto.UINT64, [6], range(6))],
        [helper.make_tensor("w", TensorProto.INT32, [6], range(6))],
        [TensorProto(name="w", data_type=TensorProto.STRING, dims=[2], string_data=[b"a", b"b"])],
        [TensorProto(name="w", data_type=TensorProto.STRING, dims=[2], string_data=[b"ab", b""])],
        [numpy_helper.from_array(values, "w"), numpy_helper.from_array(values, "v")],
        [numpy_helper.from_array(values, "v"), numpy_helper.from_array(values, "w")],
        [],
    ]
    digests = [digest_of(*tensors) for tensors in kinds]
    assert len(set(digests)) == len(kinds)
    assert digests == [digest_of(*tensors) for tensors in kinds]


# -- bytes that are none ------------------------------------------------------------------------------


def varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def message(number: int, payload: bytes, wire: int = 2) -> bytes:
    return varint(number << 3 | wire) + (varint(len(payload)) if wire == 2 else b"") + payload


def graph_with(initializer: list[bytes] | None = None) -> bytes:
    return message(7, b"".join(message(5, each) for each in initializer or []))


def nest(depth: int) -> bytes:
    payload = b""
    for _ in range(depth):  # graph ← g of an attribute ← attribute of a node ← node
        payload = message(1, message(5, message(6, payload)))
    return message(7, payload)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it holds no graph"),
        (message(2, b"descant"), "it holds no graph"),
        (message(7, b"", wire=0) + b"\x01", "field 7 should hold bytes"),
        (b"\x3a", "a number does not end"),
        (b"\x3a\x05ab", "field 7 is 5 bytes long where 2 are left"),
        (message(7, b"\x2a\x7f"), "field 5 is 127 bytes long where 0 are left"),
        (b"\x3a" + varint(2**63) + b"ab", f"field 7 is {2**63} bytes long where 2 are left"),
        (b"\x80" * 20, "a number does not end"),
        (b"\x00\x00", "no field has the tag 0"),
        (varint(2**32 + 8) + b"\x00", "no field has the tag 4294967304"),
        (b"\x0b\x0c", "field 1 has the unknown wire type 3"),
        (b"\x0f", "field 1 has the unknown wire type 7"),
        (b"\x0d\x00\x00", "field 1 is 4 bytes long where 2 are left"),
        (b"\x09\x00\x00", "field 1 is 8 bytes long where 2 are left"),
        (message(7, message(1, message(7, b"\xff"))), "field 7 should hold text"),
        (graph_with([message(2, b"\x01")]), "field 2 should hold a number"),
        (message(14, message(1, b"k")) * 2, "its metadata has the key 'k' twice"),
        (nest(40), f"it is nested more than {DEEPEST} deep"),
        (nest(2000), f"it is nested more than {DEEPEST} deep"),
        (b"\x08\x00" * 600_000, "it has more than 500000 parts"),
        (graph_with([message(1, b"\x00" * 600_000)]), "it has more than 500000 parts"),
        (b"%PDF-1.7 is something else", "field 13 has the unknown wire type 6"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_onnx_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DescantError) as caught:
        read_onnx(data, "deep/x.onnx")
    assert str(caught.value) == f"deep/x.onnx is torn or not an ONNX file: {reason}"


def test_deep_but_honest_nesting_is_read() -> None:
    assert read_onnx(nest(20), "x").domains == {""}


def test_numbers_are_read_as_protobuf_reads_them() -> None:
    """A packed and an unpacked list of dimensions, one of them negative, make the same hash."""
    numbers = (3, 2**63 + 5, 0)
    packed = message(1, b"".join(map(varint, numbers)))
    single = b"".join(message(1, varint(number), wire=0) for number in numbers)
    digests = {read_onnx(graph_with([each]), "x").weights for each in (packed, single)}
    assert len(digests) == 1
    dims = ModelProto.FromString(graph_with([packed])).graph.initializer[0].dims
    assert list(dims) == [3, 5 - 2**63, 0]
    assert digests != {read_onnx(graph_with([message(1, struct.pack("<3b", 3, 5, 0))]), "x").weights}


def read(data: bytes) -> OnnxFile | str:
    try:
        return read_onnx(data, "x.onnx")
    except DescantError as error:
        return str(error)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=400))
@example(b"\x3a\x00")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    found = read(data)
    assert isinstance(found, OnnxFile) or found.startswith("x.onnx is torn or not an ONNX file: ")


NESTED = nested_model().SerializeToString()


@settings(deadline=None, max_examples=500)
@given(st.lists(st.tuples(st.integers(0, len(NESTED) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_a_spoilt_file_hides_nothing_from_us_that_protobuf_sees(changes: list[tuple[int, int]]) -> None:
    data = bytearray(NESTED)
    for at, byte in changes:
        data[at] = byte
    found = read(bytes(data))
    try:
        outside, domains = outside_and_domains(ModelProto.FromString(bytes(data)))
    except (DecodeError, UnicodeDecodeError):
        return  # refused by protobuf itself, and so by a runtime
    if isinstance(found, OnnxFile):
        assert outside <= set(found.external)
        assert domains <= found.domains
