"""Model files that are refused before any runtime sees them, each in one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper

from descant_daemon.model import card
from descant_daemon.model.card import (
    ModelMetadata,
    check_graph,
    check_model_files,
    metadata_properties,
    pair_hash,
    weights_hash,
)
from descant_daemon.model.contract import FEATURES, FORMAT, inputs, outputs
from descant_daemon.note_state import PitchRange
from descant_routing.errors import DescantError

Models = dict[str, Any]
Save = Callable[[Models], Path]
Refusal = Callable[[Path], str]


def test_a_good_model_passes(models: Models, save: Save) -> None:
    stem = save(models)
    metadata, time_axis, note_axis = check_model_files(stem)
    assert metadata.pitches == PitchRange(40, 51)
    assert metadata.time_layers == (5, 3)
    assert metadata.styles == ("chorale", "other")
    assert time_axis == (stem.parent / "a.b.time.onnx").read_bytes()
    assert note_axis == (stem.parent / "a.b.note.onnx").read_bytes()


def test_the_contract_is_what_the_good_model_has(models: Models, save: Save) -> None:
    """The model was written out by hand; exporter and check must agree with it, names, shapes and types."""
    sizes = check_model_files(save(models)).metadata.sizes
    for axis, found, promised in (
        ("time", models["time"].graph.input, inputs("time", sizes)),
        ("time", models["time"].graph.output, outputs("time", sizes)),
        ("note", models["note"].graph.input, inputs("note", sizes)),
        ("note", models["note"].graph.output, outputs("note", sizes)),
    ):
        kinds = {True: TensorProto.INT64, False: TensorProto.FLOAT}
        made = [helper.make_tensor_value_info(port.name, kinds[port.integer], port.dims) for port in promised]
        assert sorted(port.SerializeToString() for port in made) == sorted(
            port.SerializeToString() for port in found
        ), axis


def test_what_the_exporter_writes_is_what_is_read(models: Models, save: Save) -> None:
    metadata = check_model_files(save(models)).metadata
    hashes = {axis: weights_hash(model.SerializeToString()) for axis, model in models.items()}
    metadata = metadata.model_copy(update={"pair": pair_hash(hashes["time"], hashes["note"]), "steps": 77})
    for axis, model in models.items():
        helper.set_model_props(model, metadata_properties(metadata, axis, hashes[axis]))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert check_model_files(save(models)).metadata == metadata


def test_the_constants_are_those_of_the_metadata() -> None:
    schema = ModelMetadata.model_json_schema()["properties"]
    assert schema["features"]["const"] == FEATURES
    assert FORMAT == 1


def test_symbols_and_a_batch_of_one_are_as_good_as_numbers(models: Models, save: Save) -> None:
    time, note = models["time"].graph, models["note"].graph
    time.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    time.input[0].type.tensor_type.shape.dim[1].dim_param = "pitches"
    note.output[0].type.tensor_type.shape.dim[1].ClearField("dim_param")
    check_model_files(save(models))


def test_missing_files_are_named(models: Models, save: Save, refusal: Refusal) -> None:
    stem = save(models)
    (stem.parent / "a.b.note.onnx").unlink()
    assert refusal(stem) == "the model file a.b.note.onnx cannot be read (No such file or directory)"
    assert refusal(stem.with_name("other")).startswith("the model file other.time.onnx cannot be read")


def test_a_file_of_257_mib_is_refused_unread(
    models: Models, save: Save, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    stem = save(models)
    big = stem.parent / "a.b.time.onnx"
    with big.open("r+b") as file:
        file.truncate(257 * 2**20)  # a hole: no disk is used

    def unread(path: Path) -> bytes:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(Path, "read_bytes", unread)
    assert refusal(stem) == "a.b.time.onnx is 257 MiB; a model file is at most 256 MiB"
    monkeypatch.setattr(card, "MOST_BYTES", 258 * 2**20)
    with pytest.raises(AssertionError, match="was read"):
        check_model_files(stem)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_a_pipe_or_a_folder_is_not_waited_for(models: Models, save: Save, refusal: Refusal) -> None:
    stem = save(models)
    (stem.parent / "a.b.time.onnx").unlink()
    os.mkfifo(stem.parent / "a.b.time.onnx")
    assert refusal(stem) == "a.b.time.onnx is not a file"
    (stem.parent / "a.b.time.onnx").unlink()
    (stem.parent / "a.b.time.onnx").mkdir()
    assert refusal(stem) == "a.b.time.onnx is not a file"


def test_a_torn_model_is_refused_wherever_it_is_torn(models: Models) -> None:
    for axis, model in models.items():
        data = model.SerializeToString()
        check_graph(data, axis, "x.onnx")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        for length in (*range(0, len(data), 97), len(data) - 1):
            with pytest.raises(DescantError, match=r"^x\.onnx "):
                check_graph(data[:length], axis, "x.onnx")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
