"""``descant ports``: the MIDI systems of this machine and their ports."""

from __future__ import annotations

from dataclasses import asdict

from descant_daemon.cli import options
from descant_daemon.console import say, say_json, say_row
from descant_routing.ports.catalogue import MidiSystem, systems
from descant_routing.printable import printable
from descant_routing.wording import as_sentence


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
        say_row(lead, f"not here. {as_sentence(system.reason)} {as_sentence(system.advice)}".rstrip())
        return
    say_row(lead, system.reason)
    for heading, names in (("inputs", system.inputs), ("outputs", system.outputs)):
        say(f"  {heading}:" + ("" if names else " none"))
        for name in names:
            say(f"    {printable(name)}")
