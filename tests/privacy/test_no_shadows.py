"""Started in a folder full of modules that bear the names of others, no process of Descant imports one of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.live.conftest import Rig
from tests.tunes.as_midi import write_midi

from descant_daemon.loopback.children import Child
from descant_daemon.tunes.book import load

# What a Python that is told `-m` has loaded before it comes to us: those no program can keep from being shadowed.
EARLY = "import sys, runpy, contextlib, collections.abc, encodings.utf_8; print(*sys.modules)"
LIBRARIES = ("numpy", "numba", "onnxruntime", "typer", "rich", "yaml", "mido", "jack", "rtmidi", "pythonosc")
# As the installed command is: the script's own folder is first on the path, and no flag says anything.
SCRIPT = "from descant_daemon.cli import main\nif __name__ == '__main__':\n    main()\n"
PATIENCE = 120  # s


@pytest.fixture
def shadows(tmp_path: Path) -> Path:
    """Each writes down that it was imported, and ends whoever did it."""
    done = subprocess.run([sys.executable, "-c", EARLY], capture_output=True, text=True, check=True, cwd="/")
    early = {name.partition(".")[0] for name in done.stdout.split()} | set(sys.builtin_module_names)
    folder, told = tmp_path / "here", tmp_path / "imported"
    folder.mkdir()
    text = f"open({str(told)!r}, 'a').write(__name__ + ' ')\nraise SystemExit('a shadow')\n"
    for name in {*sys.stdlib_module_names, *LIBRARIES} - early:
        (folder / f"{name}.py").write_text(text)
    assert {"random", "queue", "json", "numpy"} <= {path.stem for path in folder.iterdir()}
    return folder


@pytest.fixture
def descant(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "descant"
    script.write_text(SCRIPT)
    return sys.executable, str(script)


def bare() -> dict[str, str]:
    path = os.pathsep.join(each for each in sys.path if each)
    return {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"} | {
        "PYTHONPATH": path
    }


def told(folder: Path) -> str:
    note = folder.parent / "imported"
    return note.read_text() if note.exists() else ""


def run(folder: Path, *command: str) -> None:
    done = subprocess.run(
        command, cwd=folder, env=bare(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert told(folder) == ""
    assert done.returncode == 0, done.stderr


def test_engine_control_and_tape(
    shadows: Path, descant: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(tmp_path, 256)
    try:
        rig.start()
        rig.environment |= bare() | {
            name: rig.environment[name] for name in rig.environment if "JACK" in name
        }
        rig.folder = shadows
        options = ("--mode", "free", "--clock", "internal", "--tempo", "240", "--json", "--record", "a.take")
        program = rig.run(*descant, "play", "bach-chorale", *options)
        rig.until_said(program, "stdout", '"bar":2')
        program.send_signal(signal.SIGTERM)
        program.wait(30)
    finally:
        rig.close()
    assert told(shadows) == ""
    assert (shadows / "a.take").stat().st_size > 1000


def test_the_readers_of_a_corpus(
    shadows: Path, descant: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # nothing is read that was read before
    music = tmp_path / "music"
    music.mkdir()
    for name in ("one", "two"):
        write_midi(load("st-anne").notes, music / f"{name}.mid", tempo=100)
    run(shadows, *descant, "corpus", str(music), "--out", str(tmp_path / "page"))


def test_a_pool_of_somebody_who_uses_the_library(shadows: Path, tmp_path: Path) -> None:
    script = tmp_path / "own.py"
    script.write_text(
        "from os.path import basename\n"
        "from descant_export.corpus.pool import read_in_order\n"
        "if __name__ == '__main__':\n"
        "    assert [*read_in_order(basename, ['a/b'], basename)] == ['b']\n"
    )
    run(shadows, sys.executable, str(script))


def test_what_torchrun_starts(shadows: Path) -> None:
    """It calls each of its processes as follows, and says nothing of paths."""
    run(shadows, sys.executable, "-u", "-m", "descant_daemon.cli", "train", "--help")


def test_the_programs_of_the_loopback(shadows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shadows)
    for name, value in bare().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    with Child("help", "descant_daemon.cli", "--help") as program:
        assert "plays along" in program.result(PATIENCE, lambda: None)
    assert told(shadows) == ""
