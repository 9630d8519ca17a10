"""A style maker's way: a folder of mixed files, a page, a run, a preset, music."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tunes.as_midi import write_midi
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.midi_file import read_song
from descant_daemon.settings.preset import load_preset, parse_preset
from descant_daemon.tunes import load
from descant_export.corpus.piece import from_notes
from descant_export.corpus.read import Corpus
from descant_export.first_preset import first_preset
from descant_routing.errors import UsageError

SMALL = ["time_layers=[6]", "note_layers=[5]", "segment=16", "batch=2", "evaluate_every=2", "sample_bars=0"]


def descant(*arguments: object) -> str:
    result = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_from_a_folder_to_a_preset_that_plays(mixed_folder: Path, tmp_path: Path) -> None:
    settings = [part for text in SMALL for part in ("--set", text)]
    run, style = tmp_path / "run", tmp_path / "presets" / "hymns"
    descant("train", mixed_folder, "--run", run, "--updates", 2, *settings)
    page = (run / "corpus.html").read_text()
    assert "drums.mid" in page
    descant("export", run, style / "hymns")
    preset = load_preset(style / "preset.yaml")
    assert preset.mode == "free", "melodies alone know no harmony"
    licence = "Public Domain These tunes are in the public domain."
    assert preset.credits == [f"Learned from Old hymn tunes, typed in by hand. Licence: {licence}"]
    write_midi(load("old-hundredth").notes, tmp_path / "tune.mid")
    descant("render", style, tmp_path / "tune.mid", "-o", tmp_path / "out.mid")
    assert read_song(tmp_path / "out.mid").notes
    with pytest.raises(UsageError, match=r"learns from .*, read in its own way; another --run begins anew"):
        descant("train", mixed_folder, "--run", run, "--updates", 2, "--duplicates")


def test_music_of_several_voices_harmonises() -> None:
    chords = from_notes("chords", [[(0, 16, 60 + 4 * voice)] for voice in range(3)], range(16))
    text = first_preset(("three",), "three", Corpus("three", [chords], "Nobody", "CC0"), [chords])
    preset = parse_preset(text, Path("preset.yaml"))
    assert (preset.mode, preset.parameters["voices"]) == ("harmonise", 2)
