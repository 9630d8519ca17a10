"""What a model's family cannot do, asked for in every way there is: refused, and what works is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.effect.stage import Stage, by_step
from tests.families.files import roll, tp_nade
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.midi_file import read_song
from descant_daemon.settings.abilities import Abilities
from descant_routing.errors import UsageError

ROLL = Abilities("roll", ("one",), ("free", "respond", "continue", "freeze"), ("drafts", "density", "shape"))
MODES = "it plays in free or respond or continue or freeze"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A preset of a roll model that says nothing of a mode, so that it is the usual one, and one that can be played."""
    for name, mode in (("usual", ""), ("alone", "mode: free\n")):
        (tmp_path / name).mkdir()
        roll(tmp_path / name / "roll")
        (tmp_path / name / "preset.yaml").write_text(f"title: A roll\nmodel: roll\n{mode}")
    return tmp_path


def descant(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments], env={"COLUMNS": "500"})
    code = getattr(result.exception, "exit_code", result.exit_code)
    return code, " ".join((result.output + str(result.exception or "")).split())


@pytest.mark.parametrize(
    ("preset", "options", "sentence"),
    [
        ("usual", [], f"does not play in the mode harmonise; {MODES}"),
        ("alone", ["--mode", "instant"], f"does not play in the mode instant; {MODES}"),
        (
            "alone",
            ["--set", "follow=1"],
            "cannot heed follow, which has to stay at 0.0; drafts, critic, density",
        ),
    ],
)
def test_in_a_preset_and_in_options(preset: str, options: list[str], sentence: str, folder: Path) -> None:
    tune = folder / "tune.mid"
    code, said = descant("render", str(folder / preset), *options, "-o", str(tune), "--bars", "1")
    if preset == "usual" and not options:  # without a tune, it plays by itself
        assert code == 0
        code, said = descant(
            "render", str(folder / preset), str(tune), "-o", str(folder / "b.mid"), "--bars", "1"
        )
    assert code == 2
    assert sentence in said
    assert not (folder / "b.mid").exists()


def test_in_a_rig(folder: Path) -> None:
    rig = folder / "rig.yaml"
    rig.write_text(
        "instances:\n  one:\n    preset: usual\n  two:\n    preset: alone\n    parameters: {follow: 1}\n"
    )
    code, said = descant("rig", "check", str(rig))
    assert code == 2
    assert f"does not play in the mode harmonise; {MODES}" in said
    assert "cannot heed follow" in said


def test_by_a_knob_and_from_outside_while_it_plays() -> None:
    stage = Stage(by_step({}), abilities=ROLL, mode="free", cc={20: "mode"})
    part = stage.effect.parts[0]
    for position in range(128):
        part.control(0, 20, position, 0)
        assert part.parameters.mode in ROLL.modes
    before = part.parameters
    for values in ({"mode": "harmonise"}, {"follow": 2.0}):
        with pytest.raises(UsageError, match="this model"):
            stage.effect.change(values, 0)
    assert part.parameters is before


@pytest.mark.parametrize("family", ["roll", "tp-nade"])
def test_what_it_can_do_is_played_and_every_note_ends(family: str, tmp_path: Path) -> None:
    """From its files, through the whole effect; once more, to the byte."""
    (tp_nade if family == "tp-nade" else roll)(tmp_path / "model")
    mode = "harmonise" if family == "tp-nade" else "free"
    (tmp_path / "preset.yaml").write_text(
        f"title: A model\nmodel: model\nmode: {mode}\nparameters: {{voices: 6}}\n"
    )
    tune = tmp_path / "tune.mid"
    assert descant("render", str(tmp_path), "--mode", "free", "-o", str(tune), "--bars", "4")[0] == 0
    files = [tmp_path / "one.mid", tmp_path / "two.mid"]
    for file in files:
        assert descant("render", str(tmp_path), str(tune), "-o", str(file))[0] == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    notes = [note for track in read_song(files[0]).tracks for note in track.notes]
    assert len(notes) > 10
