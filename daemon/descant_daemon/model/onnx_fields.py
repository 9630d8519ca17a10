"""Where things stand in an ONNX file: the field numbers of onnx.proto that concern Descant.

Every field that can lead to a node or a tensor is here, for a check that overlooks one is none; the test
holds this table against the onnx package's own description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Known(NamedTuple):
    """A field: its name in onnx.proto and the message it holds, "" for numbers, text and bytes."""

    name: str
    message: str = ""


FIELDS: Mapping[str, Mapping[int, Known]] = {
    "ModelProto": {
        7: Known("graph", "GraphProto"),
        8: Known("opset_import", "OperatorSetIdProto"),
        14: Known("metadata_props", "StringStringEntryProto"),
        20: Known("training_info", "TrainingInfoProto"),
        25: Known("functions", "FunctionProto"),
    },
    "TrainingInfoProto": {
        1: Known("initialization", "GraphProto"),
        2: Known("algorithm", "GraphProto"),
    },
    "FunctionProto": {
        7: Known("node", "NodeProto"),
        10: Known("domain"),
        11: Known("attribute_proto", "AttributeProto"),
    },
    "GraphProto": {
        1: Known("node", "NodeProto"),
        5: Known("initializer", "TensorProto"),
        11: Known("input", "ValueInfoProto"),
        12: Known("output", "ValueInfoProto"),
        15: Known("sparse_initializer", "SparseTensorProto"),
    },
    "NodeProto": {
        1: Known("input"),
        2: Known("output"),
        4: Known("op_type"),
        5: Known("attribute", "AttributeProto"),
        7: Known("domain"),
    },
    "AttributeProto": {
        1: Known("name"),
        3: Known("i"),
        5: Known("t", "TensorProto"),
        6: Known("g", "GraphProto"),
        8: Known("ints"),
        10: Known("tensors", "TensorProto"),
        11: Known("graphs", "GraphProto"),
        20: Known("type"),
        22: Known("sparse_tensor", "SparseTensorProto"),
        23: Known("sparse_tensors", "SparseTensorProto"),
    },
    "SparseTensorProto": {
        1: Known("values", "TensorProto"),
        2: Known("indices", "TensorProto"),
    },
    "TensorProto": {
        1: Known("dims"),
        2: Known("data_type"),
        4: Known("float_data"),
        5: Known("int32_data"),
        6: Known("string_data"),
        7: Known("int64_data"),
        8: Known("name"),
        9: Known("raw_data"),
        10: Known("double_data"),
        11: Known("uint64_data"),
        13: Known("external_data"),
        14: Known("data_location"),
    },
    "OperatorSetIdProto": {1: Known("domain"), 2: Known("version")},
    "StringStringEntryProto": {1: Known("key"), 2: Known("value")},
    "ValueInfoProto": {1: Known("name"), 2: Known("type", "TypeProto")},
    "TypeProto": {1: Known("tensor_type", "TypeProto.Tensor")},
    "TypeProto.Tensor": {1: Known("elem_type"), 2: Known("shape", "TensorShapeProto")},
    "TensorShapeProto": {1: Known("dim", "TensorShapeProto.Dimension")},
    "TensorShapeProto.Dimension": {1: Known("dim_value"), 2: Known("dim_param")},
}

FLOAT, INT64 = 1, 7  # TensorProto.DataType
INT, INTS = 2, 7  # AttributeProto.AttributeType
EXTERNAL = 1  # TensorProto.DataLocation
