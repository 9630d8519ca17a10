"""``descant doctor`` and ``descant ports``: what they say of this machine, to people and to scripts."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from descant_daemon.cli import doctor, ports
from descant_routing.ports.catalogue import MidiSystem

Run = Callable[..., str]
NONE = MidiSystem("jack", "JACK", available=False, reason="no server is running", advice="start JACK")
SOME = MidiSystem(
    "alsa", "ALSA", available=True, reason="2 ports", inputs=("Keystation",), outputs=("Prophet",)
)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[MidiSystem]], None]:
    def with_systems(found: list[MidiSystem]) -> None:
        for module in (ports, doctor):
            monkeypatch.setattr(module, "systems", lambda: found)
        monkeypatch.setattr(doctor, "GAP", 0.0)  # how fast it is does not matter here

    return with_systems


def test_ports(descant: Run, machine: Callable[[list[MidiSystem]], None]) -> None:
    machine([NONE, SOME])
    said = descant("ports")
    assert "JACK (--backend jack): not here. No server is running. Start JACK." in said
    assert "    Keystation" in said
    assert [system["key"] for system in json.loads(descant("ports", "--json"))] == ["jack", "alsa"]


def test_doctor_passes_with_one_system_and_fails_with_none(
    descant: Run, machine: Callable[[list[MidiSystem]], None]
) -> None:
    machine([NONE, SOME])
    assert "This machine is fit to play." in descant("doctor")
    machine([NONE])
    assert "→ Start JACK." in descant("doctor", code=1)
    states = {
        finding["what"]: finding["state"] for finding in json.loads(descant("doctor", "--json", code=1))
    }
    assert states["MIDI"] == "bad"
    assert states["Engine"] in ("good", "fair")
