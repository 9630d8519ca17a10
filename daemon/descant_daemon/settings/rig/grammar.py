"""What a rig file may say, and what editors are told of it. Values that refer to each other: see ``references``."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from descant_daemon.settings.bindings import ControllerMap
from descant_daemon.settings.choices import ClockName, Mode, Switch, Takeover
from descant_daemon.settings.faults import blamed
from descant_daemon.settings.parameters import TABLE
from descant_daemon.settings.preset import ParameterMap, Text
from descant_daemon.settings.rig.ranges import ALL_CHANNELS, KeyRange, parse_channels, parse_keys
from descant_daemon.settings.rig.values import MOST_INSTANCES, MOST_PROGRAMS, MPE_STORM, STORM
from descant_routing.routes import THRU, Route, parse_route
from descant_routing.timed import MAIN

# Labels become names of ports, and names parts of OSC addresses: plain letters survive everywhere.
Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,29}$")]
Channels = Annotated[
    frozenset[int],
    PlainValidator(blamed(parse_channels)),
    WithJsonSchema(
        {
            "description": "Channels, such as 1, 1-4 or [1, 3]; not said: all.",
            "type": ["integer", "string", "array"],
            "items": {"type": ["integer", "string"]},
            "minimum": 1,
            "maximum": 16,
        }
    ),
]
Keys = Annotated[
    KeyRange,
    PlainValidator(blamed(parse_keys)),
    WithJsonSchema(
        {
            "description": "Keys, such as C2..C6, C4.. or ..B3; C4 is 60. Not said: all.",
            "type": ["string", "integer"],
            "minimum": 0,
            "maximum": 127,
        }
    ),
]
Steps = Annotated[
    Route,
    PlainValidator(blamed(parse_route)),
    WithJsonSchema(
        {
            "description": "Steps such as {transpose: -12}, one after another; not said: thru, as it is.",
            "type": ["string", "array", "object"],
        }
    ),
]
Port = Annotated[
    Text | None, Field(description="Somebody's port, to be connected to; null: only a port of its own.")
]


class Form(BaseModel):
    """A map of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Short(Form):
    """A map, or in short the bare value of its first key."""

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        return value if isinstance(value, (dict, list)) else {next(iter(cls.model_fields)): value}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        whole = handler(core)
        return {"anyOf": [next(iter(whole["properties"].values())), whole]}


class InputForm(_Short):
    """An input cable."""

    port: Port = None
    longest_note: Annotated[
        float | None,
        Field(ge=1, le=3600, description="Seconds after which a note is ended whose note-off was lost."),
    ] = None
    mpe: Annotated[bool, Field(description="Each channel is one note of an MPE keyboard.")] = False
    storm: Annotated[
        int | None,
        Field(
            ge=100,
            le=100_000,
            description="Values of controllers, bends and pressures a second; more are thinned out. "
            f"Not said: {STORM}, or {MPE_STORM} with mpe.",
        ),
    ] = None


class OutputForm(_Short):
    """An output cable."""

    port: Port = None
    offset: Annotated[
        float, Field(ge=-300, le=300, description="Generated notes leave later (or earlier), ms.")
    ] = 0.0


class EarsForm(_Short):
    """Another track, heard as given notes."""

    input: str
    channels: Channels = Field(default_factory=lambda: ALL_CHANNELS)
    keys: Keys = Field(default_factory=KeyRange)


class InstanceForm(Form):
    """One that plays."""

    preset: Annotated[
        Text | None, Field(description="A preset's name, or its path as seen from the rig file.")
    ] = None
    programs: Annotated[
        list[Text],
        Field(max_length=MOST_PROGRAMS, description="The presets that program change 1, 2, 3 choose."),
    ] = []
    switch: Annotated[Switch, Field(description="When a chosen preset begins.")] = "bar"
    input: Annotated[str | None, Field(description="What it answers; not said: the first input.")] = None
    channels: Channels = Field(default_factory=lambda: ALL_CHANNELS)
    keys: Keys = Field(default_factory=KeyRange)
    listens: Annotated[list[EarsForm], Field(description="Other tracks, heard as given notes.")] = []
    output: Annotated[str | None, Field(description="Where it answers; not said: the first output.")] = None
    mode: Annotated[Mode | None, WithJsonSchema(TABLE["mode"].schema())] = None
    parameters: ParameterMap = Field(default={})
    cc: ControllerMap = Field(default={})


class RouteForm(Form):
    """What passes dry from an input to an output."""

    source: Annotated[str | None, Field(alias="from", description="Not said: the first input.")] = None
    sink: Annotated[str | None, Field(alias="to", description="Not said: the first output.")] = None
    do: Steps = Field(default_factory=lambda: THRU)


class RigForm(Form):
    """What a rig file says."""

    model_config = ConfigDict(title="Descant rig")

    title: Annotated[Text | None, Field(description="What the rig is called; not said: as its file.")] = None
    clock: Annotated[ClockName, Field(description="Where time comes from.")] = "auto"
    clock_from: Annotated[
        str | None, Field(description="The input whose MIDI clock counts; not said: the first.")
    ] = None
    tempo: Annotated[
        float | None, Field(ge=10, le=999, description="Quarters a minute, where the tempo is ours.")
    ] = None
    send_clock: Annotated[bool, Field(description="Be the clock master wherever nobody else is.")] = False
    inputs: Annotated[
        dict[Label, InputForm], Field(min_length=1, description="Label: port. Not said: one port of its own.")
    ] = Field(default_factory=lambda: {MAIN: InputForm()})
    outputs: Annotated[
        dict[Label, OutputForm],
        Field(min_length=1, description="Label: port. Not said: one port of its own."),
    ] = Field(default_factory=lambda: {MAIN: OutputForm()})
    instances: Annotated[
        dict[Label, InstanceForm],
        Field(min_length=1, max_length=MOST_INSTANCES, description="Name: who plays."),
    ]
    routes: Annotated[
        list[RouteForm] | None,
        Field(
            description="What passes dry; not said: what an instance hears, to its output, where it has `thru`."
        ),
    ] = None
    takeover: Annotated[Takeover | None, WithJsonSchema(TABLE["takeover"].schema())] = None
    feedback: Annotated[
        str | None,
        Field(description="The output to which values are sent back, for motor faders and lights."),
    ] = None


def rig_json_schema() -> dict[str, Any]:
    """JSON Schema of a rig file, for editors that complete and check as one types."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **RigForm.model_json_schema()}
