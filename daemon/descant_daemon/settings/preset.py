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
from pydantic_core import InitErrorDetails, PydanticCustomError

from descant_daemon.settings.choices import Mode
from descant_daemon.settings.faults import common_sentence, faults_of, line_of
from descant_daemon.settings.lined_yaml import FileError, LinedYaml, parse_lined, read_lined
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.row import Value, row_named, shown
from descant_routing.errors import DescantError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE_NAME = "preset.yaml"
HIGHEST_CC = 119  # 120 to 127 are channel mode messages: all notes off and the like
TAKEN_CC = {0: "bank select", 32: "bank select", 64: "the sustain pedal"}

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
# A model stands beside its preset: a name with no way out of the folder, and none that Windows hides.
Stem = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


def _each(check: Callable[[str, Any], object]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A validator that runs ``check(name, value)`` on every entry and blames the entry, not the whole map."""

    def checked(entries: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        wrong: list[InitErrorDetails] = []
        for name, value in entries.items():
            try:
                result[name] = check(name, value)
            except DescantError as error:
                kind = PydanticCustomError("entry", "{sentence}", {"sentence": str(error)})
                wrong.append(InitErrorDetails(type=kind, loc=(name,), input=value))
        if wrong:
            raise ValidationError.from_exception_data("entries", wrong)
        return result

    return checked


def _parameter(name: str, value: object) -> Value:
    if name == "mode":
        raise DescantError("mode has a line of its own, above the parameters")
    return row_named(name, TABLE).check(value)


def _controller(name: str, number: object) -> int | None:
    if not row_named(name, TABLE).controllable:
        raise DescantError(f"{name} cannot be moved by a controller")
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= HIGHEST_CC:
        raise DescantError(
            f"the controller of {name} must be a number from 0 to {HIGHEST_CC}, or null for none, "
            f"not {shown(number)}"
        )
    if number in TAKEN_CC:
        raise DescantError(f"controller {number} is {TAKEN_CC[number]} and cannot move {name}")
    return number


def _no_controller_twice(mapped: dict[str, int | None]) -> dict[str, int | None]:
    first: dict[int, str] = {}
    for name, number in mapped.items():
        if number is not None and first.setdefault(number, name) != name:
            raise PydanticCustomError(
                "entry", "controller {number} moves both {one} and {other}",
                {"number": number, "one": first[number], "other": name},
            )  # fmt: skip
    return mapped


def _map_schema(description: str, of: Callable[[str], dict[str, Any]], names: list[str]) -> WithJsonSchema:
    properties = {name: of(name) for name in names}
    return WithJsonSchema(
        {
            "type": "object",
            "description": description,
            "properties": properties,
            "additionalProperties": False,
        }
    )


_VALUES = _map_schema(
    "Parameters that differ from their defaults.",
    lambda name: TABLE[name].schema(),
    [name for name in TABLE if name != "mode"],
)
_CONTROLLERS = _map_schema(
    "The MIDI controller that moves a parameter; null for none.",
    lambda name: {"type": ["integer", "null"], "minimum": 0, "maximum": HIGHEST_CC,
                  "default": TABLE[name].default_cc},
    [name for name, row in TABLE.items() if row.controllable],
)  # fmt: skip

ParameterMap = Annotated[dict[str, Any], AfterValidator(_each(_parameter)), _VALUES]
"""Parameter → value, each checked by its row; ``mode`` has a line of its own."""
ControllerMap = Annotated[
    dict[str, Any], AfterValidator(_each(_controller)), AfterValidator(_no_controller_twice), _CONTROLLERS
]
"""Parameter → the controller that moves it, None for none."""


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

    def controllers(self) -> dict[int, str]:
        """Controller number → parameter: the preset's own, and the defaults that they leave free."""
        own: dict[int, str] = {number: name for name, number in self.cc.items() if number is not None}
        defaults = {
            row.default_cc: name
            for name, row in TABLE.items()
            if row.default_cc is not None and name not in self.cc
        }
        return defaults | own


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
