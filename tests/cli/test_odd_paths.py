"""Names that are no Unicode, links, pipes, devices, spaces, dashes: it works, or a sentence says why not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.model.known import Models
from descant_daemon.settings.rig.rig_file import load_rig
from descant_daemon.tape.header import plain_rig
from descant_daemon.tape.reader import TakeFile
from descant_routing.errors import DescantError

SHELF = Path(__file__).parents[2] / "presets"
ODD = [os.fsdecode(b"p\xff\xfe"), "a b", "-dash", "é\u0301", "n" * 200, "quote'\"", "\u202ex", "line\nend"]


@pytest.mark.parametrize("name", ODD, ids=range(len(ODD)))
def test_a_preset_a_rig_and_a_rendering_of_any_name(
    descant: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own = tmp_path / "descant" / "presets" / name
    own.parent.mkdir(parents=True)
    own.symlink_to(SHELF / "hymn", target_is_directory=True)
    rows = json.loads(descant("presets", "--json"))["presets"]
    assert name in [row["name"] for row in rows if row["origin"] == "yours"]
    assert "Hymn (yours)" in descant("presets")
    descant("render", str(own), "--bars", "1", "-o", f"{tmp_path}/{name}.mid")
    assert (tmp_path / f"{name}.mid").read_bytes().startswith(b"MThd")
    rig = tmp_path / f"{name}.yaml"
    rig.write_text("instances: {choir: {preset: hymn}}\n")
    assert "choir" in descant("rig", "check", str(rig))


def test_a_take_tells_of_a_preset_whose_path_is_no_unicode(tmp_path: Path) -> None:
    real = tmp_path / os.fsdecode(b"real\xff")
    real.mkdir()
    for file in (SHELF / "hymn").iterdir():
        (real / file.name).symlink_to(file)
    (tmp_path / "rig.yaml").write_text("instances: {choir: {preset: hymn}}\n")
    text = f"instances: {{choir: {{preset: {json.dumps(str(tmp_path / 'link'))}}}}}\n"
    (tmp_path / "link").symlink_to(real, target_is_directory=True)
    (tmp_path / "rig.yaml").write_text(text)
    rig = load_rig(tmp_path / "rig.yaml", look=Models().look)
    assert r"real\udcff" in json.dumps(plain_rig(rig)).replace("\\\\", "\\")


@pytest.mark.parametrize("option", [["render", "--take"], ["render", "--rig"], ["rig", "check"], ["render"]])
@pytest.mark.parametrize("kind", ["fifo", "device", "folder", "loop", "long"])
def test_what_is_no_file_is_said_at_once(tmp_path: Path, option: list[str], kind: str) -> None:
    path = tmp_path / "x.yaml"
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/zero")
        case "folder":
            path.mkdir()
        case "loop":
            path.symlink_to(path)
        case _:
            path = tmp_path / ("x" * 300 + ".yaml")
    result = CliRunner().invoke(app, [*option, str(path)])
    assert isinstance(result.exception, DescantError)
    assert "\n" not in str(result.exception)


def test_a_pipe_as_a_take_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.take")
    with pytest.raises(DescantError, match=r"a\.take cannot be read: it is not a file\.$"):
        TakeFile(tmp_path / "a.take")
