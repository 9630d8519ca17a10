"""The files of a model, and the checks they pass before any runtime sees them."""

from __future__ import annotations

import hashlib
import json
import math
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from descant_daemon.model.contract import BATCH, FORMAT, ROLES, Graph, Port, Role
from descant_daemon.model.forms import FEATURES, FORMS
from descant_daemon.model.graph import DOMAINS, GraphError, shapes_of
from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.model.onnx_fields import FLOAT, INT64
from descant_daemon.model.onnx_file import OnnxFile, Tensor, TensorPort, read_onnx
from descant_routing.errors import DescantError
from descant_routing.wording import hint, shown

MOST_BYTES = 256 * 2**20
FLOAT_BYTES = 4
LFS = b"version https://git-lfs.github.com/spec/"
ORT_FORMAT = b"ORTM"
KEYS = ("descant.format", "descant.role", "descant.metadata", "descant.weights")
FORMER = 2  # the format before: biaxial models alone, the role under ``FORMER_ROLE``
FORMER_ROLE = "descant.axis"

Weights = dict[str, NDArray[np.float32]]
"""Those that a model's ``Graph.weights`` list, by name."""


class ModelBytes(NamedTuple):
    """A model's files by role, as they were read: what is checked is what runs, whatever becomes of the files."""

    stem: Path
    graphs: Mapping[Role, bytes]

    @property
    def digest(self) -> bytes:
        """SHA-256 over all files: the same digest, the same model."""
        each = (role.encode() + hashlib.sha256(data).digest() for role, data in self.graphs.items())
        return hashlib.sha256(b"".join(each)).digest()


class ModelFiles(NamedTuple):
    """A model that passed every check: its metadata, the weights that the daemon takes, the files that were checked."""

    metadata: ModelMetadata
    weights: Weights
    files: ModelBytes


def metadata_properties(metadata: ModelMetadata, role: Role, weights: str) -> dict[str, str]:
    """The ``metadata_props`` of one file; ``weights`` is the ``weights_hash`` of that file."""
    return dict(zip(KEYS, (str(FORMAT), role, metadata.model_dump_json(), weights), strict=True))


def weights_hash(data: bytes) -> str:
    """SHA-256 (hex) over the initializers of an ONNX file, which is the same with and without metadata."""
    return read_onnx(data, "this model").weights


def pair_hash(*weights: str) -> str:
    """The hash (hex) that ties a model's graphs together, from the ``descant.weights`` of each, in order."""
    return hashlib.sha256(" ".join(weights).encode()).hexdigest()


def model_path(stem: Path, role: Role) -> Path:
    """``<stem>.<role>.onnx``; the stem may hold dots."""
    return stem.with_name(f"{stem.name}.{role}.onnx")


def model_paths(stem: Path, metadata: ModelMetadata) -> list[Path]:
    """All files of such a model, in order."""
    return [model_path(stem, role) for role in metadata.graphs()]


def is_model(stem: Path) -> bool:
    """Whether any file of a model lies there."""
    return any(model_path(stem, role).exists() for role in ROLES)


def check_model_files(stem: Path) -> ModelFiles:
    """Read all files of a model. Raises DescantError, in one sentence, for anything that does not fit."""
    return check_model(read_model(stem))


def read_model(stem: Path) -> ModelBytes:
    """All files that lie there, unchecked. Raises DescantError when one is no file, too large or cannot be read."""
    there: Sequence[Role] = [role for role in ROLES if _is_there(model_path(stem, role))] or ROLES[:1]
    return ModelBytes(stem, {role: _read(model_path(stem, role)) for role in there})


