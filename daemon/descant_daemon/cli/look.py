"""``descant presets``, ``ports`` and ``doctor``: what is there, what is missing, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from descant_daemon.cli import options
from descant_daemon.cli.checkup import Finding, check_up
from descant_daemon.cli.loopback import KEYS, check_loopback
from descant_daemon.cli.setup import DEFAULT_PRESET
from descant_daemon.console import columns, say, say_json, say_row
from descant_daemon.model.card import check_model_files
from descant_daemon.settings.preset import load_preset, model_stem, preset_json_schema
from descant_daemon.settings.reference import parameter_reference, parameters_in_words
from descant_daemon.settings.shelf import closed, own_folder, shelf
from descant_routing.errors import DescantError
from descant_routing.ports.catalogue import MidiSystem, systems
from descant_routing.printable import printable

WIDEST_NAME = 24  # columns


def presets(
    as_json: options.Json = False,
    parameters: Annotated[
        bool, typer.Option("--parameters", help="Explain every parameter and action instead.")
    ] = False,
    schema: Annotated[
        bool,
        typer.Option("--schema", help="Print the JSON Schema of preset.yaml instead, for editors."),
    ] = False,
) -> None:
    """List the presets, and where your own would be."""
    if schema:
        say_json(preset_json_schema())
        return
    if parameters:
        _tell_parameters()
        return
    rows: list[dict[str, Any]] = []
    for name, path, origin in shelf():
        styles: tuple[str, ...] = ()
        try:
            preset = load_preset(path)
            title, styles = preset.title, check_model_files(model_stem(path, preset)).metadata.styles
        except DescantError as error:
            title = f"cannot be used: {error}"
        found = {"name": name, "title": title, "origin": origin, "path": str(path), "styles": styles}
        rows.append(found)
    own = own_folder()
    if as_json:
        say_json({"presets": rows, "own_folder": None if own is None else str(own), "closed": closed()})
        return
    width = min(max((len(printable(row["name"])) for row in rows), default=0), WIDEST_NAME)
    for row in rows:
        lead = f"{printable(row['name']):<{width}}  "
        say_row(lead, row["title"] + (" (yours)" if row["origin"] == "yours" else ""))
        if len(row["styles"]) > 1:
            say_row(" " * len(lead), f"styles to morph between: {', '.join(row['styles'])}")
    for sentence in closed():
        say_row("", _sentence(sentence))
    if own is None:
        say_row("", "There is no home folder here, so there are no presets of your own.")
    else:
        say_row("", f"Your own presets go into {own}, a folder each.")


def _tell_parameters() -> None:
    """A list in a terminal; elsewhere the table in Markdown, a row a line."""
    if columns() is None:
        say(parameter_reference())
        return
    for name, values, meaning in parameters_in_words():
        say_row("", f"{name}: {values}")
        say_row("    ", meaning)


def ports(as_json: options.Json = False) -> None:
    """List the MIDI systems of this machine and their ports."""
    found = systems()
    if as_json:
        say_json([asdict(system) for system in found])
        return
    for system in found:
        _describe(system)
    if not any(system.available for system in found):
        say_row("", "There is no MIDI system to play through; `descant demo` needs none.")


def _describe(system: MidiSystem) -> None:
    lead = f"{system.title} (--backend {system.key}): "
    if not system.available:
        say_row(lead, f"not here. {_sentence(system.reason)} {_sentence(system.advice)}".rstrip())
        return
    say_row(lead, system.reason)
    for heading, names in (("inputs", system.inputs), ("outputs", system.outputs)):
        say(f"  {heading}:" + ("" if names else " none"))
        for name in names:
            say(f"    {printable(name)}")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def doctor(
    loopback: Annotated[
        bool,
        typer.Option("--loopback", help="Play to Descant through real ports and measure: half a minute."),
    ] = False,
    backend: Annotated[str, typer.Option("--backend", help="With --loopback: what to measure.")] = "auto",
    keys: Annotated[
        int, typer.Option("--keys", min=1, max=2000, help="With --loopback: how many keys to press.")
    ] = KEYS,
    preset: Annotated[
        str, typer.Option("--preset", help="With --loopback: the preset that plays.")
    ] = DEFAULT_PRESET,
    png: Annotated[
        Path | None, typer.Option("--png", help="With --loopback: draw the histograms there.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Check this machine: Python, MIDI, presets, the engine. Exit 1 when Descant cannot be played here."""
    if loopback:
        check_loopback(preset, backend, keys, png, as_json)
        return
    findings = check_up()
    if as_json:
        say_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _tell(finding)
        worst = [finding for finding in findings if finding.state == "bad"]
        say("This machine is fit to play." if not worst else "Something needs doing before it can play live.")
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)


def _tell(finding: Finding) -> None:
    sign = {"good": "✓", "fair": "·", "bad": "✗"}[finding.state]
    advice = f" → {_sentence(finding.advice)}" if finding.advice else ""
    say_row(f"{sign} ", f"{finding.what}: {finding.found}{advice}")
