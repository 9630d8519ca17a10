"""The first line of a take: everything that the effect was built from, so that it can be built again.

Lists stand even where there is one of a kind: a rig has several cables, presets and instances.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.row import Value
from descant_routing.errors import DescantError
from descant_routing.timed import MAIN

FORMAT: Literal[1] = 1
ClockName = Literal["auto", "midi", "internal", "link", "jack"]
Key = Annotated[int, Field(ge=0, le=127)]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelFacts(_Facts):
    """A model: where it lay, and what tells it from another."""

    stem: str  # its two files without .time.onnx and .note.onnx
    pair: str  # hash of the weights of both
    low: Key
    high: Key
    steps_per_beat: Annotated[int, Field(ge=1, le=48)]
    styles: tuple[str, ...]


class PresetFacts(_Facts):
    """A preset, whole: ``text`` is its file, which may have been changed since."""

    name: str  # as it was asked for
    title: str
    credits: tuple[str, ...]
    text: str
    model: ModelFacts


class InstanceFacts(_Facts):
    """What one instance was told: ``preset`` counts in the header's list, channels are 0 to 15."""

    preset: Annotated[int, Field(ge=0)]
    channels: tuple[Annotated[int, Field(ge=0, le=15)], ...]
    values: dict[str, int | float | bool | str]  # every parameter, as it stood after all options
    cc: dict[int, str]

    def parameters(self) -> Parameters:
        """Its parameters. Raises UsageError when they are of another Descant's table."""
        return Parameters().with_values(self.values)


class ClockFacts(_Facts):
    """As ``--clock`` and ``--tempo`` have it."""

    name: ClockName
    tempo: float


class Header(_Facts):
    """See above. ``begun``: local time by ISO 8601. ``origin``: the take's 0 on the back-end's axis, ns."""

    take: Literal[1] = FORMAT
    descant: str
    begun: str
    backend: str
    origin: int
    clock: ClockFacts
    offset: int = 0  # ns
    send_clock: bool = False
    tap_cc: int | None = None
    tap_note: int | None = None
    inputs: tuple[str, ...] = (MAIN,)  # labels of cables
    outputs: tuple[str, ...] = (MAIN,)
    presets: Annotated[tuple[PresetFacts, ...], Field(min_length=1)]
    instances: Annotated[tuple[InstanceFacts, ...], Field(min_length=1)]

    def encode(self) -> bytes:
        """The line, its end included."""
        return f"{self.model_dump_json()}\n".encode()

    def preset_of(self, instance: int) -> PresetFacts:
        """What an instance plays."""
        return self.presets[self.instances[instance].preset]


def read_header(line: bytes, path: Path) -> Header:
    """Back from ``encode``; ``path`` is for the sentences. Raises DescantError."""
    try:
        facts = json.loads(line)
    except ValueError:
        facts = None
    if not isinstance(facts, dict) or "take" not in facts:
        raise DescantError(f"{path} is not a take: it does not begin with a header.")
    if facts["take"] != FORMAT:
        raise DescantError(f"{path} is a take of format {facts['take']}; this Descant reads format {FORMAT}.")
    try:
        return Header.model_validate(facts)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in fault["loc"])
    raise DescantError(f"{path} cannot be played: '{where}' of its header is wrong ({fault['msg']}).")


def plain_values(parameters: Parameters) -> dict[str, int | float | bool | str]:
    """Every parameter, as JSON has it."""
    return {name: _plain(getattr(parameters, name)) for name in TABLE}


def _plain(value: Value) -> int | float | bool | str:
    return value if isinstance(value, (int, float, str)) else str(value)