def check_model(files: ModelBytes) -> ModelFiles:
    """What files say of themselves. Raises DescantError, in one sentence, for anything that does not fit."""
    stem = files.stem
    first = next(iter(files.graphs))
    metadata, _ = check_graph(files.graphs[first], first, str(model_path(stem, first)))
    wanted, found, weights = metadata.graphs(), list[OnnxFile](), Weights()
    for role, graph in wanted.items():
        path = model_path(stem, role)
        if role not in files.graphs:
            raise DescantError(f"the model file {path} cannot be read (No such file or directory)")
        other, file = check_graph(files.graphs[role], role, str(path))
        if other != metadata:
            first_name = model_path(stem, first).name
            raise DescantError(f"{first_name} and {path.name} in {stem.parent} are not of the same model")
        weights |= read_weights(file, graph, str(path))
        found.append(file)
    if metadata.pair != pair_hash(*(file.weights for file in found)):
        names = " and ".join(model_path(stem, role).name for role in wanted)
        raise DescantError(f"{names} in {stem.parent} are not of the same model")
    return ModelFiles(metadata, weights, ModelBytes(stem, {role: files.graphs[role] for role in wanted}))


def read_weights(file: OnnxFile, graph: Graph, name: str) -> Weights:
    """The weights that ``graph`` lists; ``name`` is for the sentence of the DescantError."""
    weights = Weights()
    for each, dims in graph.weights.items():
        tensor = file.tensors.get(each)
        if tensor is None:
            raise DescantError(f"{name} has no weight '{each}' (float32 {_shape(dims)})")
        if tensor.element != FLOAT or tensor.dims != dims:
            raise DescantError(
                f"{name}: the weight '{each}' should be float32 {_shape(dims)} and is {_kind(tensor)}"
            )
        if tensor.raw is None or len(tensor.raw) != FLOAT_BYTES * math.prod(dims):
            raise DescantError(f"{name}: the weight '{each}' is not stored whole")
        weights[each] = np.frombuffer(tensor.raw, "<f4").reshape(dims)
    return weights


def check_graph(data: bytes, role: Role, name: str) -> tuple[ModelMetadata, OnnxFile]:
    """Check one graph by itself; ``name`` is for the sentence of the DescantError."""
    if data.startswith(LFS):
        raise DescantError(
            f"{name} is a Git LFS pointer and not the model: `git lfs pull` in its repository gets the file"
        )
    if data[4:8] == ORT_FORMAT:  # a runtime might take it for a format that is not checked here
        raise DescantError(f"{name} is in ONNX Runtime's own format; a model is an ONNX file")
    file = read_onnx(data, name)
    if file.external:
        raise DescantError(
            f"{name} keeps the tensor '{file.external[0][:60]}' in another file, which is not allowed"
        )
    if custom := sorted(file.domains - {*DOMAINS}):
        raise DescantError(f"{name} needs operators of the domain '{custom[0][:60]}', which is not allowed")
    metadata = _metadata(file.metadata, role, name)
    if file.metadata["descant.weights"] != file.weights:
        raise DescantError(f"{name} is damaged: its weights are not those that its metadata tells of")
    graph = metadata.graphs()[role]
    _check_ports(name, "input", graph.inputs, file.inputs)
    _check_ports(name, "output", graph.outputs, file.outputs)
    if graph.runs:
        try:
            shapes_of(file, graph.inputs, graph.outputs)
        except GraphError as error:
            raise DescantError(f"{name} cannot be played: {error}") from None
    return metadata, file


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError:
        pass  # whoever reads it is told what is wrong
    return True


