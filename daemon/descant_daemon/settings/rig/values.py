"""A rig as values: what the effect plays from, what a take writes down, what is shown of it.

Everything is resolved that can be without opening a port or loading a network. As JSON, and back: see ``tape.header``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, PlainSerializer, with_config
from pydantic_core import CoreSchema, core_schema

from descant_daemon.note_state import PIANO, PitchRange
from descant_daemon.settings.abilities import ANY_MODEL, Abilities
from descant_daemon.settings.bindings import NOTHING_BOUND, Bindings, plain_bindings, read_bindings
from descant_daemon.settings.choices import ClockName, Switch
from descant_daemon.settings.faults import blamed
from descant_daemon.settings.parameters import Parameters, plain_parameters, read_parameters
from descant_daemon.settings.rig.ranges import ALL_CHANNELS, TOP_KEY
from descant_routing import message
from descant_routing.errors import UsageError
from descant_routing.guards.storm import RATE
from descant_routing.printable import printable
from descant_routing.routes import Passage, parse_route, plain_route
from descant_routing.timed import MAIN
from descant_routing.wording import shown

MOST_INSTANCES = 16
MOST_PROGRAMS = 128
STORM = RATE
MPE_STORM = 5000  # fifteen notes' pressure, bend and slide, each a hundred times a second
WHOLE = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class _Written:
    """How a value stands in JSON: ``plain`` writes it, ``read`` reads it and raises UsageError."""

    plain: Callable[[Any], object]
    read: Callable[[object], object]

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> CoreSchema:
        """For pydantic."""
        writing = core_schema.plain_serializer_function_ser_schema(self.plain)
        return core_schema.no_info_plain_validator_function(blamed(self.read), serialization=writing)


HALF = 0.5  # of a step
MOST_LEAD = 64  # steps


def _some_lead(lead: float) -> float:
    if lead != HALF and not (lead.is_integer() and 1 <= lead <= MOST_LEAD):
        raise ValueError(f"a lead of {lead:g} steps is neither half a step nor 1 to {MOST_LEAD} whole ones")
    return lead


def _some_pitch(pitches: PitchRange) -> PitchRange:
    if not 0 <= pitches.low <= pitches.high <= TOP_KEY:
        raise ValueError(f"the pitches {pitches.low} to {pitches.high} are no range of keys")
    return pitches


def _plain_passage(passage: Passage) -> dict[str, Any]:
    return {"from": passage.source, "to": passage.sink, "do": plain_route(passage.route)}


def _read_passage(value: object) -> Passage:
    match value:
        case {"from": str(source), "to": str(sink), "do": route, **rest} if not rest:
            return Passage(source, sink, parse_route(route))
        case _:
            raise UsageError(f"a passage is from, to and do, not {shown(value)}")


Key = Annotated[int, Field(ge=0, le=TOP_KEY)]
Channels = Annotated[frozenset[Annotated[int, Field(ge=0, le=15)]], PlainSerializer(sorted)]
Offset = Annotated[int, Field(ge=-(10**10), le=10**10)]
"""By how much notes leave later, ns."""
Number = Annotated[int, Field(ge=0, lt=MOST_INSTANCES * MOST_PROGRAMS)]
# A name that is no Unicode cannot be written down.
File = Annotated[Path, PlainSerializer(lambda path: printable(str(path.resolve())), when_used="json")]
PlainParameters = Annotated[Parameters, _Written(plain_parameters, read_parameters)]
PlainBindings = Annotated[Bindings, _Written(plain_bindings, read_bindings)]
PlainAbilities = Annotated[Abilities, PlainSerializer(Abilities._asdict)]
PlainPassage = Annotated[Passage, _Written(_plain_passage, _read_passage)]


@with_config(WHOLE)
@dataclass(frozen=True)
class Input:
    """An input cable. ``port``: of somebody's, None: only a port of Descant's.

    ``longest_note``: ns after which a held note is taken for one whose note-off was lost; None: never.
    ``storm``: values of controllers, bends and pressures a second; more are thinned out.
    """

    label: str = MAIN
    port: str | None = None
    longest_note: Annotated[int, Field(ge=1, le=10**15)] | None = None
    mpe: bool = False
    storm: Annotated[int, Field(ge=1, le=10**9)] = STORM


@with_config(WHOLE)
@dataclass(frozen=True)
class Output:
    """An output cable; ``offset``: ns by which what Descant generates leaves later."""

    label: str = MAIN
    port: str | None = None
    offset: Offset = 0


@with_config(WHOLE)
@dataclass(frozen=True)
class Ears:
    """What of an input is heard: its channels (0 to 15) and its keys from ``low`` to ``high``, both included.

    ``drums``: the keys of channel 10, too, which are no pitches; controllers and buttons may come by it anyhow.
    """

    input: str = MAIN
    channels: Channels = ALL_CHANNELS
    low: Key = 0
    high: Key = TOP_KEY
    drums: bool = False

    def hear(self, port: str, channel: int, key: int | None = None, *, finger: bool = False) -> bool:
        """Whether a key of a channel, or anything but a key, is heard. ``finger``: the channel is one of MPE's."""
        if port != self.input or channel not in self.channels:
            return False
        return key is None or (
            self.low <= key <= self.high and (channel != message.DRUMS or self.drums or finger)
        )


