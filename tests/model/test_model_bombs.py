"""Models that would take for ever or all memory, or read what is not theirs: refused before a runtime sees them."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import helper, numpy_helper

from descant_daemon.model.graph import MOST_NODES, shapes_of
from descant_daemon.model.model_files import check_model_files, model_path
from descant_daemon.model.onnx_file import read_onnx
from descant_daemon.model.onnx_session import session
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find

Models = dict[str, Any]
Save = Callable[[Models], Path]
Restamp = Callable[..., None]
Refusal = Callable[[Path], str]
Bomb = Callable[[Any], object]


def constant(graph: Any, name: str, numbers: object, kind: type = np.int64) -> str:
    graph.initializer.append(numpy_helper.from_array(np.array(numbers, kind), name))
    return name


def node(graph: Any, operator: str, *names: str, outputs: Sequence[str] = ("x",), **more: Any) -> None:
    graph.node.append(helper.make_node(operator, list(names), list(outputs), **more))


def endless_loop(graph: Any) -> None:
    body = helper.make_graph([helper.make_node("Identity", ["c"], ["go"])], "body", [], [])
    node(graph, "Loop", constant(graph, "trips", 2**62), "", body=body)


def terabytes(graph: Any) -> None:
    node(graph, "ConstantOfShape", constant(graph, "n", [2**33]))


def expanded(graph: Any) -> None:
    node(graph, "Expand", "state", constant(graph, "n", [2**40, 12, 2]))


def expanded_past_counting(graph: Any) -> None:
    node(graph, "Expand", "state", constant(graph, "n", [2**62, 2**62, 1, 1, 1]))


def doubled(graph: Any) -> None:
    last = "state"
    for each in range(40):
        node(graph, "Concat", last, last, outputs=[f"twice{each}"], axis=0)
        last = f"twice{each}"


def doubled_numbers(graph: Any) -> None:
    last = constant(graph, "ones", np.ones(4000))
    for each in range(8):
        node(graph, "Concat", *[last] * 16, outputs=[f"more{each}"], axis=0)
        last = f"more{each}"


def long_labour(graph: Any) -> None:
    node(graph, "Reshape", "state", constant(graph, "flat", [24, 1]), outputs=["a"])
    node(graph, "Expand", "a", constant(graph, "tall", [4096, 24, 1]), outputs=["b"])
    graph.initializer.append(numpy_helper.from_array(np.zeros((1, 40), np.float32), "row"))
    node(graph, "MatMul", "b", "row", outputs=["c"])
    for each in range(3000):
        node(graph, "Tanh", "c", outputs=[f"d{each}"])


def divided_by_nothing(graph: Any) -> None:
    node(graph, "Mod", "step_in_bar", constant(graph, "zero", [0]))


def divided_by_what_comes(graph: Any) -> None:
    node(graph, "Mod", "step_in_bar", "step_in_bar")


def beyond_the_end(graph: Any) -> None:
    node(graph, "Gather", "state", constant(graph, "at", [12]), axis=1)


def a_shape_that_comes(graph: Any) -> None:
    node(graph, "Expand", "state", "step_in_bar")


def torn_padding(graph: Any) -> None:
    node(graph, "Pad", "state", constant(graph, "pads", [0, -5, 0, 0, -5, 0]))


def a_table_for_a_shape(graph: Any) -> None:
    node(graph, "Reshape", "state", constant(graph, "table", [[1, 24]]))


def missing(graph: Any) -> None:
    node(graph, "Tanh", "nobody")


def another_attribute(graph: Any) -> None:
    node(graph, "Gather", "state", constant(graph, "at", [1]), axis=1, mode="wild")


BOMBS: list[tuple[Bomb, str]] = [
    (endless_loop, "it needs the operator 'Loop', which no model needs"),
    (terabytes, "it needs the operator 'ConstantOfShape', which no model needs"),
    (expanded, "it computes more than can be played"),
    (expanded_past_counting, "its operator Expand cannot take what it is given"),
    (doubled, "it computes more than can be played"),
    (doubled_numbers, "it computes more than can be played"),
    (long_labour, f"it has more than {MOST_NODES} operators"),
    (divided_by_nothing, "it divides by what is not above zero"),
    (divided_by_what_comes, "a shape or an index is not known before it runs"),
    (beyond_the_end, "it gathers from beyond the end"),
    (a_shape_that_comes, "a shape or an index is not known before it runs"),
    (torn_padding, "its operator Pad cannot take what it is given"),
    (a_table_for_a_shape, "its operator Reshape cannot take what it is given"),
    (missing, "its operator Tanh reads 'nobody' before it is there"),
    (another_attribute, "its operator Gather has the attribute 'mode'"),
]


@pytest.mark.parametrize(("bomb", "sentence"), BOMBS, ids=[each[0].__name__ for each in BOMBS])
def test_a_bomb_is_refused_soon_and_in_little_room(
    bomb: Bomb, sentence: str, models: Models, save: Save, restamp: Restamp, refusal: Refusal
) -> None:
    bomb(models["time"].graph)
    restamp(models)
    stem = save(models)
    begin = time.process_time()
    tracemalloc.start()
    try:
        said = refusal(stem)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert said == f"a.b.time.onnx cannot be played: {sentence}"
    assert most < 64 * 2**20
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("dims", [(1, 1, 3), (1, 12, 120)])
def test_a_context_that_comes_out_otherwise_than_it_is_declared_is_refused(
    dims: tuple[int, int, int], models: Models, save: Save, restamp: Restamp, refusal: Refusal
) -> None:
    """The climb would read beyond it. ONNX Runtime only warns."""
    graph = models["time"].graph
    graph.initializer.append(numpy_helper.from_array(np.zeros(dims, np.float32), "odd"))
    next(each for each in graph.node if each.output[0] == "context").input[0] = "odd"
    restamp(models)
    assert refusal(save(models)).endswith(
        f"cannot be played: its output 'context' comes out as {list(dims)}, not [1, 12, 3]"
    )


def test_functions_of_its_own_are_refused(
    models: Models, save: Save, restamp: Restamp, refusal: Refusal
) -> None:
    """One that is called as an operator of ONNX would be run in its place."""
    ids = [helper.make_opsetid("", 17)]
    inner = [helper.make_node("Loop", [], ["y"])]
    models["time"].functions.append(helper.make_function("", "Identity", ["x"], ["y"], inner, ids))
    restamp(models)
    assert refusal(save(models)) == "a.b.time.onnx cannot be played: it has functions, which no model has"


def test_layers_that_the_file_has_no_weights_for_are_refused(
    models: Models, save: Save, restamp: Restamp, refusal: Refusal
) -> None:
    restamp(models, {"time_layers": [8192] * 16})
    assert "a.b.time.onnx" in refusal(save(models))


def test_a_git_lfs_pointer_is_called_one(models: Models, save: Save, refusal: Refusal) -> None:
    stem = save(models)
    model_path(stem, "time").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4\n")
    assert refusal(stem) == (
        "a.b.time.onnx is a Git LFS pointer and not the model: `git lfs pull` in its repository gets the file"
    )


def test_a_file_that_is_two_things_at_once_is_refused_and_never_taken_for_the_other(
    models: Models, save: Save, refusal: Refusal
) -> None:
    """A correct ONNX file that ONNX Runtime would read as its own format, for the letters in bytes 4 to 8."""
    stem = save(models)
    path = model_path(stem, "time")
    # The domain of the model, field 4, comes first: its text holds the letters.
    path.write_bytes(b"\x22\x08\x08\x08ORTM\x12\x04" + path.read_bytes())
    assert refusal(stem) == "a.b.time.onnx is in ONNX Runtime's own format; a model is an ONNX file"
    data = path.read_bytes()
    assert data[4:8] == b"ORTM"
    assert "state" in {each.name for each in session(data, "x").get_inputs()}


@pytest.mark.parametrize(
    "entry", [{"styles": ["a\x1b]0;owned\a", "b"]}, {"corpus": "a\x1b[2J"}, {"licences": ["\u202e"]}]
)
def test_text_that_would_move_a_terminal_is_refused(
    entry: dict[str, Any], models: Models, save: Save, restamp: Restamp, refusal: Refusal
) -> None:
    restamp(models, entry)
    said = refusal(save(models))
    assert said.endswith("is wrong: There is a character in it that does not show")
    assert said.isprintable()


@pytest.mark.parametrize("preset", ["bach-chorale", "palette"])
def test_the_shapes_that_are_foretold_are_those_that_come(preset: str) -> None:
    """Every value of a graph, against ONNX Runtime's own."""
    path = find(preset)
    stem = model_stem(path, load_preset(path))
    graph, data = check_model_files(stem).metadata.graphs()["time"], model_path(stem, "time").read_bytes()
    foretold = shapes_of(read_onnx(data, "x"), graph.inputs, graph.outputs)
    model = onnx.load_from_string(data)
    told = {each.name for each in model.graph.output}
    made = [name for each in model.graph.node for name in each.output if name and name not in told]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in made)
    run = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    feed = {
        port.name: np.zeros(foretold[port.name], np.int64 if port.integer else np.float32)
        for port in graph.inputs
    }
    found: list[Any] = [*run.run(None, feed)]
    assert len(found) > 30
    for each, value in zip(run.get_outputs(), found, strict=True):
        assert value.shape == foretold[each.name], each.name
