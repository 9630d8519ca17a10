"""What a rig file's values say of each other: labels that must be there, words that exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from descant_routing.timed import MAIN
from descant_routing.wording import hint, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from descant_daemon.settings.lined_yaml import Place
    from descant_daemon.settings.rig.grammar import RigForm


class Reference(NamedTuple):
    """A label that is meant to be one of an input or of an output, and where it is said."""

    place: Place
    kind: str
    label: str | None


def contradictions(form: RigForm) -> Iterator[tuple[Place, str]]:
    """Where and what: each sentence that a rig file's values earn together."""
    yield from _labels(form)
    sides: dict[str, Mapping[str, object]] = {"input": form.inputs, "output": form.outputs}
    for place, kind, label in _references(form):
        if label is not None and label not in sides[kind]:
            yield place, _unknown(kind, label, sides)
    if form.send_clock and form.clock == "midi":
        yield (
            ("send_clock",),
            "send_clock goes with Descant's own clock; with clock: midi somebody else sends it",
        )
    for name, instance in form.instances.items():
        if instance.preset is None and not instance.programs:
            yield ("instances", name), f"'instances.{name}' needs a preset"


def _labels(form: RigForm) -> Iterator[tuple[Place, str]]:
    inputs = {label or "in" for label in form.inputs}  # as Descant's ports are called
    for label in form.outputs:
        if (label or "out") in inputs:
            yield ("outputs", label), f"{shown(label or 'out')} is the label of an input already"


def _references(form: RigForm) -> Iterator[Reference]:
    yield Reference(("clock_from",), "input", form.clock_from)
    yield Reference(("feedback",), "output", form.feedback)
    for name, instance in form.instances.items():
        place = ("instances", name)
        yield Reference((*place, "input"), "input", instance.input)
        yield Reference((*place, "output"), "output", instance.output)
        for index, listened in enumerate(instance.listens):
            yield Reference((*place, "listens", index, "input"), "input", listened.input)
    for index, route in enumerate(form.routes or ()):
        yield Reference(("routes", index, "from"), "input", route.source)
        yield Reference(("routes", index, "to"), "output", route.sink)


def _unknown(kind: str, label: str, sides: Mapping[str, Mapping[str, object]]) -> str:
    other = "output" if kind == "input" else "input"
    if label in sides[other]:
        return f"{shown(label)} is an {other}, and an {kind} is meant"
    if MAIN in sides[kind]:
        return f"there is no {kind} {shown(label)}: the file names none"
    return f"there is no {kind} {shown(label)}{hint(label, sides[kind])}"