@with_config(WHOLE)
@dataclass(frozen=True)
class ModelFacts:
    """What is known of a model beside its weights. ``number``: its place in the engine.

    ``lead``: how many steps before its tick it has to be asked for a step: ``HALF`` of one, or a whole number.

    ``stem``: of its files; ``pair``: hash of the weights of all.
    """

    pitches: Annotated[PitchRange, AfterValidator(_some_pitch)] = PIANO
    steps_per_beat: Annotated[int, Field(ge=1, le=48)] = 4
    abilities: PlainAbilities = ANY_MODEL
    number: Number = 0
    stem: File = field(default=Path(), compare=False)
    pair: str = field(default="", compare=False)
    lead: Annotated[float, AfterValidator(_some_lead), Field(exclude_if=HALF.__eq__)] = HALF

    def faults(self, parameters: Parameters) -> Iterator[tuple[str, str]]:
        """Each parameter that the model cannot be played with, and a sentence that says why."""
        yield from self.abilities.faults(parameters)
        try:
            parameters.metre.steps_per_bar(self.steps_per_beat)
        except UsageError as error:
            yield "metre", str(error)

    def check(self, parameters: Parameters) -> None:
        """Raises UsageError with the first of the ``faults``."""
        for _, sentence in self.faults(parameters):
            raise UsageError(sentence)


@with_config(WHOLE)
@dataclass(frozen=True)
class Program:
    """A preset as one instance plays it: its model, and how it is played. ``bindings``: what moves which parameter.

    Two are the same where they are played the same: ``title``, ``credits`` and the ``file`` have no part in it.
    """

    parameters: PlainParameters
    model: ModelFacts = ModelFacts()
    bindings: PlainBindings = NOTHING_BOUND
    name: str = ""
    """As it was asked for."""
    title: str = field(default="", compare=False)
    credits: tuple[str, ...] = field(default=(), compare=False)
    file: File | None = field(default=None, compare=False)
    """What it was read from."""


@with_config(WHOLE)
@dataclass(frozen=True)
class Instance:
    """One that plays. ``hears`` is what it answers; ``listens`` are other tracks, heard as given notes.

    ``programs[first]`` sounds first, and program change n chooses ``programs[n]`` on the ``switch``.
    """

    programs: Annotated[tuple[Program, ...], Field(min_length=1, max_length=MOST_PROGRAMS)]
    hears: Ears = Ears()
    listens: tuple[Ears, ...] = ()
    output: str = MAIN
    switch: Switch = "bar"
    name: str = ""
    first: Number = 0


@with_config(WHOLE)
@dataclass(frozen=True)
class Rig:
    """``clock_from``: the input whose MIDI clock counts. ``feedback``: the output to which values are sent back."""

    instances: Annotated[tuple[Instance, ...], Field(min_length=1, max_length=MOST_INSTANCES)]
    inputs: Annotated[tuple[Input, ...], Field(min_length=1)] = (Input(),)
    outputs: Annotated[tuple[Output, ...], Field(min_length=1)] = (Output(),)
    title: str = ""
    clock: ClockName = "auto"
    clock_from: str = MAIN
    tempo: Annotated[float, Field(gt=0, le=1000)] | None = None
    """Quarters a minute; None: not said."""
    send_clock: bool = False
    feedback: str | None = None
    routes: tuple[PlainPassage, ...] | None = None
    """What passes dry; None: not said, so what an instance hears passes to its output while it has ``thru``."""
    file: File | None = None
    """What it was read from."""

    def offset_of(self, instance: Instance) -> int:
        """ns by which one of its instances plays later: that of its output."""
        return next(each.offset for each in self.outputs if each.label == instance.output)

    @property
    def programs(self) -> Iterator[Program]:
        """Those of all instances, in order."""
        return (program for instance in self.instances for program in instance.programs)

    @property
    def presets(self) -> list[Program]:
        """Each once, however many play it."""
        found = {(each.name, each.title, each.model.stem, each.file): each for each in self.programs}
        return list(found.values())

    @property
    def files(self) -> frozenset[Path]:
        """Its own, and its presets'."""
        files = (self.file, *(program.file for program in self.programs))
        return frozenset(file for file in files if file is not None)

    def with_models(self, made: Callable[[ModelFacts], ModelFacts]) -> Rig:
        """The same with what is known of each model as ``made`` makes it."""
        return self.with_programs(lambda each: replace(each, model=made(each.model)))

    def with_programs(self, made: Callable[[Program], Program]) -> Rig:
        """The same with each program as ``made`` makes it."""
        instances = (
            replace(each, programs=tuple(made(program) for program in each.programs))
            for each in self.instances
        )
        return replace(self, instances=tuple(instances))
