"""The wheel as a user gets it: its names, its presets, and that it runs away from the checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.house.source import ROOT

OURS = {"descant_daemon", "descant_routing", "descant_export", "descant_presets"}


def run(*command: str, cwd: Path, **env: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    # Without isolation: the build back-end is a dev dependency, and no test asks the network for anything.
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT), cwd=out)
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with our packages from the wheel; the libraries come from the environment of the tests."""
    target = tmp_path_factory.mktemp("installed")
    options = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", "--target", str(target))
    run(sys.executable, "-m", "pip", "install", *options, str(wheel), cwd=target)
    return target


def test_the_top_level_holds_our_names_and_no_generic_one(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        top = {name.partition("/")[0] for name in archive.namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == OURS
    assert len(top) == len(OURS) + 1


def test_presets_tunes_and_type_markers_travel_and_no_litter_does(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    styles = {path.parent.name for path in (ROOT / "presets").glob("*/preset.yaml")}
    assert "bach-chorale" in styles
    for style in styles:
        inside = {name.rpartition("/")[2] for name in names if name.startswith(f"descant_presets/{style}/")}
        assert inside >= {path.name for path in (ROOT / "presets" / style).iterdir() if path.is_file()}
        assert any(name.endswith(".onnx") for name in inside), style
        assert any("card" in name.lower() for name in inside), style
    tunes = {path.name for path in (ROOT / "daemon/descant_daemon/tunes").rglob("*.tune")}
    assert tunes == {name.rpartition("/")[2] for name in names if name.endswith(".tune")}
    assert {f"{name}/py.typed" for name in OURS - {"descant_presets"}} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".pt", ".ckpt"))]


def test_playing_requires_neither_torch_nor_onnx(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (entry,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        lines = archive.read(entry).decode().splitlines()
    required = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    base = [line for line in required if "extra ==" not in line]
    assert any(line.startswith("python-rtmidi") for line in base)
    assert not [line for line in base if line.startswith(("torch", "music21", "onnx>", "onnx="))]
    assert "Requires-Python: <3.13,>=3.11" in lines


def test_the_installed_wheel_runs_from_its_own_files(installed: Path) -> None:
    code = "import descant_daemon as d, descant_presets as p; print(d.__file__, p.__file__)"
    for path in run(sys.executable, "-c", code, cwd=installed, PYTHONPATH=str(installed)).split():
        assert Path(path).is_relative_to(installed)


def test_the_installed_wheel_lists_its_presets(installed: Path) -> None:
    code = "import sys; sys.argv[1:] = ['presets', '--json']; from descant_daemon.cli import main; main()"
    # An empty home: a preset of whoever runs the tests must not stand in for one of the shelf.
    told = run(
        sys.executable,
        "-c",
        code,
        cwd=installed,
        PYTHONPATH=str(installed),
        HOME=str(installed),
        XDG_CONFIG_HOME=str(installed / "config"),
    )
    assert "bach-chorale" in json.dumps(json.loads(told))
