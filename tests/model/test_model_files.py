"""Model files that are refused before any runtime sees them, each in one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from descant_daemon.model import model_files
from descant_daemon.model.contract import FORMAT
from descant_daemon.model.forms import FEATURES, BiaxialMetadata
from descant_daemon.model.model_files import (
    check_graph,
    check_model_files,
    metadata_properties,
    pair_hash,
    weights_hash,
)
from descant_daemon.note_state import PitchRange
from descant_routing.errors import DescantError

Models = dict[str, Any]
Save = Callable[[Models], Path]
Refusal = Callable[[Path], str]


def test_a_good_model_passes(models: Models, save: Save) -> None:
    stem = save(models)
    metadata, weights, files = check_model_files(stem)
    assert metadata.pitches == PitchRange(40, 51)
    assert isinstance(metadata, BiaxialMetadata)
    assert metadata.time_layers == (5, 3)
    assert metadata.styles == ("chorale", "other")
    assert files.graphs["time"] == (stem.parent / "a.b.time.onnx").read_bytes()
    assert files.graphs["note"] == (stem.parent / "a.b.note.onnx").read_bytes()
    by_onnx = {each.name: numpy_helper.to_array(each) for each in models["note"].graph.initializer}
    assert len(weights) == 8
    assert all(np.array_equal(weight, by_onnx[name]) for name, weight in weights.items())


def test_the_contract_is_what_the_good_model_has(models: Models, save: Save) -> None:
    """The model was written out by hand; exporter and check must agree with it, names, shapes and types."""
    graphs = check_model_files(save(models)).metadata.graphs()
    for axis, found, promised in (
        ("time", models["time"].graph.input, graphs["time"].inputs),
        ("time", models["time"].graph.output, graphs["time"].outputs),
        ("note", models["note"].graph.input, graphs["note"].inputs),
        ("note", models["note"].graph.output, graphs["note"].outputs),
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
    schema = BiaxialMetadata.model_json_schema()["properties"]
    assert schema["features"]["const"] == FEATURES
    assert FORMAT == 3


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
    monkeypatch.setattr(model_files, "MOST_BYTES", 258 * 2**20)
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


def _renamed(weight: Any) -> None:
    weight.name = "other"


def _as_double(weight: Any) -> None:
    weight.data_type = TensorProto.DOUBLE


def _as_floats(weight: Any) -> None:
    floats = np.frombuffer(weight.raw_data, "<f4")
    weight.ClearField("raw_data")
    weight.float_data.extend(floats.tolist())


def _cut_short(weight: Any) -> None:
    weight.raw_data = weight.raw_data[:-4]


def _turned_round(weight: Any) -> None:
    weight.dims[:] = reversed(weight.dims)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_renamed, "has no weight 'note_own0' (float32 [1, 16, 4])"),
        (_as_double, "the weight 'note_own0' should be float32 [1, 16, 4] and is element type 11 [1, 16, 4]"),
        (_turned_round, "the weight 'note_own0' should be float32 [1, 16, 4] and is float32 [4, 16, 1]"),
        (_as_floats, "the weight 'note_own0' is not stored whole"),
        (_cut_short, "the weight 'note_own0' is not stored whole"),
    ],
)
def test_a_note_axis_without_its_weights_is_refused(
    spoil: Callable[[Any], None], sentence: str, models: Models, save: Save, refusal: Refusal
) -> None:
    """With hashes that fit what stands there, so that it is the weight that is looked at."""
    weight = next(each for each in models["note"].graph.initializer if each.name == "note_own0")
    spoil(weight)
    hashes = {axis: weights_hash(model.SerializeToString()) for axis, model in models.items()}
    good = BiaxialMetadata.model_validate_json(
        next(entry.value for entry in models["note"].metadata_props if entry.key == "descant.metadata")
    )
    metadata = good.model_copy(update={"pair": pair_hash(hashes["time"], hashes["note"])})
    for axis, model in models.items():
        helper.set_model_props(model, metadata_properties(metadata, axis, hashes[axis]))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert refusal(save(models)).endswith(sentence)


def test_a_weight_that_stands_there_twice_is_refused(models: Models, save: Save, refusal: Refusal) -> None:
    """Which of the two would be played?"""
    graph = models["note"].graph
    graph.initializer.append(next(each for each in graph.initializer if each.name == "note_own0"))
    assert refusal(save(models)).endswith("it has the weight 'note_own0' twice")


def test_a_torn_model_is_refused_wherever_it_is_torn(models: Models) -> None:
    for axis, model in models.items():
        data = model.SerializeToString()
        check_graph(data, axis, "x.onnx")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        for length in (*range(0, len(data), 97), len(data) - 1):
            with pytest.raises(DescantError, match=r"^x\.onnx "):
                check_graph(data[:length], axis, "x.onnx")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
