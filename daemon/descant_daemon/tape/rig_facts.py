"""A rig as a take writes it down: cables, presets, instances and routes, all that the effect is made of.

Lists stand even where there is one of a kind.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from descant_daemon.settings.abilities import ABILITIES, ANY_MODEL, Abilities, Ability
from descant_daemon.settings.choices import MODES, Mode
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.rig.values import MOST_INSTANCES, MOST_PROGRAMS
from descant_daemon.settings.row import Value
from descant_routing.wording import shown

Key = Annotated[int, Field(ge=0, le=127)]
Channel = Annotated[int, Field(ge=0, le=15)]
Number = Annotated[int, Field(ge=0, le=MOST_INSTANCES * MOST_PROGRAMS)]
Offset = Annotated[int, Field(ge=-(10**10), le=10**10)]
"""By how much notes leave later, ns."""
FORMERLY = {name: row.formerly for name, row in TABLE.items() if row.formerly is not None}


class Facts(BaseModel):
    """What they have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelFacts(Facts):
    """A model: where it lay, and what tells it from another."""

    stem: str  # of its files
    pair: str  # hash of the weights of all
    low: Key
    high: Key
    steps_per_beat: Annotated[int, Field(ge=1, le=48)]
    styles: Annotated[tuple[str, ...], Field(min_length=1)]
    family: str = ANY_MODEL.family
    modes: tuple[Mode, ...] = MODES  # type: ignore[assignment]
    can: tuple[Ability, ...] = ABILITIES

    @property
    def abilities(self) -> Abilities:
        """What parameters are held against."""
        return Abilities(self.family, self.styles, self.modes, self.can)

    @model_validator(mode="after")
    def _has_pitches(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"the lowest pitch, {self.low}, is above the highest, {self.high}")
        return self


class PresetFacts(Facts):
    """A preset, whole: ``text`` is its file, which may have been changed since.

    ``number``: of its model, in the engine.
    """

    name: str  # as it was asked for
    title: str
    credits: tuple[str, ...]
    text: str
    model: ModelFacts
    number: Number = 0


class ProgramFacts(Facts):
    """A preset as an instance plays it: ``preset`` counts in the rig's list."""

    preset: Number
    values: dict[str, int | float | bool | str]  # every parameter, as it stood after all options
    cc: dict[str, str]  # what moves what: a source as files say it → parameter or action

    def parameters(self) -> Parameters:
        """Its parameters; what the take does not tell of is as it was before there was a parameter for it.

        Raises UsageError when they are of another Descant's table.
        """
        return Parameters().with_values({**FORMERLY, **self.values})


class EarsFacts(Facts):
    """What of an input is heard. ``drums``: keys of channel 10; a take that does not say it heard them."""

    input: str
    channels: tuple[Channel, ...]
    low: Key = 0
    high: Key = 127
    drums: bool = True


class InstanceFacts(Facts):
    """What one instance was told; ``first`` counts in its programs, ``offset`` is in ns."""

    name: str
    programs: Annotated[tuple[ProgramFacts, ...], Field(min_length=1, max_length=MOST_PROGRAMS)]
    first: Number = 0
    switch: Literal["step", "beat", "bar"] = "bar"
    hears: EarsFacts
    listens: tuple[EarsFacts, ...] = ()
    output: str
    offset: Offset = 0

    @model_validator(mode="after")
    def _begins_with_one(self) -> Self:
        if self.first >= len(self.programs):
            raise ValueError(f"{self.name} has no program {self.first}")
        return self


class InputFacts(Facts):
    """An input: ns after which a held note is taken for one whose note-off was lost, and messages a second."""

    label: str
    longest_note: Annotated[int, Field(ge=1, le=10**15)] | None = None
    storm: Annotated[int, Field(ge=1, le=10**9)] = 1000


class WayFacts(Facts):
    """What passes dry from an input to an output, by a route as files say it."""

    source: str
    sink: str
    route: Any


class RigFacts(Facts):
    """``ways``: None where what is heard passes to where it is answered, while ``thru`` is on."""

    inputs: Annotated[tuple[InputFacts, ...], Field(min_length=1)]
    outputs: Annotated[tuple[str, ...], Field(min_length=1)]
    presets: Annotated[tuple[PresetFacts, ...], Field(min_length=1)]
    instances: Annotated[tuple[InstanceFacts, ...], Field(min_length=1, max_length=MOST_INSTANCES)]
    ways: tuple[WayFacts, ...] | None = None
    clock_from: str
    feedback: str | None = None

    @model_validator(mode="after")
    def _refers_to_what_is_there(self) -> Self:
        inputs, outputs = [each.label for each in self.inputs], list(self.outputs)
        for labels in (inputs, outputs):
            if len(set(labels)) < len(labels):
                raise ValueError("two cables have one label")
        heard = [ears.input for each in self.instances for ears in (each.hears, *each.listens)]
        for kind, there, named in (
            ("input", inputs, [*heard, self.clock_from, *(way.source for way in self.ways or ())]),
            (
                "output",
                outputs,
                [*(each.output for each in self.instances), *(way.sink for way in self.ways or ())],
            ),
            ("output", [*outputs, None], [self.feedback]),
            (
                "preset",
                range(len(self.presets)),
                [each.preset for one in self.instances for each in one.programs],
            ),
        ):
            for name in named:
                if name not in there:
                    raise ValueError(f"there is no {kind} {shown(name)}")
        return self


def fault_of(error: ValidationError) -> str:
    """The first that is wrong with facts: "'clock.name': Input should be ..."."""
    fault = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in fault["loc"])
    said = str(fault["msg"]).removeprefix("Value error, ")
    return f"'{where}': {said}" if where else said


def plain_values(parameters: Parameters) -> dict[str, int | float | bool | str]:
    """Every parameter, as JSON has it."""
    return {name: _plain(getattr(parameters, name)) for name in TABLE}


def _plain(value: Value) -> int | float | bool | str:
    return value if isinstance(value, (int, float, str)) else str(value)
