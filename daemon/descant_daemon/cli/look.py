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
from descant_daemon.console import say, say_json
from descant_daemon.model.card import check_model_files
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.reference import parameter_reference
from descant_daemon.settings.shelf import own_folder, shelf
from descant_routing.errors import DescantError
from descant_routing.ports.catalogue import MidiSystem, systems


def presets(
    as_json: options.Json = False,
    parameters: Annotated[
        bool, typer.Option("--parameters", help="Explain every parameter and action instead.")
    ] = False,
) -> None:
    """List the presets, and where your own would be."""
    if parameters:
        say(parameter_reference())
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
    if as_json:
        say_json({"presets": rows, "own_folder": str(own_folder())})
        return
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        say(f"{row['name']:<{width}}  {row['title']} ({row['origin']}: {row['path']})")
        if len(row["styles"]) > 1:
            say(f"{'':<{width}}  styles to morph between: {', '.join(row['styles'])}")
    say(f"Your own presets go into {own_folder()}, a folder each.")


def ports(as_json: options.Json = False) -> None:
    """List the MIDI systems of this machine and their ports."""
    found = systems()
    if as_json:
        say_json([asdict(system) for system in found])
        return
    for system in found:
        say(_described(system))
    if not any(system.available for system in found):
        say("There is no MIDI system to play through; `descant demo` needs none.")


def _described(system: MidiSystem) -> str:
    if not system.available:
        return (
            f"{system.title} (--backend {system.key}): not here. {system.reason}. {_sentence(system.advice)}"
        )
    lines = [f"{system.title} (--backend {system.key}): {system.reason}"]
    for heading, names in (("inputs", system.inputs), ("outputs", system.outputs)):
        lines.append(f"  {heading}:" + ("" if names else " none"))
        lines += [f"    {name}" for name in names]
    return "\n".join(lines)


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
    png: Annotated[
        Path | None, typer.Option("--png", help="With --loopback: draw the histograms there.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Check this machine: Python, MIDI, presets, the engine. Exit 1 when Descant cannot be played here."""
    if loopback:
        check_loopback(DEFAULT_PRESET, backend, keys, png, as_json)
        return
    findings = check_up()
    if as_json:
        say_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            say(_told(finding))
        worst = [finding for finding in findings if finding.state == "bad"]
        say("This machine is fit to play." if not worst else "Something needs doing before it can play live.")
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)


def _told(finding: Finding) -> str:
    sign = {"good": "✓", "fair": "·", "bad": "✗"}[finding.state]
    advice = f" → {_sentence(finding.advice)}" if finding.advice else ""
    return f"{sign} {finding.what}: {finding.found}{advice}"
