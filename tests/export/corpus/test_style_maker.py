"""A style maker's way: a folder of mixed files, a page, a run, a preset, music."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tunes.as_midi import write_midi
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.midi_file import read_song
from descant_daemon.model.model_files import check_model_files
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.preset import load_preset, parse_preset
from descant_daemon.tunes import load
from descant_export.corpus.piece import from_notes
from descant_export.corpus.read import Corpus
from descant_export.families import FAMILIES
from descant_export.first_preset import first_preset
from descant_export.onnx_graphs.export import UNNAMED
from descant_export.training.config import Config
from descant_routing.errors import UsageError

SMALL = ["time_layers=[6]", "segment=16", "batch=2", "evaluate_every=2", "sample_bars=0"]


def descant(*arguments: object) -> str:
    result = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("family", FAMILIES)
def test_from_a_folder_to_a_preset_that_plays(family: str, mixed_folder: Path, tmp_path: Path) -> None:
    settings = [part for text in SMALL for part in ("--set", text)]
    run, style = tmp_path / "run", tmp_path / "presets" / "hymns"
    descant("train", mixed_folder, "--run", run, "--family", family, "--updates", 2, *settings)
    page = (run / "corpus.html").read_text()
    assert "drums.mid" in page
    descant("export", run, style / "hymns")
    preset = load_preset(style / "preset.yaml")
    assert preset.mode == "free", "melodies alone know no harmony"
    assert check_model_files(style / "hymns").metadata.family == family
    licence = "Public Domain These tunes are in the public domain."
    assert preset.credits == [f"Learned from Old hymn tunes, typed in by hand. Licence: {licence}"]
    write_midi(load("old-hundredth").notes, tmp_path / "tune.mid")
    descant("render", style, tmp_path / "tune.mid", "-o", tmp_path / "out.mid")
    assert read_song(tmp_path / "out.mid").notes
    with pytest.raises(UsageError, match=r"learns from .*, read in its own way; another --run begins anew"):
        descant("train", mixed_folder, "--run", run, "--updates", 2, "--duplicates")


def test_music_of_several_voices_harmonises() -> None:
    chords = from_notes("chords", [[(0, 16, 60 + 4 * voice)] for voice in range(3)], range(16))
    corpus = Corpus("three", [chords], "Nobody", "CC0")
    found = {}
    for family in FAMILIES:
        model = Config().but(family=family).build()
        told = model.metadata(**UNNAMED, steps_per_beat=4, styles=("three",))
        preset = parse_preset(first_preset(told, "three", corpus, [chords]), Path("preset.yaml"))
        told.abilities.check(Parameters(mode=preset.mode).with_values(preset.parameters))
        found[family] = preset.mode, preset.parameters["voices"]
    assert found == {"biaxial": ("harmonise", 2), "tp-nade": ("harmonise", 2), "roll": ("free", 3)}
