"""A model of two styles, from its files to the notes: a knob turned while it plays, a preset that names styles."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.export.toy import metadata
from typer.testing import CliRunner

from descant_daemon.cli import doctor
from descant_daemon.cli.app import app
from descant_daemon.engine.blend import Blend
from descant_daemon.families import load_model
from descant_daemon.offline.render import render
from descant_daemon.settings.bindings import Bindings
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.source import Controller
from descant_daemon.tempo_map import TempoMap
from descant_export.families.biaxial import Biaxial
from descant_export.onnx_graphs.as_written import Graphs
from descant_export.onnx_graphs.export import export
from descant_routing import message

BARS, BEAT = 6, 24  # ticks
LENGTH = BARS * 4 * BEAT
MORPH = 14
FREE = Parameters(mode="free", morph_to="two", voices=6)


@pytest.fixture
def palette(small_model: Biaxial, tmp_path: Path) -> Path:
    with torch.no_grad():
        small_model.output.bias.copy_(torch.tensor([-2.0, 0.0]))
    folder = tmp_path / "palette"
    folder.mkdir()
    export(small_model, metadata(small_model), folder / "small")
    text = "title: Toy\nmodel: small\nmode: free\nparameters:\n  style: one\n  morph_to: two\n  morph: 0.5\n"
    (folder / "preset.yaml").write_text(text)
    return folder


def take(folder: Path, parameters: Parameters, knob: dict[int, int]) -> list[tuple[int, bytes]]:
    """Six bars by itself; ``knob``: tick → where the controller of ``morph`` stands from then on."""
    track = [(tick, message.control_change(0, MORPH, value)) for tick, value in knob.items()]
    network = load_model(folder / "small")
    done = render(
        network, parameters, track, TempoMap(BEAT, []), LENGTH, Bindings({Controller(MORPH): "morph"})
    )
    return list(done.messages)


def test_a_blend_is_one_of_the_networks_style_vectors(palette: Path, small_model: Biaxial) -> None:
    graphs = Graphs(palette / "small")
    silence = np.zeros((36, 2), np.float32)
    still, bar = torch.zeros(1, 1, 36, 2), torch.tensor([[3]])
    found = []
    for blend in (Blend(0, 1, 0.3), Blend(1, 0, 0.3), Blend(1, 1), Blend(0, 1, 0.3)):
        context, _ = graphs.along_time(silence, 3, graphs.time_start, blend)
        logits = graphs.along_pitch(small_model.note_feed(context, silence, silence))
        with torch.no_grad():
            expected = small_model(still, still, still, bar, torch.from_numpy(blend.weights(2)))[0, 0]
        assert np.abs(logits - expected.numpy()).max() < 1e-5
        found.append(context)
    assert np.array_equal(found[0], found[3])
    assert not np.allclose(found[0], found[1])
    assert not np.allclose(found[1], found[2])


def test_a_sweep_leaves_no_note_behind_and_comes_back_the_same(palette: Path) -> None:
    sweep = {tick: round(127 * tick / LENGTH) for tick in range(0, LENGTH, 3)}
    swept = take(palette, FREE, sweep)
    assert swept == take(palette, FREE, sweep)
    still = [take(palette, FREE.with_values({"morph": share}), {}) for share in (0.0, 1.0)]
    assert still[0] != still[1]
    assert swept not in still
    sounding: set[int] = set()
    for _, data in swept:
        if message.is_note_on(data):
            assert data[1] not in sounding
            sounding.add(data[1])
        elif message.is_note_off(data):
            sounding.remove(data[1])
    assert not sounding
    assert len(swept) > 40


def test_a_knob_moves_no_note_before_it_is_turned(palette: Path) -> None:
    turn = LENGTH // 2
    straight, turned = take(palette, FREE, {}), take(palette, FREE, {turn: 127})
    assert straight != turned
    assert [each for each in straight if each[0] < turn] == [each for each in turned if each[0] < turn]


def descant(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, list(arguments))
    return found.exit_code, str(found.exception) if found.exit_code and not found.output else found.output


def test_a_preset_names_styles_and_a_wrong_name_is_said(palette: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out.mid")
    code, said = descant("render", str(palette), "-o", out, "--bars", "2")
    assert code == 0, said
    for option in ("style=three", "morph_to=three"):
        _, said = descant("render", str(palette), "-o", str(tmp_path / "no.mid"), "--set", option)
        assert said == f"{option.partition('=')[0]} must be one or two, not 'three'"
    assert not (tmp_path / "no.mid").exists()


def test_presets_and_doctor_show_the_styles(
    palette: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(doctor, "GAP", 0.0)  # how fast it is does not matter here
    own = tmp_path / "descant" / "presets" / "toy"
    own.parent.mkdir(parents=True)
    palette.rename(own)
    assert "styles to morph between: one, two" in descant("presets")[1]
    rows = {row["name"]: row for row in json.loads(descant("presets", "--json")[1])["presets"]}
    assert rows["toy"]["styles"] == ["one", "two"]
    assert "toy loads, with the styles one, two" in descant("doctor")[1]
    (own / "preset.yaml").write_text("title: Toy\nmodel: small\nparameters: {style: three}\n")
    assert "toy cannot be used: style must be one or two, not 'three'" in descant("doctor")[1]
