"""Model files that something has happened to, checked, and played for a step where they pass; a line of JSON for each.

Usage: mutants.py STEM FIRST COUNT. Half of them are torn, flipped and mixed bytes; half are graphs and metadata that
were changed in their meaning and have every hash right, as somebody who means harm would see to it.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper

from descant_daemon.engine.choice import Choice, Line
from descant_daemon.families import model_of
from descant_daemon.families.along_time import AlongTime
from descant_daemon.model.model_files import ModelBytes, check_model, pair_hash, read_model, weights_hash
from descant_routing.errors import DescantError

NUMBERS = (0, 1, -1, 2, 3, 7, 255, 2**16, 2**31, 2**33, 2**62, -(2**63))
OPERATORS = (
    "Add", "Concat", "ConstantOfShape", "Expand", "Gather", "Gemm", "Identity", "If", "LSTM", "Loop", "MatMul", "Mod",
    "Pad", "Range", "Reshape", "Resize", "Scan", "Shape", "Slice", "Squeeze", "Tanh", "Tile", "Transpose", "Unsqueeze",
)  # fmt: skip


def torn(data: bytes, dice: random.Random) -> bytes:
    """As disks, cables and editors do it."""
    whole = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 8))):
        if not whole:
            break
        # What is not a weight is a hundredth of the file, at its ends and between the weights.
        near = min(len(whole) - 1, int(len(whole) * dice.random() ** 4))
        at = near if dice.random() < 0.5 else len(whole) - 1 - near
        match dice.randrange(6):
            case 0:
                whole[at] ^= 1 << dice.randrange(8)
            case 1:
                whole[at] = dice.randrange(256)
            case 2:
                del whole[at : at + dice.randrange(1, 40)]
            case 3:
                whole[at:at] = whole[at : at + dice.randrange(1, 200)]
            case 4:
                whole[at:at] = dice.randbytes(dice.randrange(1, 12))
            case _:
                del whole[max(1, at) :]
    return bytes(whole)


def another_operator(graph: Any, dice: random.Random) -> None:
    dice.choice(graph.node).op_type = dice.choice(OPERATORS)


def another_input(graph: Any, dice: random.Random) -> None:
    node = dice.choice(graph.node)
    names = [name for each in graph.node for name in (*each.input, *each.output)]
    if node.input:
        node.input[dice.randrange(len(node.input))] = dice.choice(names)


def one_more(graph: Any, dice: random.Random) -> None:
    names = [name for each in graph.node for name in each.output if name]
    weights = [each.name for each in graph.initializer]
    inputs = [dice.choice(dice.choice((names, weights))) for _ in range(dice.randrange(1, 4))]
    made = helper.make_node(dice.choice(OPERATORS), inputs, [f"more{dice.random()}"])
    graph.node.insert(dice.randrange(len(graph.node) + 1), made)


def other_order(graph: Any, dice: random.Random) -> None:
    one = graph.node.pop(dice.randrange(len(graph.node)))
    graph.node.insert(dice.randrange(len(graph.node) + 1), one)


def other_numbers(graph: Any, dice: random.Random) -> None:
    whole = [each for each in graph.initializer if each.data_type == onnx.TensorProto.INT64]
    tensor = dice.choice(whole)
    numbers = np.frombuffer(tensor.raw_data, "<i8").copy()
    if len(numbers):
        numbers[dice.randrange(len(numbers))] = dice.choice(NUMBERS)
        tensor.raw_data = numbers.tobytes()


def other_dims(graph: Any, dice: random.Random) -> None:
    tensor = dice.choice(graph.initializer)
    if tensor.dims and dice.random() < 0.5:
        tensor.dims[dice.randrange(len(tensor.dims))] = dice.choice(NUMBERS)
    elif tensor.dims:
        tensor.dims[:] = dice.sample([*tensor.dims], len(tensor.dims))


def other_attribute(graph: Any, dice: random.Random) -> None:
    named = [each for node in graph.node for each in node.attribute]
    if named:
        dice.choice(named).i = dice.choice(NUMBERS)


def wild_weights(graph: Any, dice: random.Random) -> None:
    floats = [each for each in graph.initializer if each.data_type == onnx.TensorProto.FLOAT]
    tensor = dice.choice(floats)
    weights = np.frombuffer(tensor.raw_data, "<f4").copy()
    weights[:: dice.randrange(1, 50)] = dice.choice((np.nan, np.inf, -np.inf, 3e38, 1e-45))
    tensor.raw_data = weights.tobytes()


def other_port(graph: Any, dice: random.Random) -> None:
    port = dice.choice([*graph.input, *graph.output])
    dims = port.type.tensor_type.shape.dim
    dims[dice.randrange(len(dims))].dim_value = dice.choice(NUMBERS)


CHANGES: tuple[Callable[[Any, random.Random], None], ...] = (
    another_operator, another_input, one_more, other_order, other_numbers, other_dims, other_attribute, wild_weights,
    other_port,
)  # fmt: skip


def other_metadata(told: dict[str, Any], dice: random.Random) -> None:
    name = dice.choice(sorted(told))
    told[name] = dice.choice(
        (*NUMBERS, "x" * 100_000, "\x1b[2J", None, [], {}, [8192] * 16, [1], ["a"] * 1024, 1e308, True)
    )


def meant(files: ModelBytes, dice: random.Random) -> ModelBytes:
    """As somebody does it who knows the format."""
    models = [onnx.load_from_string(data) for data in files.graphs.values()]
    told = json.loads(next(each.value for each in models[0].metadata_props if each.key == "descant.metadata"))
    for _ in range(dice.choice((1, 1, 2, 3))):
        dice.choice(CHANGES)(dice.choice((models[0], models[0], models[1])).graph, dice)
    if dice.random() < 0.25:
        other_metadata(told, dice)
    told.setdefault("family", "biaxial")  # which a file of the format before does not say
    hashes = [weights_hash(model.SerializeToString()) for model in models]
    told["pair"] = pair_hash(*hashes)
    for model, axis, weights in zip(models, ("time", "note"), hashes, strict=True):
        properties = {"format": "3", "role": axis, "metadata": json.dumps(told), "weights": weights}
        helper.set_model_props(model, {f"descant.{name}": value for name, value in properties.items()})
    return ModelBytes(
        files.stem,
        {role: model.SerializeToString() for role, model in zip(files.graphs, models, strict=True)},
    )


def mutant(files: ModelBytes, seed: int) -> ModelBytes:
    dice = random.Random(seed)
    if dice.random() < 0.5:
        return meant(files, dice)
    which = dice.randrange(2)
    return ModelBytes(
        files.stem,
        {
            role: torn(data, dice) if at == which else data
            for at, (role, data) in enumerate(files.graphs.items())
        },
    )


def play(files: ModelBytes) -> None:
    """One step. Raises DescantError."""
    network = model_of(check_model(files))
    assert isinstance(network, AlongTime)
    silence = np.zeros((network.pitches.size, 2), np.float32)
    every = np.ones(network.pitches.size, np.bool_)
    choice = Choice(np.zeros((1, *silence.shape)), every, ~every, 1.0, 1.0, 16)
    known, hidden = network.along_time(silence, 3, network.time_start)
    network.choose([Line(known, silence, choice)])
    network.along_time(silence, 4, hidden)


def main() -> None:
    stem, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    files = read_model(stem)
    play(files)
    sys.stdout.write(json.dumps({"untouched": peak()}) + "\n")
    for seed in range(first, first + count):
        sys.stdout.write(json.dumps({"seed": seed, "begins": True}) + "\n")
        sys.stdout.flush()
        try:
            changed = mutant(files, seed)
        except (DescantError, ValueError, OverflowError):  # onnx writes down no such thing
            changed = ModelBytes(stem, {})
        begin = time.process_time()
        try:
            play(changed)
            said = ""
        except DescantError as error:
            said = str(error)
        report = {
            "seed": seed,
            "said": said,
            "seconds": time.process_time() - begin,
            "megabytes": peak(),
        }
        sys.stdout.write(json.dumps(report) + "\n")


def peak() -> float:
    """The most memory that this program has had, MiB; not that of the process which started it, as getrusage has it."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (each for each in status.read_text().splitlines() if each.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
