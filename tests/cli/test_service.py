"""``descant service``: what it says, and what it refuses before anything is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from descant_daemon.cli import service as service_command
from descant_daemon.service.manager import manager
from descant_routing.errors import DescantError, UsageError


@pytest.fixture
def unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the unit goes, on a machine without systemctl."""
    for name, value in {"HOME": tmp_path, "XDG_CONFIG_HOME": tmp_path / "config", "PATH": tmp_path}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(service_command, "manager", lambda: manager("linux"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "config" / "systemd" / "user" / "descant.service"


def service(*arguments: str) -> str:
    result = CliRunner().invoke(service_command.app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def command(unit: Path) -> str:
    return next(line for line in unit.read_text().split("\n") if line.startswith("ExecStart="))


def test_from_nothing_to_nothing(unit: Path, tmp_path: Path) -> None:
    assert service("status") == f"There is no service: no {unit}.\n"
    said = service("install", "bach-chorale", "--clock", "midi", "--set", "voices=2", "--tempo", "99")
    assert said.startswith(f"Written: {unit}.\n")
    assert "systemctl --user enable --now descant.service" in said
    captures = tmp_path / "Descant"
    assert command(unit).endswith(
        f" -m descant_daemon.cli play bach-chorale --clock midi --set voices=2 --tempo 99 --captures {captures}"
    )
    assert captures.is_dir()
    assert "nobody can say whether it runs" in service("status")
    assert json.loads(service("status", "--json")) == {
        "path": str(unit), "installed": True, "ours": True, "state": "unknown"
    }  # fmt: skip
    assert service("remove") == f"Removed: {unit}.\n"
    assert service("remove") == f"There is no service: no {unit}.\n"


def test_without_arguments_it_plays_the_default(unit: Path, tmp_path: Path) -> None:
    service("install")
    assert command(unit).endswith(f" -m descant_daemon.cli play --captures {tmp_path}/Descant")


def test_what_options_name_is_whole_there_and_may_be_written(unit: Path, tmp_path: Path) -> None:
    service("install", "--captures", "my caps", "--record=takes/%d.mid")
    assert command(unit).endswith(
        f' play --captures "{tmp_path}/my caps" "--record={tmp_path}/takes/%%d.mid"'
    )
    assert (tmp_path / "my caps").is_dir()
    assert (tmp_path / "takes").is_dir()
    writable = [line for line in unit.read_text().split("\n") if line.startswith("ReadWritePaths=")]
    assert writable == [f'ReadWritePaths="-{tmp_path}/my caps"', f"ReadWritePaths=-{tmp_path}/takes"]


def test_a_home_and_presets_by_path_are_whole_too(unit: Path, tmp_path: Path) -> None:
    shelf = Path(__file__).parents[2] / "presets"
    (tmp_path / "mine").symlink_to(shelf / "hymn")
    service("install", "--programs", "folk,./mine", "--captures=~/caps", "--send-clock", "./mine")
    mine = f"{tmp_path}/mine/preset.yaml"
    assert command(unit).endswith(
        f" play --programs folk,{mine} --captures={tmp_path}/caps --send-clock {mine}"
    )


def test_a_rig_is_read_and_its_path_is_whole(unit: Path, tmp_path: Path) -> None:
    (tmp_path / "rig.yaml").write_text("instances: {choir: {preset: hymn}}\n")
    service("install", "--rig", "rig.yaml")
    assert f" play --rig {tmp_path}/rig.yaml " in command(unit)
    (tmp_path / "rig.yaml").write_text("instances: {choir: {preset: hym}}\n")
    with pytest.raises(UsageError, match="no preset called 'hym'"):
        service("install", "--rig", "rig.yaml")


@pytest.mark.parametrize("option", ["--captures", "--record"])
def test_a_folder_that_cannot_be_made_is_said_before(unit: Path, tmp_path: Path, option: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DescantError, match="is no folder to write to"):
        service("install", option, "file/below/x.take")
    assert not unit.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--backend", "jack"], "eight minutes"),
        (["--clock", "jack"], "eight minutes"),
        (["--input", "Keystation"], "has to be there at your login"),
        (["--record", "x.take"], "the next free number"),
    ],
)
def test_what_will_not_work_is_told(unit: Path, arguments: list[str], words: str) -> None:
    assert words in service("install", *arguments)
    assert "Beware" not in service("install", "hymn")


@pytest.mark.parametrize("wrong", [["--tempoo", "99"], ["--tempo", "5000"], ["a", "b"]])
def test_what_play_does_not_know_is_not_installed(unit: Path, wrong: list[str]) -> None:
    result = CliRunner().invoke(service_command.app, ["install", *wrong])
    assert result.exit_code == 2
    assert not unit.exists()


@pytest.mark.parametrize("wrong", [["bachh"], ["--set", "voices=99"], ["--clock", "sun"], ["--mode", "loud"]])
def test_nor_what_play_would_refuse(unit: Path, wrong: list[str]) -> None:
    with pytest.raises(UsageError):
        service("install", *wrong)
    assert not unit.exists()


def test_a_preset_given_by_its_path_is_found_from_everywhere(unit: Path, tmp_path: Path) -> None:
    shelf = Path(__file__).parents[2] / "presets" / "bach-chorale"
    (tmp_path / "my preset").symlink_to(shelf)
    service("install", "my preset", "--clock", "midi")
    assert f' play "{tmp_path}/my preset/preset.yaml" --clock midi ' in command(unit)


def test_windows(unit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_command, "manager", lambda: manager("win32"))
    with pytest.raises(DescantError, match="Windows"):
        service("install")
