"""What a model says of itself in its two files, and the checks they pass before any runtime sees them."""

from __future__ import annotations

import hashlib
import math
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from descant_daemon.model.contract import (
    BATCH,
    CLASSES,
    FEATURES,
    FORMAT,
    PLANES,
    VELOCITY,
    Axis,
    Port,
    Sizes,
    inputs,
    note_weights,
    outputs,
)
from descant_daemon.model.graph import DOMAINS, GraphError, shapes_of
from descant_daemon.model.onnx_fields import FLOAT, INT64
from descant_daemon.model.wire import OnnxFile, Tensor, TensorPort, read_onnx
from descant_daemon.note_state import PitchRange
from descant_routing.errors import DescantError

MOST_BYTES = 256 * 2**20
FLOAT_BYTES = 4
LFS = b"version https://git-lfs.github.com/spec/"
ORT_FORMAT = b"ORTM"
KEYS = ("descant.format", "descant.axis", "descant.metadata", "descant.weights")

NoteWeights = dict[str, NDArray[np.float32]]
"""By their names in ``contract.note_weights``."""
Key = Annotated[int, Field(ge=0, le=127)]
Units = Annotated[tuple[Annotated[int, Field(ge=1, le=8192)], ...], Field(min_length=1, max_length=16)]


def _planes(planes: tuple[str, ...]) -> tuple[str, ...]:
    if planes not in (PLANES, (*PLANES, VELOCITY)):
        sentence = "They should be 'play' and 'articulate', and then 'velocity' where there is that"
        raise PydanticCustomError("planes", sentence)
    return planes


