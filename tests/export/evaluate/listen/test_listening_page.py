"""The page for ears: everything that it names is there, nothing comes from elsewhere, names are escaped."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.midi_file import read_song
from descant_daemon.picture.wav import SOUNDFONT_VARIABLE
from descant_export.corpus.piece import from_notes
from descant_export.evaluate.listen.listening_page import Shown, figures, page
from descant_routing.errors import UsageError

SOUNDFONT = b"RIFF\0\0\0\0sfbk"
STAND_IN = """#!/bin/sh
while [ "$1" != -F ]; do shift; done
head -c 100 /dev/zero > "$2"
"""


def listen(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["listen", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def fluidsynth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in that writes a hundred bytes of sound."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "fluidsynth").write_text(STAND_IN)
    (folder / "fluidsynth").chmod(0o755)
    (tmp_path / "font.sf2").write_bytes(SOUNDFONT)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv(SOUNDFONT_VARIABLE, str(tmp_path / "font.sf2"))
    return folder


def links(text: str) -> list[str]:
    return re.findall(r'(?:src|href)="([^"]+)"', text)


def test_a_page_of_takes(tmp_path: Path, fluidsynth: Path) -> None:
    folder = tmp_path / "page"
    listen("bach-chorale", "-o", folder, "--takes", 3, "--bars", 2)
    text = (folder / "index.html").read_text()
    assert sorted(links(text)) == sorted(
        f"take-{number}.{kind}" for number in (1, 2, 3) for kind in ("mid", "ogg", "png")
    )
    assert {path.name for path in folder.iterdir()} == {"index.html", *links(text)}
    assert not re.search(r"https?:|<script|@import", text), "nothing from the net"
    voices = [set(read_song(folder / f"take-{number}.mid").track_names[1:]) for number in (1, 2, 3)]
    assert voices == [{"Melody", "Descant"}, {"Melody", "Descant"}, {"Descant"}], (
        "half over melodies, half free"
    )


def test_without_fluidsynth_the_page_says_so_and_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = tmp_path / "page"
    said = listen("bach-chorale", "-o", folder, "--takes", 1, "--bars", 2, "--mode", "free")
    text = (folder / "index.html").read_text()
    assert "No audio: FluidSynth is not installed." in text
    assert "No audio: FluidSynth is not installed." in said
    assert links(text) == ["take-1.png", "take-1.mid"]


def test_names_are_escaped() -> None:
    text = page("<b>&", ["1 < 2"], [Shown("<script>", "a&b.mid", "a b.png", None, {"<i>": '"'})])
    assert not re.search(r"<b>|<script>|<i>", text)
    assert links(text) == ["a%20b.png", "a%26b.mid"]


def test_figures_by_hand() -> None:
    # Two bars: four notes, two of them together for a whole bar, then three beats of rest in the second.
    piece = from_notes("x", [[(0, 16, 60), (0, 16, 64), (16, 18, 65), (18, 20, 67)]], [*range(16)] * 2)
    assert dict(figures(piece)) == {
        "Notes a bar": "2.0",
        "Notes at once": "1.80",
        "Silent beats": "38%",
        "Longest silence": "0.75 bars",
        "Repeated bars": "0%",
    }


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["bach-chorale", "hymn"], "One style at a time"),
        (["bach-choral"], "no preset called 'bach-choral'"),
        (["bach-chorale", "--blind"], "--data"),
        (["bach-chorale", "--pick"], "--pick goes with --blind"),
        (["bach-chorale", "--set", "temprature=1"], "temprature"),
    ],
)
def test_what_makes_no_sense(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=words):
        CliRunner().invoke(app, ["listen", *typed], catch_exceptions=False)
    assert list(tmp_path.iterdir()) == []


def test_a_page_needs_no_more_than_playing_does() -> None:
    page = "descant_export.evaluate.listen.listen_command"
    code = f"import sys, {page}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    extra = {"torch", "onnx", "music21", "matplotlib", "scipy", "sklearn", "symusic"}
    assert not extra & set(done.stdout.split())
