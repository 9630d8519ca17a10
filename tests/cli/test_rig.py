"""``descant rig``: a rig drawn and said in words, its faults, its ports, its schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from descant_daemon.cli import rig as rig_command
from descant_daemon.cli.app import main
from descant_daemon.settings.rig.grammar import rig_json_schema
from descant_routing.ports.catalogue import MidiSystem

Run = Callable[..., str]
RIGS = Path(__file__).parent / "rigs"
NONE = MidiSystem("jack", "JACK", available=False, reason="no server is running")
ALSA = MidiSystem(
    "alsa",
    "ALSA",
    available=True,
    reason="2 ports",
    inputs=("Keystation 49:Keystation 49 MIDI 1",),
    outputs=("Prophet Rev2", "Prophet 5"),
)
SHORT = "inputs: {keys: keystation, daw: }\noutputs: {synth: Prophet}\ninstances: {solo: {preset: hymn}}\n"


@pytest.mark.parametrize("name", ["small", "large"])
def test_a_rig_is_drawn_and_said_in_words(name: str, descant: Run) -> None:
    """``large.txt`` is what a person reads who has typed ``descant rig check large.yaml``."""
    said = descant("rig", "check", str(RIGS / f"{name}.yaml"))
    assert said == (RIGS / f"{name}.txt").read_text(encoding="utf-8")


def test_scripts_get_the_same(descant: Run) -> None:
    plain: dict[str, Any] = json.loads(descant("rig", "check", "--json", str(RIGS / "large.yaml")))
    assert (plain["title"], plain["clock"], plain["feedback"]) == ("Sixteen on a stage", "link", "strings")
    seaboard = {
        "label": "seaboard",
        "port": "Seaboard RISE 49",
        "longest_note": None,
        "mpe": True,
        "storm": 8000,
    }
    assert plain["inputs"][0] == seaboard
    assert plain["outputs"][1] == {"label": "organ", "port": "鍵盤オルガン", "offset": 4.5}
    choir = next(each for each in plain["instances"] if each["name"] == "choir")
    assert choir["hears"] == {"input": "piano", "channels": [*range(1, 17)], "keys": [48, 127]}
    assert choir["listens"][1] == {"input": "seaboard", "channels": [*range(1, 17)], "keys": [60, 96]}
    assert [(each["number"], each["name"]) for each in choir["programs"]] == [
        (1, "bach-chorale"), (2, "renaissance"), (3, "hymn"), (4, "palette")]  # fmt: skip
    assert (choir["first"], choir["switch"], choir["output"], choir["channels"]) == (
        1,
        "beat",
        "strings",
        [2],
    )
    assert plain["routes"][0] == {"from": "seaboard", "to": "organ", "do": "thru"}
    assert plain["routes"][1]["do"] == {"keys": "..B2", "transpose": -12, "channel": 4}
    assert len(plain["warnings"]) == 4
    assert "ports" not in plain


def test_the_ports_that_are_there_and_those_that_are_not(
    descant: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stage.yaml").write_text(SHORT)
    monkeypatch.setattr(rig_command, "systems", lambda: [NONE, ALSA])
    assert (
        "\nports\n"
        "  keys: Keystation 49:Keystation 49 MIDI 1 is there\n"
        "  synth: output port 'Prophet' is ambiguous: it could be 'Prophet Rev2', 'Prophet 5'\n"
    ) in descant("rig", "check", "--ports", "stage.yaml")
    keys, synth = json.loads(descant("rig", "check", "--ports", "--json", "stage.yaml"))["ports"]
    assert keys["found"] == "Keystation 49:Keystation 49 MIDI 1"
    assert synth["found"] is None
    monkeypatch.setattr(rig_command, "systems", lambda: [NONE])
    assert "  keys: there is no MIDI system here\n" in descant("rig", "check", "--ports", "stage.yaml")
    (tmp_path / "stage.yaml").write_text("instances: {solo: {preset: hymn}}\n")
    assert "\nports\n  none is named\n" in descant("rig", "check", "--ports", "stage.yaml")


def refused(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr("sys.argv", ["descant", "rig", "check", str(path)])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    said = capsys.readouterr()
    assert not said.out
    return said.err


def test_every_fault_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], descant: Run
) -> None:
    path = tmp_path / "stage.yaml"
    path.write_text("clock_from: dwa\n" + SHORT.replace("hymn", "hym"))
    told = [
        f"{path}, line 1: there is no input 'dwa' (did you mean 'daw'?)",
        f"{path}, line 4: there is no preset called 'hym' (did you mean 'hymn'?)",
    ]
    assert refused(path, monkeypatch, capsys) == "descant: " + "\n".join(told) + "\n"
    assert json.loads(descant("rig", "check", "--json", str(path), code=2)) == {"faults": told}


FAULTY = """\
clock_from: dwa
inputs: {keys: keystation, daw: }
instances:
  solo:
    programs: [hymn, ./gone]
  duo:
    preset: palette
    parameters:
      style: polka
      voices: 99
  trio: {preset: ./mine}
"""


def test_every_fault_is_told_at_once_a_model_s_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rig that has passed plays: nothing is found out on stage, and nothing in a second round."""
    for name, text in {
        "gone": "title: Mine\nmodel: gone\n",
        "mine": "title: Mine\nmodel: palette\nparameters: {style: tango}\n",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "preset.yaml").write_text(text)
    for model in (Path(rig_command.__file__).parents[3] / "presets" / "palette").glob("*.onnx"):
        (tmp_path / "mine" / model.name).symlink_to(model)
    path = tmp_path / "stage.yaml"
    path.write_text(FAULTY)
    told = refused(path, monkeypatch, capsys).removeprefix("descant: ").splitlines()
    lines = {int(each.split(", line ")[1].split(":")[0]): each for each in told}
    assert sorted(lines) == [1, 5, 9, 10, 11]
    assert "there is no input 'dwa'" in lines[1]
    assert "the preset ./gone cannot be used" in lines[5]
    assert "gone.time.onnx" in lines[5]
    assert "with the preset palette, style must be" in lines[9]
    assert "voices must be" in lines[10]
    assert "with the preset mine, style must be" in lines[11]


def test_the_schema_is_printed(descant: Run) -> None:
    assert json.loads(descant("rig", "schema")) == rig_json_schema()
