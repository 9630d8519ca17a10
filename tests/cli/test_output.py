"""What the program says on terminals that cannot show it all, are narrow, or are gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from descant_daemon import console
from descant_routing.errors import DescantError

HOSTILE = 'title: "\\e]0;owned\\a\\e[2J\\u202Eeltit"\nmodel: ours\n'


def descant(
    *arguments: str, stdout: int = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """A process of its own, because the encoding is settled when it begins."""
    return subprocess.run(
        [sys.executable, "-m", "descant_daemon.cli", *arguments],
        check=False,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, "COLUMNS": "80", **environment},
    )


@pytest.fixture
def rig(tmp_path: Path) -> Path:
    path = tmp_path / "rig.yaml"
    path.write_text(
        "inputs:\n  left: Klavier für zwei\noutputs:\n  strings: Прибор\n"
        "instances:\n  choir: {input: left, output: strings, preset: bach-chorale}\n"
    )
    return path


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1", "utf-8"])
def test_every_encoding_will_do(encoding: str, rig: Path) -> None:
    done = descant("rig", "check", str(rig), PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"")
    said = done.stdout.decode(encoding)
    assert "bach-chorale" in said
    assert ("für" if encoding != "ascii" else "fur") in said
    assert ("Прибор" in said) == (encoding == "utf-8")


def test_a_name_that_nothing_can_show_is_an_error_like_any_other() -> None:
    done = descant("render", os.fsdecode(b"\xff\x1b[2J"), LC_ALL="C", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert done.stderr.startswith(b"descant: there is no preset")
    assert b"\x1b" not in done.stderr


def test_a_preset_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "descant" / "presets" / "mine"
    folder.mkdir(parents=True)
    (folder / "preset.yaml").write_text(HOSTILE)
    done = descant("presets", XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 0
    assert b"mine" in done.stdout
    assert b"\x1b" not in done.stdout
    assert b"\x07" not in done.stdout


def test_whoever_has_read_enough_is_not_bothered() -> None:
    read, write = os.pipe()
    os.close(read)
    done = descant("presets", stdout=write)
    os.close(write)
    assert done.stderr == b""


def test_text_in_a_table_is_only_text(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("\x1b[2Jhead")
    table.add_row("[bold]x[/bold]\x1b[3J")
    table.add_row(Text("\x9b4J"))
    console.make_console().print(table)
    said = capsys.readouterr().out
    assert "[bold]x[/bold]" in said
    assert all(each.isprintable() or each == "\n" for each in said)


def test_json_stays_json(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    value = {"path": "\x7f\x1b\udcff" + "x" * 5000}
    console.say_json(value)
    assert json.loads(capsys.readouterr().out) == value


def test_an_output_that_cannot_be_written_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, _: str) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(DescantError, match="No space left"):
        console.say("a word")
