"""The first line of a take: everything that the effect was built from, so that it can be built again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from descant_daemon.settings.choices import ClockName
from descant_daemon.tape.line import from_json
from descant_daemon.tape.rig_facts import Facts, Key, Offset, PresetFacts, RigFacts, fault_of
from descant_routing.errors import DescantError
from descant_routing.wording import shown

FORMAT: Literal[1] = 1
RULES = 2
"""By which clocks, stops, pedals and storms are heard; 1 are those of takes that do not say it."""


class ClockFacts(Facts):
    """As ``--clock`` and ``--tempo`` have it."""

    name: ClockName
    tempo: Annotated[float, Field(gt=0, le=1000)]


class Header(Facts):
    """See above. ``begun``: local time by ISO 8601. ``origin``: the take's 0 on the back-end's axis, ns."""

    take: Literal[1] = FORMAT
    descant: str
    begun: str
    backend: str
    origin: Annotated[int, Field(ge=-(2**62), le=2**62)]
    clock: ClockFacts
    offset: Offset = 0
    send_clock: bool = False
    tap_cc: Key | None = None
    tap_note: Key | None = None
    rules: int = 1
    rig: RigFacts

    @property
    def inputs(self) -> tuple[str, ...]:
        """Labels of cables."""
        return tuple(each.label for each in self.rig.inputs)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Labels of cables."""
        return self.rig.outputs

    @property
    def presets(self) -> tuple[PresetFacts, ...]:
        """All that the take began with."""
        return self.rig.presets

    def encode(self) -> bytes:
        """The line, its end included."""
        return f"{self.model_dump_json()}\n".encode()


def read_header(line: bytes, path: Path) -> Header:
    """Back from ``encode``; ``path`` is for the sentences. Raises DescantError."""
    try:
        facts = from_json(line)
    except ValueError:
        facts = None
    if not isinstance(facts, dict) or "take" not in facts:
        raise DescantError(f"{path} is not a take: it does not begin with a header.")
    if facts["take"] != FORMAT:
        raise DescantError(
            f"{path} is a take of format {shown(facts['take'])}; this Descant reads format {FORMAT}."
        )
    try:
        return Header.model_validate(facts)
    except ValidationError as error:
        raise DescantError(f"{path} cannot be played: its header is wrong, {fault_of(error)}.") from None
