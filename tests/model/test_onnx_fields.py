"""Our table of ONNX's fields against the onnx package's own description of them."""

from __future__ import annotations

from typing import Any

import pytest
from onnx import ModelProto, TensorProto

from descant_daemon.model import onnx_fields
from descant_daemon.model.onnx_fields import FIELDS


def held(field: Any) -> str:
    """The message that a field holds, without the package; "" for a number, text or bytes."""
    return field.message_type.full_name.removeprefix("onnx.") if field.message_type is not None else ""


def descriptors(root: Any) -> dict[str, Any]:
    """Every message type that can stand in ``root``, by its name without the package."""
    found: dict[str, Any] = {}
    waiting = [root]
    while waiting:
        each = waiting.pop()
        if found.setdefault(each.full_name.removeprefix("onnx."), each) is each:
            waiting += [field.message_type for field in each.fields if held(field) not in {"", *found}]
    return found


MESSAGES = descriptors(ModelProto.DESCRIPTOR)


@pytest.mark.parametrize("kind", FIELDS)
def test_field_numbers_are_those_of_onnx(kind: str) -> None:
    for number, known in FIELDS[kind].items():
        field = MESSAGES[kind].fields_by_number[number]
        assert field.name == known.name
        if known.message:
            assert held(field) == known.message


def test_no_way_to_a_node_or_a_tensor_is_overlooked() -> None:
    leading = {"NodeProto", "TensorProto"}
    while more := {
        kind
        for kind, each in MESSAGES.items()
        if kind not in leading and any(held(field) in leading for field in each.fields)
    }:
        leading |= more
    assert {"GraphProto", "SparseTensorProto", "TrainingInfoProto", "FunctionProto"} <= leading
    for kind in leading:
        for field in MESSAGES[kind].fields:
            assert held(field) not in leading or field.number in FIELDS[kind], f"{kind}.{field.name}"


def test_the_fields_of_a_tensor_that_hold_data_are_all_known() -> None:
    data = {field.name for field in MESSAGES["TensorProto"].fields if field.name.endswith("_data")}
    assert data <= {known.name for known in FIELDS["TensorProto"].values()}


def test_enums_are_those_of_onnx() -> None:
    assert (onnx_fields.FLOAT, onnx_fields.INT64) == (TensorProto.FLOAT, TensorProto.INT64)
    assert onnx_fields.EXTERNAL == TensorProto.EXTERNAL
