"""The first line of a take: everything that the effect was built from, so that it can be built again.

The rig stands in it as it is, value for value, and so does one that comes later in the take.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from descant_daemon.settings.rig.values import Key, Offset, Rig
from descant_daemon.tape.former import FORMER, renewed_header, renewed_rig
from descant_daemon.tape.take_line import from_json
from descant_routing.errors import DescantError
from descant_routing.wording import shown

FORMAT: Literal[2] = 2
CHANGED_RULES = (
    "heard clocks, stops, pedals or storms by other rules",
    "chose among drafts by other rules",
)
"""What changed with the second and each later set of rules; the first set is that of takes that do not say it."""
RULES = 1 + len(CHANGED_RULES)

_RIG = TypeAdapter(Rig)


class Header(BaseModel):
    """See above. ``begun``: local time by ISO 8601. ``origin``: the take's 0 on the back-end's axis, ns.

    ``tempo``: quarters a minute, where the clock is Descant's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    take: Literal[2] = FORMAT
    descant: str
    begun: str
    backend: str
    origin: Annotated[int, Field(ge=-(2**62), le=2**62)]
    tempo: Annotated[float, Field(gt=0, le=1000)]
    offset: Offset = 0
    tap_cc: Key | None = None
    tap_note: Key | None = None
    rules: int = 1
    rig: Rig

    @property
    def inputs(self) -> tuple[str, ...]:
        """Labels of cables."""
        return tuple(each.label for each in self.rig.inputs)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Labels of cables."""
        return tuple(each.label for each in self.rig.outputs)

    def encode(self) -> bytes:
        """The line, its end included."""
        return f"{self.model_dump_json()}\n".encode()


def read_header(line: bytes, path: Path) -> Header:
    """Back from ``encode``, or from a former format; ``path`` is for the sentences. Raises DescantError."""
    try:
        facts = from_json(line)
    except ValueError:
        facts = None
    if not isinstance(facts, dict) or "take" not in facts:
        raise DescantError(f"{path} is not a take: it does not begin with a header.")
    if facts["take"] not in (FORMER, FORMAT):
        raise DescantError(
            f"{path} is a take of format {shown(facts['take'])}; this Descant reads formats {FORMER} and {FORMAT}."
        )
    try:
        if facts["take"] == FORMER:
            facts = renewed_header(facts)
        elif "rig" in facts:
            facts["rig"] = renewed_rig(facts["rig"])
        header = Header.model_validate(facts)
        _check_labels(header.rig)
    except ValidationError as error:
        raise DescantError(f"{path} cannot be played: its header is wrong, {_fault_of(error)}.") from None
    except ValueError as error:
        raise DescantError(f"{path} cannot be played: its header is wrong, 'rig': {error}.") from None
    return header


def plain_rig(rig: Rig) -> dict[str, Any]:
    """A rig as JSON has it."""
    plain: dict[str, Any] = _RIG.dump_python(rig, mode="json")
    return plain


def read_rig(facts: object) -> Rig:
    """Back from ``plain_rig``, or from a former format. Raises ValueError, with the first that is wrong."""
    try:
        rig = _RIG.validate_python(renewed_rig(facts))
    except ValidationError as error:
        raise ValueError(_fault_of(error)) from None
    _check_labels(rig)
    return rig


def _check_labels(rig: Rig) -> None:
    """What a rig says of its cables and programs has to be there. Raises ValueError."""
    inputs, outputs = [each.label for each in rig.inputs], [each.label for each in rig.outputs]
    for labels in (inputs, outputs):
        if len(set(labels)) < len(labels):
            raise ValueError("two cables have one label")
    routes = rig.routes or ()
    ears = [each.input for one in rig.instances for each in (one.hears, *one.listens)]
    sources = [*ears, rig.clock_from, *(each.source for each in routes)]
    sinks = [*(each.output for each in rig.instances), *(each.sink for each in routes)]
    sinks += [] if rig.feedback is None else [rig.feedback]
    for kind, there, named in (("input", inputs, sources), ("output", outputs, sinks)):
        for label in named:
            if label not in there:
                raise ValueError(f"there is no {kind} {shown(label)}")
    for each in rig.instances:
        if each.first >= len(each.programs):
            raise ValueError(f"{each.name} has no program {each.first}")


def _fault_of(error: ValidationError) -> str:
    """The first that is wrong with facts: "'rig.clock': Input should be ..."."""
    fault = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in fault["loc"])
    said = str(fault["msg"]).removeprefix("Value error, ")
    return f"'{where}': {said}" if where else said
