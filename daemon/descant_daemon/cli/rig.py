"""``descant rig``: look at a rig file before it is played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from descant_daemon.cli import options
from descant_daemon.console import say, say_json
from descant_daemon.model.known import Models
from descant_daemon.settings.rig.cautions import cautions
from descant_daemon.settings.rig.diagram import draw
from descant_daemon.settings.rig.grammar import rig_json_schema
from descant_daemon.settings.rig.plain import as_plain
from descant_daemon.settings.rig.rig_file import RigError, load_rig
from descant_daemon.settings.rig.values import Rig
from descant_daemon.settings.rig.words import explain
from descant_routing.errors import UsageError
from descant_routing.ports.catalogue import systems
from descant_routing.ports.resolve import resolve

app = typer.Typer(
    name="rig", help="Look at a rig file: who hears what, and answers where.", no_args_is_help=True
)


class Sighting(NamedTuple):
    """Whether the port that a cable names is there now: its full name, or a sentence."""

    label: str
    port: str
    found: str | None
    sentence: str


@app.command()
def check(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A rig file.")],
    look_for_ports: Annotated[
        bool, typer.Option("--ports", help="Say too which of its ports are there now.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Draw a rig, and say it in words. Exit 2 when it cannot be played, with every fault."""
    try:
        rig = load_rig(path, look=Models().look)
    except RigError as error:
        if not as_json:
            raise
        say_json({"faults": error.sentences})
        raise typer.Exit(error.exit_code) from error
    sightings = list(_sightings(rig)) if look_for_ports else None
    if as_json:
        say_json(_plain(rig, sightings))
        return
    say(f"{draw(rig)}\n\n{explain(rig)}")
    if sightings is not None:
        _list("ports", [f"{each.label}: {each.sentence}" for each in sightings] or ["none is named"])
    if warnings := cautions(rig):
        _list("beware", warnings)


@app.command()
def schema() -> None:
    """Print the JSON Schema of rig files, for editors that complete and check as one types."""
    say_json(rig_json_schema())


def _sightings(rig: Rig) -> Iterator[Sighting]:
    """Each port that the rig names, on the MIDI system that would be used."""
    system = next((each for each in systems() if each.available), None)
    inputs, outputs = (system.inputs, system.outputs) if system else ((), ())
    wanted = [(each.label, each.port, "input port", inputs) for each in rig.inputs]
    wanted += [(each.label, each.port, "output port", outputs) for each in rig.outputs]
    for label, port, kind, there in wanted:
        if port is None:
            continue
        try:
            name = resolve(port, there, kind)
        except UsageError as error:
            yield Sighting(label, port, None, str(error) if system else "there is no MIDI system here")
        else:
            yield Sighting(label, port, name, f"{name} is there")


def _list(heading: str, lines: list[str]) -> None:
    say("\n".join(["", heading, *(f"  {line}" for line in lines)]))


def _plain(rig: Rig, sightings: list[Sighting] | None) -> dict[str, Any]:
    plain = as_plain(rig) | {"warnings": cautions(rig)}
    return plain if sightings is None else plain | {"ports": [each._asdict() for each in sightings]}
