"""The reference network: the same everywhere, a model like any other, and music-like in what it plays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx

from descant_daemon.bench.reference import GRAPHS, reference_graph, write_reference
from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.engine import Engine
from descant_daemon.model.card import check_model_files
from descant_daemon.model.runtime import OnnxNetwork


def test_it_passes_every_check_of_a_model_and_has_the_sizes_it_is_named_for(tmp_path: Path) -> None:
    facts = check_model_files(write_reference(tmp_path)).metadata
    assert (facts.pitches.size, facts.time_layers, facts.note_layers) == (88, (300, 300), (100, 50))


def test_what_ships_is_what_the_exporter_writes() -> None:
    from descant_export.reference import templates

    folder = Path("daemon/descant_daemon/bench/reference")
    for name, data in templates().items():
        shipped, fresh = (
            onnx.load_from_string((folder / f"{name}.onnx").read_bytes()),
            onnx.load_from_string(data),
        )
        assert [node.op_type for node in shipped.graph.node] == [node.op_type for node in fresh.graph.node]
        assert [*shipped.metadata_props] == [*fresh.metadata_props]


def test_the_onnx_library_reads_it_as_one_whole_graph() -> None:
    for name in GRAPHS:
        onnx.checker.check_model(onnx.load_from_string(reference_graph(name)), full_check=True)


def test_the_floor_has_the_layers_of_the_model_and_nothing_else() -> None:
    for axis in ("time", "note"):
        model, floor = (onnx.load_from_string(reference_graph(name)) for name in (axis, f"{axis}-floor"))
        sizes = [
            sorted(
                tuple(each.dims)
                for node in graph.graph.node
                if node.op_type == "LSTM"
                for each in graph.graph.initializer
                if each.name in node.input
            )
            for graph in (model, floor)
        ]
        assert sizes[0] == sizes[1]
        assert {node.op_type for node in floor.graph.node} <= {"LSTM", "Squeeze", "Identity"}


def test_it_plays_about_three_voices_that_last_some_steps(tmp_path: Path) -> None:
    network = OnnxNetwork.load(write_reference(tmp_path))
    engine, silence = Engine(network), np.zeros((88, 2), np.float32)
    ours, sounding, struck = silence, [], []
    for step in range(200):
        ours = engine.answer(Ask(0, step, 16, silence, ours, ours, not step, Sampling(voices=16))).ours
        sounding.append(ours[:, 0].sum())
        struck.append(ours[:, 1].sum())
    assert 2 < np.mean(sounding[40:]) < 5
    assert 3 < np.sum(sounding[40:]) / np.sum(struck[40:]) < 12, "steps a note"
