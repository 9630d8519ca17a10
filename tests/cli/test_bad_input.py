"""A table of bad inputs: what is typed, the exit code, and the words of the one sentence that answers.

Each is typed into this process, which takes no time, and some to a process of their own, which is as it is typed:
those whose libraries have something to say themselves, and those that could take for ever.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from descant_daemon.cli.app import main
from descant_daemon.settings.shelf import find

GOOD = find("bach-chorale").parent
TIMEOUT = 60  # s; nothing here takes long, but nothing may hang
APART = (
    "no MIDI system",
    "no JACK server",
    "unknown command",
    "100 MB MIDI file",
    "a note 300 million bars away",
    "nowhere to write",
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the test, 200 columns, no JACK server: for this process and for those that it starts."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "JACK_DEFAULT_SERVER": f"none-{os.getpid()}",
        "JACK_NO_START_SERVER": "1",
        "COLUMNS": "200",
    }.items():
        monkeypatch.setenv(name, value)


def preset(text: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        shutil.copytree(GOOD, folder / "mine")
        (folder / "mine" / "preset.yaml").write_text(text)

    return make


def graph(change: Callable[[onnx.ModelProto], None]) -> Callable[[Path], None]:
    """The shipped preset with its note axis changed."""

    def make(folder: Path) -> None:
        shutil.copytree(GOOD, folder / "mine")
        path = folder / "mine" / "bach-chorale.note.onnx"
        model = onnx.load(path)
        change(model)
        path.write_bytes(model.SerializeToString())

    return make


def wrong_shape(model: onnx.ModelProto) -> None:
    model.graph.input[1].type.tensor_type.shape.dim[1].dim_value = 5


def no_metadata(model: onnx.ModelProto) -> None:
    del model.metadata_props[:]


def external_data(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")


def custom_domain(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "evil.ops"


def other_weights(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.raw_data = bytes(len(tensor.raw_data))


def midi(data: bytes) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / "in.mid").write_bytes(data)

    return make


def huge(folder: Path) -> None:
    with (folder / "in.mid").open("wb") as file:
        file.write(b"MThd")
        file.truncate(100 * 2**20)


def nothing(folder: Path) -> None:
    """The folder is empty."""


RENDER = ["render", "bach-chorale", "in.mid", "-o", "out.mid"]
MINE = ["render", "./mine", "-o", "out.mid"]
YAML = "title: Mine\nmodel: bach-chorale\n"
TABLE: dict[str, tuple[Callable[[Path], None], list[str], int, list[str]]] = {
    # name: (what there is, what is typed, exit code, words)
    "no MIDI system": (nothing, ["play"], 1, ["there is no MIDI system", "descant demo"]),
    "no JACK server": (nothing, ["play", "--backend", "jack"], 1, ["no JACK server is running"]),
    "unknown back-end": (nothing, ["play", "--backend", "jak"], 2, ["no back-end 'jak'", "jack"]),
    "unknown clock": (nothing, ["play", "--clock", "moon"], 2, ["no clock 'moon'", "internal"]),
    "unknown preset": (
        nothing,
        ["render", "bach-choral"],
        2,
        ["no preset called 'bach-choral'", "bach-chorale"],
    ),
    "unknown tune": (nothing, ["demo", "--tune", "nix"], 2, ["no tune 'nix'", "st-anne"]),
    "unknown parameter": (nothing, ["render", "--set", "temprature=1"], 2, ["temprature", "temperature"]),
    "value out of range": (nothing, ["render", "--set", "temperature=9"], 2, ["temperature must be", "9"]),
    "unknown mode": (nothing, ["render", "--mode", "fre"], 2, ["mode", "fre"]),
    "unknown command": (nothing, ["plya"], 2, ["plya"]),
    "unknown option": (nothing, ["play", "--tempoo", "3"], 2, ["--tempoo"]),
    "tempo 0": (nothing, ["render", "--tempo", "0"], 2, ["--tempo"]),
    "missing key": (preset("title: Mine\n"), MINE, 1, ["preset.yaml", "line", "model"]),
    "misspelt key": (
        preset(YAML + "parmeters: {}\n"),
        MINE,
        1,
        ["preset.yaml, line 3", "parmeters", "parameters"],
    ),
    "wrong value": (preset(YAML + "parameters:\n  density: lots\n"), MINE, 1, ["line 4", "density", "lots"]),
    "not YAML": (preset("title: [unclosed\n"), MINE, 1, ["preset.yaml", "line"]),
    "no model": (preset("title: Mine\nmodel: gone\n"), MINE, 1, ["gone.time.onnx"]),
    "wrong shapes": (graph(wrong_shape), MINE, 1, ["bach-chorale.note.onnx", "'given'", "should be"]),
    "missing metadata": (graph(no_metadata), MINE, 1, ["is not a Descant model"]),
    "external data": (graph(external_data), MINE, 1, ["in another file"]),
    "custom operators": (graph(custom_domain), MINE, 1, ["evil.ops"]),
    "other weights": (graph(other_weights), MINE, 1, ["damaged"]),
    "no such file": (nothing, RENDER, 1, ["in.mid cannot be read"]),
    "empty MIDI file": (midi(b""), RENDER, 1, ["in.mid is empty"]),
    "torn MIDI file": (
        midi(b"MThd\0\0\0\6\0\1\0\2\0\x60MTrk\0\0\0\x63\0\x90"),
        RENDER,
        1,
        ["in.mid is torn: track 1 should have 99 bytes and has 2."],
    ),
    "100 MB MIDI file": (huge, RENDER, 1, ["in.mid has 100 MB"]),
    "a note 300 million bars away": (
        midi(
            b"MThd\0\0\0\6\0\0\0\1\0\1MTrk\0\0\0\x0e\xff\xff\xff\x7f\x90\x3c\x50\xff\xff\xff\x7f\x80\x3c\0\0"
        ),
        RENDER,
        1,
        ["in.mid has 134,217,728 bars", "see --bars"],
    ),
    "nowhere to write": (
        nothing,
        ["render", "-o", "none/out.mid", "--bars", "1"],
        1,
        ["out.mid cannot be written"],
    ),
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", [name for name in TABLE if name not in APART])
def test_bad_input(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def typed(arguments: list[str]) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["descant", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        assert isinstance(exit_.value.code, int)
        return exit_.value.code, capfd.readouterr().err

    check(name, typed, tmp_path)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", APART)
def test_bad_input_to_a_process(name: str, tmp_path: Path) -> None:
    def typed(arguments: list[str]) -> tuple[int, str]:
        command = [sys.executable, "-m", "descant_daemon.cli", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        return done.returncode, done.stderr

    check(name, typed, tmp_path)


def check(name: str, typed: Callable[[list[str]], tuple[int, str]], folder: Path) -> None:
    """``typed``: to its exit code and what it says on standard error."""
    there_is, arguments, code, words = TABLE[name]
    there_is(folder)
    before = sorted(folder.rglob("*"))
    got, error = typed(arguments)
    assert got == code, error
    assert "Traceback" not in error
    for word in words:
        assert word in error, error
    said = [line for line in error.splitlines() if line.startswith("descant: ")]
    assert len(said) == 1 or "Usage" in error, "one sentence"
    assert sorted(folder.rglob("*")) == before, "nothing written, half or whole"
