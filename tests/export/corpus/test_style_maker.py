"""A style maker's way: a folder of mixed files, a page, a run, a preset, music."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.midi_file import read_song
from descant_daemon.settings.preset import load_preset
from descant_daemon.tunes import load
from descant_daemon.tunes.as_midi import write_midi
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
    assert load_preset(style / "preset.yaml").mode == "harmonise"
    write_midi(load("old-hundredth").notes, tmp_path / "tune.mid")
    descant("render", style, tmp_path / "tune.mid", "-o", tmp_path / "out.mid")
    assert read_song(tmp_path / "out.mid").notes
    with pytest.raises(UsageError, match=r"learns from .*, read in its own way; another --run begins anew"):
        descant("train", mixed_folder, "--run", run, "--updates", 2, "--duplicates")
