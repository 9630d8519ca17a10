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


def test_from_nothing_to_nothing(unit: Path) -> None:
    assert service("status") == f"There is no service: no {unit}.\n"
    said = service("install", "bach-chorale", "--clock", "midi", "--set", "voices=2", "--tempo", "99")
    assert said.startswith(f"Written: {unit}.\n")
    assert "systemctl --user enable --now descant.service" in said
    assert command(unit).endswith(
        " -m descant_daemon.cli play bach-chorale --clock midi --set voices=2 --tempo 99"
    )
    assert "nobody can say whether it runs" in service("status")
    assert json.loads(service("status", "--json")) == {
        "path": str(unit), "installed": True, "ours": True, "state": "unknown"
    }  # fmt: skip
    assert service("remove") == f"Removed: {unit}.\n"
    assert service("remove") == f"There is no service: no {unit}.\n"


def test_without_arguments_it_plays_the_default(unit: Path) -> None:
    service("install")
    assert command(unit).endswith(" -m descant_daemon.cli play")


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
    assert command(unit).endswith(f' play "{tmp_path}/my preset/preset.yaml" --clock midi')


def test_windows(unit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_command, "manager", lambda: manager("win32"))
    with pytest.raises(DescantError, match="Windows"):
        service("install")