def _read(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DescantError(f"{path} is not a file")
        if status.st_size > MOST_BYTES:
            size = f"{status.st_size / 2**20:.0f} MiB"
            raise DescantError(f"{path} is {size}; a model file is at most {MOST_BYTES // 2**20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise DescantError(f"the model file {path} cannot be read ({error.strerror})") from error


def _metadata(props: dict[str, str], role: Role, name: str) -> ModelMetadata:
    former = props.get("descant.format") == str(FORMER)
    keys = [FORMER_ROLE if former and key == "descant.role" else key for key in KEYS]
    if "descant.format" in props and not former and props["descant.format"] != str(FORMAT):
        found = props["descant.format"][:20]
        raise DescantError(f"{name} is in model format {found}, and this Descant reads {FORMER} and {FORMAT}")
    missing = [key for key in keys if key not in props]
    if missing:
        raise DescantError(f"{name} is not a Descant model: its metadata has no {missing[0]}")
    if unknown := sorted(key for key in props if key.startswith("descant.") and key not in keys):
        raise DescantError(f"{name} has metadata that this Descant does not know: {unknown[0][:60]}")
    if props[keys[1]] != role:
        found = props[keys[1]][:20]
        raise DescantError(f"{name} holds the {found} graph where the {role} graph should be")
    form = FORMS["biaxial"] if former else _form(props["descant.metadata"], name)
    try:
        metadata = form.model_validate_json(props["descant.metadata"])
    except ValidationError as error:
        raise DescantError(f"{name}: {_fault(error.errors(include_url=False)[0])}") from error
    if role not in metadata.graphs():
        raise DescantError(f"{name}: a model of the family {metadata.family} has no {role} graph")
    return metadata


def _form(text: str, name: str) -> type[ModelMetadata]:
    """Of the family that the metadata names; of any where it names none, which is then found missing."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return ModelMetadata
    family = told.get("family") if isinstance(told, dict) else None
    if not isinstance(family, str):
        return ModelMetadata
    if family not in FORMS:
        raise DescantError(
            f"{name} is of the family {shown(family)}, which this Descant does not know{hint(family, FORMS)}"
        )
    return FORMS[family]


def _fault(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"])[:60]
    match fault["type"]:
        case "missing":
            return f"its metadata has no '{where}'"
        case "extra_forbidden":
            return f"its metadata has the unknown entry '{where}'"
        case "value_error":
            return f"its metadata contradicts itself: {fault['ctx']['error']}"
        case "json_invalid":
            return "its metadata is not JSON"
        case _ if where == "features":
            return f"its input features are {str(fault['input'])[:20]}, and this Descant knows {FEATURES}"
        case _:
            return f"its metadata '{where}' is wrong: {fault['msg']}"


def _check_ports(name: str, side: str, expected: tuple[Port, ...], found: list[TensorPort]) -> None:
    by_name = {port.name: port for port in found}
    known = {port.name for port in expected}
    if len(by_name) != len(found):
        raise DescantError(f"{name} has two {side}s of the same name")
    if extra := [port.name for port in found if port.name not in known]:
        raise DescantError(f"{name} has the unknown {side} '{extra[0][:60]}'")
    for port in expected:
        wants = f"{'int64' if port.integer else 'float32'} {_shape(port.dims)}"
        actual = by_name.get(port.name)
        if actual is None:
            raise DescantError(f"{name} has no {side} '{port.name}' ({wants})")
        if not _fits(port, actual):
            raise DescantError(f"{name}: {side} '{port.name}' should be {wants} and is {_kind(actual)}")


def _kind(actual: TensorPort | Tensor) -> str:
    kind = {FLOAT: "float32", INT64: "int64"}.get(actual.element, f"element type {actual.element}")
    return f"{kind} {'without a shape' if actual.dims is None else _shape(actual.dims)}"


def _fits(port: Port, actual: TensorPort) -> bool:
    if actual.element != (INT64 if port.integer else FLOAT) or actual.dims is None:
        return False
    dims = zip(port.dims, actual.dims, strict=False)
    return len(actual.dims) == len(port.dims) and all(_dim_fits(*pair) for pair in dims)


def _dim_fits(expected: int | str, actual: int | str) -> bool:
    """A symbol fits everything; a fixed batch is the daemon's, of one; a stretch is never fixed."""
    if isinstance(actual, str):
        return True
    return actual == (1 if expected == BATCH else expected)


def _shape(dims: Sequence[int | str]) -> str:
    return f"[{', '.join(str(dim)[:20] or '?' for dim in dims[:8])}]"
