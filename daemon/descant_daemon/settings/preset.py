"""A preset: a model, and how it is to be played, in one YAML file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from descant_daemon.settings.bindings import Bindings, ControllerMap, bind
from descant_daemon.settings.choices import Mode
from descant_daemon.settings.entries import each_entry, map_schema
from descant_daemon.settings.faults import common_sentence, faults_of, line_of
from descant_daemon.settings.lined_yaml import FileError, LinedYaml, parse_lined, read_lined
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.row import Value, row_named
from descant_routing.errors import DescantError
from descant_routing.wording import shown

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "preset.yaml"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
# A model stands beside its preset: a name with no way out of the folder, and none that Windows hides.
Stem = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


def _parameter(name: str, value: object) -> Value:
    if name == "mode":
        raise DescantError("mode has a line of its own, above the parameters")
    return row_named(name, TABLE).check(value)


ParameterMap = Annotated[
    dict[str, Any],
    AfterValidator(each_entry(_parameter)),
    map_schema(
        "Parameters that differ from their defaults.",
        {name: row.schema() for name, row in TABLE.items() if name != "mode"},
    ),
]
"""Parameter → value, each checked by its row; ``mode`` has a line of its own."""


class Preset(BaseModel):
    """What ``preset.yaml`` says. ``load_preset`` reads it and speaks of lines."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, title="Descant preset")

    title: Annotated[Text, Field(description="What the style is called.")]
    model: Annotated[
        Stem,
        Field(description="The model beside this file: <model>.time.onnx and <model>.note.onnx."),
    ]
    mode: Annotated[Mode, WithJsonSchema(TABLE["mode"].schema())] = "harmonise"
    parameters: ParameterMap = Field(default={})
    cc: ControllerMap = Field(default={})
    credits: Annotated[list[Text], Field(description="Who made it and from what, a line each.")] = []

    def to_parameters(self) -> Parameters:
        """The parameters as this preset sets them. Raises UsageError when they contradict each other."""
        return Parameters().with_values({**self.parameters, "mode": self.mode}).consistent()

    def bindings(self) -> Bindings:
        """What moves which parameter or does which action: the preset's own, and the defaults that they leave."""
        return bind(self.cc)

    def controllers(self) -> dict[int, str]:
        """Controller number → parameter, of ``bindings``: pairs by their coarse half; no NRPN, no action."""
        return self.bindings().controllers


def load_preset(path: Path) -> Preset:
    """Read a ``preset.yaml``. Raises FileError: file, line, and what is wrong there, in one sentence."""
    return _preset(read_lined(path), path)


def parse_preset(text: str, path: Path) -> Preset:
    """A preset from its text; ``path`` is for the sentences. Raises FileError as ``load_preset`` does."""
    return _preset(parse_lined(text, path), path)


def model_stem(path: Path, preset: Preset) -> Path:
    """Where the model of the preset at ``path`` is, less ``.time.onnx`` and ``.note.onnx``."""
    return path.parent / preset.model


def preset_json_schema() -> dict[str, Any]:
    """JSON Schema of ``preset.yaml``, for editors that complete and check as one types."""
    schema = Preset.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _preset(read: LinedYaml, path: Path) -> Preset:
    if not isinstance(read.value, dict):
        raise FileError(
            path, read.lines[()], "a preset is a map of keys and values, such as 'title: Chorale'"
        )
    try:
        preset = Preset.model_validate(read.value)
    except ValidationError as error:
        first = faults_of(error, read, _sentence)[0]
        raise FileError(path, first.line, first.sentence) from error
    try:
        preset.to_parameters()
    except DescantError as error:
        raise FileError(path, line_of(read, ("parameters",)), str(error)) from error
    return preset


def _sentence(fault: Any) -> str:
    if fault["type"] == "string_pattern_mismatch":
        return (
            "'model' must be the bare name of a model in this folder "
            f"(letters, digits, '.', '_' and '-'), not {shown(fault['input'])}"
        )
    return common_sentence(fault, Preset.model_fields)
