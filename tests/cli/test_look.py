"""What the commands say of this machine, to people and to scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from descant_daemon.cli import checkup, demo, look
from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.parameters import TABLE
from descant_daemon.tunes import Tune, load
from descant_routing.ports.catalogue import MidiSystem

Run = Callable[..., str]
SHELF = [
    "art-song",
    "bach-chorale",
    "folk",
    "hymn",
    "palette",
    "piano",
    "ragtime",
    "renaissance",
    "string-quartet",
]
NONE = MidiSystem("jack", "JACK", available=False, reason="no server is running", advice="start JACK")
SOME = MidiSystem(
    "alsa", "ALSA", available=True, reason="2 ports", inputs=("Keystation",), outputs=("Prophet",)
)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[MidiSystem]], None]:
    def with_systems(found: list[MidiSystem]) -> None:
        for module in (look, checkup):
            monkeypatch.setattr(module, "systems", lambda: found)
        monkeypatch.setattr(checkup, "GAP", 0.0)  # how fast it is does not matter here

    return with_systems


def test_presets(descant: Run) -> None:
    assert "Bach chorale" in descant("presets")
    rows = json.loads(descant("presets", "--json"))["presets"]
    assert [row["name"] for row in rows if row["origin"] == "shelf"] == SHELF
    assert "temperature" in descant("presets", "--parameters")


def test_a_broken_preset_of_your_own_is_named_and_the_rest_are_listed(
    descant: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own = tmp_path / "descant" / "presets" / "mine"
    own.mkdir(parents=True)
    (own / "preset.yaml").write_text("title: Mine\nmodell: x\n")
    said = descant("presets")
    assert "cannot be used" in said
    assert "modell" in said
    assert "Bach chorale" in said


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


def test_the_demo_plays_in_time_and_writes_it_down(
    descant: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first two phrases, quickly."""

    def quickly(name: str) -> Tune:
        tune = load(name)
        notes = tuple(note for note in tune.notes if note.start < tune.phrases[2])
        return replace(tune, tempo=240, notes=notes, phrases=tune.phrases[:2])

    monkeypatch.setattr(demo, "load", quickly)
    said = descant("demo", "--tune", "old-hundredth")
    assert "Old Hundredth" in said
    assert (tmp_path / "demo.mid").read_bytes().startswith(b"MThd")
    assert (tmp_path / "demo.png").read_bytes().startswith(b"\x89PNG")
    assert said.count("descant ") > 20, "it shows what sounds, as it happens"


@pytest.mark.parametrize("wide", [44, 60, 80])
def test_lists_fit_the_terminal(descant: Run, monkeypatch: pytest.MonkeyPatch, wide: int) -> None:
    monkeypatch.setenv("COLUMNS", str(wide))
    for arguments in (["presets"], ["presets", "--parameters"], ["ports"]):
        lines = descant(*arguments).splitlines()
        assert len(lines) > 3
        assert [line for line in lines if len(line) > wide and " " in line.strip()] == []
    assert descant("presets", "--parameters").count("\n") > 2 * len(TABLE)


def test_what_is_piped_has_a_row_a_line(descant: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    rows = descant("presets", "--parameters").splitlines()
    assert len([row for row in rows if row.startswith("| `")]) == len(TABLE) + len(ACTIONS)
    assert len(max(rows, key=len)) > 200


def test_the_schema_of_presets_is_printed_for_editors(descant: Run) -> None:
    schema = json.loads(descant("presets", "--schema"))
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"title", "model", "cc"} <= schema["properties"].keys()