def _shows(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("shows", "There is a character in it that does not show")
    return text


Text = Annotated[str, AfterValidator(_shows)]
Planes = Annotated[tuple[str, ...], AfterValidator(_planes)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ModelMetadata(BaseModel):
    """What both files of a model carry, as JSON under ``descant.metadata``."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    pitch_low: Key  # MIDI keys, both included
    pitch_high: Key
    steps_per_beat: Annotated[int, Field(ge=1, le=48)]
    planes: Planes
    features: Literal["kernel-1"]  # FEATURES: the input kernel is part of the graph
    time_layers: Units
    note_layers: Units
    vicinity: Annotated[int, Field(ge=0, le=127)]  # semitones to either side
    beat_cycle: Annotated[int, Field(ge=1, le=1024)]  # steps
    styles: Annotated[tuple[Text, ...], Field(min_length=1, max_length=1024)]
    corpus: Text
    licences: tuple[Text, ...]
    steps: Annotated[int, Field(ge=0)]  # of training
    seconds: Annotated[FiniteFloat, Field(ge=0)]  # of training
    test_log_likelihood: FiniteFloat  # nats a step, on pieces kept from training
    pair: Sha256  # of ``pair_hash``

    @model_validator(mode="after")
    def _some_pitch(self) -> Self:
        if self.pitch_low > self.pitch_high:
            raise ValueError(f"pitch_low {self.pitch_low} is above pitch_high {self.pitch_high}")
        return self

    @property
    def pitches(self) -> PitchRange:
        """The keys that the model knows."""
        return PitchRange(self.pitch_low, self.pitch_high)

    @property
    def sizes(self) -> Sizes:
        """What the contract's symbols stand for."""
        velocities = CLASSES if self.velocities else 0
        return Sizes(self.pitches.size, len(self.styles), self.time_layers, self.note_layers, velocities)

    @property
    def velocities(self) -> bool:
        """Whether the model says how loud its notes are."""
        return VELOCITY in self.planes


class ModelBytes(NamedTuple):
    """A model's two files as they were read, and where: what is checked is what runs, whatever becomes of the files."""

    stem: Path
    time_axis: bytes
    note_axis: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 over both files: the same digest, the same model."""
        each = (hashlib.sha256(data).digest() for data in (self.time_axis, self.note_axis))
        return hashlib.sha256(b"".join(each)).digest()


class ModelFiles(NamedTuple):
    """A model that passed every check: its metadata, the weights of its note axis, the files that were checked."""

    metadata: ModelMetadata
    note_weights: NoteWeights
    files: ModelBytes


def metadata_properties(metadata: ModelMetadata, axis: Axis, weights: str) -> dict[str, str]:
    """The ``metadata_props`` of one file; ``weights`` is the ``weights_hash`` of that file."""
    return dict(zip(KEYS, (str(FORMAT), axis, metadata.model_dump_json(), weights), strict=True))


def weights_hash(data: bytes) -> str:
    """SHA-256 (hex) over the initializers of an ONNX file, which is the same with and without metadata."""
    return read_onnx(data, "this model").weights


def pair_hash(time_weights: str, note_weights: str) -> str:
    """The hash (hex) that ties two graphs together, from the ``descant.weights`` of each."""
    return hashlib.sha256(f"{time_weights} {note_weights}".encode()).hexdigest()


def model_paths(stem: Path) -> tuple[Path, Path]:
    """``<stem>.time.onnx`` and ``<stem>.note.onnx``; the stem may hold dots."""
    return stem.with_name(f"{stem.name}.time.onnx"), stem.with_name(f"{stem.name}.note.onnx")


def check_model_files(stem: Path) -> ModelFiles:
    """Read both files of a model. Raises DescantError, in one sentence, for anything that does not fit."""
    return check_model(read_model(stem))


def read_model(stem: Path) -> ModelBytes:
    """Both files, unchecked. Raises DescantError when one is no file, too large or cannot be read."""
    return ModelBytes(stem, *(_read(path) for path in model_paths(stem)))


def check_model(files: ModelBytes) -> ModelFiles:
    """What two files say of themselves. Raises DescantError, in one sentence, for anything that does not fit."""
    time_path, note_path = model_paths(files.stem)
    time_axis, time_file = check_graph(files.time_axis, "time", str(time_path))
    note_axis, note_file = check_graph(files.note_axis, "note", str(note_path))
    pair = pair_hash(time_file.weights, note_file.weights)
    if time_axis != note_axis or time_axis.pair != pair:
        raise DescantError(
            f"{time_path.name} and {note_path.name} in {files.stem.parent} are not of the same model"
        )
    return ModelFiles(time_axis, read_note_weights(note_file, note_axis, str(note_path)), files)


def read_note_weights(file: OnnxFile, metadata: ModelMetadata, name: str) -> NoteWeights:
    """The weights that ``contract.note_weights`` lists; ``name`` is for the sentence of the DescantError."""
    weights: NoteWeights = {}
    for each, dims in note_weights(metadata.sizes, metadata.vicinity).items():
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


def check_graph(data: bytes, axis: Axis, name: str) -> tuple[ModelMetadata, OnnxFile]:
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
    metadata = _metadata(file.metadata, axis, name)
    if file.metadata["descant.weights"] != file.weights:
        raise DescantError(f"{name} is damaged: its weights are not those that its metadata tells of")
    _check_ports(name, "input", inputs(axis, metadata.sizes), file.inputs)
    _check_ports(name, "output", outputs(axis, metadata.sizes), file.outputs)
    if axis == "time":  # of the note axis only the weights are used
        try:
            shapes_of(file, inputs(axis, metadata.sizes), outputs(axis, metadata.sizes))
        except GraphError as error:
            raise DescantError(f"{name} cannot be played: {error}") from None
    return metadata, file


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


def _metadata(props: dict[str, str], axis: Axis, name: str) -> ModelMetadata:
    missing = [key for key in KEYS if key not in props]
    if missing:
        raise DescantError(f"{name} is not a Descant model: its metadata has no {missing[0]}")
    if props["descant.format"] != str(FORMAT):
        found = props["descant.format"][:20]
        raise DescantError(f"{name} is in model format {found}, and this Descant reads format {FORMAT}")
    if unknown := sorted(key for key in props if key.startswith("descant.") and key not in KEYS):
        raise DescantError(f"{name} has metadata that this Descant does not know: {unknown[0][:60]}")
    if props["descant.axis"] != axis:
        found = props["descant.axis"][:20]
        raise DescantError(f"{name} holds the {found} axis where the {axis} axis should be")
    try:
        return ModelMetadata.model_validate_json(props["descant.metadata"])
    except ValidationError as error:
        raise DescantError(f"{name}: {_fault(error.errors(include_url=False)[0])}") from error


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
