"""Where a command's result cannot be written, that is said before the work, whatever the command."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from descant_daemon.cli import bench, demo, listen, loopback, render, train
from descant_daemon.cli.app import app
from descant_routing.errors import DescantError

FILES = {
    "render -o": ["render", "--bars", "1", "-o"],
    "render --picture": ["render", "--bars", "1", "-o", "out.mid", "--picture"],
    "render --take": ["render", "--take", "some.take", "-o"],
    "render --rig": ["render", "--rig", "some.yaml", "-o"],
    "doctor --png": ["doctor", "--loopback", "--png"],
}
FOLDERS = {
    "demo": ["demo", "--folder"],
    "listen": ["listen", "bach-chorale", "-o"],
    "listen --data": ["listen", "bach-chorale", "--data", "music21:bach", "-o"],
    "judge": ["judge", "bach-chorale=music21:bach", "--out"],
    "corpus": ["corpus", "music21:bach", "--out"],
    "train": ["train", "music21:bach", "--run"],
    "benchmark": ["benchmark", "--data", "none", "--out"],
}


@pytest.fixture(autouse=True)
def nothing_begins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No model is loaded, no corpus read and no port opened."""

    def work(*_: object, **__: object) -> None:
        raise AssertionError("work began")

    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    for module, name in (
        (render, "set_up"), (render, "load_model"), (render, "render_take"), (render, "render_rig"),
        (demo, "EnginePool"), (loopback, "measure"), (listen, "train_extra"), (train, "train_extra"),
        (bench, "measure"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, work)


@pytest.mark.parametrize("command", FILES)
@pytest.mark.parametrize("place", ["none/x", "file/x", "."])
def test_a_file(command: str, place: str) -> None:
    with pytest.raises(DescantError, match=f"{place} cannot be written"):
        CliRunner().invoke(app, [*FILES[command], place], catch_exceptions=False)


@pytest.mark.parametrize("command", FOLDERS)
@pytest.mark.parametrize("place", ["file", "file/x"])
def test_a_folder(command: str, place: str) -> None:
    with pytest.raises(DescantError, match=f"{place} is no folder to write to"):
        CliRunner().invoke(app, [*FOLDERS[command], place], catch_exceptions=False)
