"""``descant evaluate`` as it is typed."""

from __future__ import annotations

import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
import torch
from typer.testing import CliRunner

from descant_daemon.cli import evaluate
from descant_daemon.cli.app import app
from descant_daemon.midi_file import write_song
from descant_daemon.note_state import PitchRange
from descant_daemon.tempo_map import TempoMap
from descant_export.evaluate.baselines import BASELINES
from descant_export.evaluate.rolls import SPLITS
from descant_export.families.biaxial import Biaxial, BiaxialShape
from descant_export.families.kernel import KernelShape
from descant_export.training import checkpoint
from descant_export.training.config import Config
from descant_routing.errors import DescantError, UsageError


def descant(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["evaluate", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def told(*arguments: object) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(descant(*arguments, "--json"))
    return report


@pytest.fixture
def rolls(tmp_path: Path) -> Path:
    row = np.empty((1, 2), object)
    row[0, 0], row[0, 1] = np.eye(3, 88, dtype=np.uint8), np.zeros((5, 88), np.uint8)
    path = tmp_path / "set.mat"
    scipy.io.savemat(path, {"traindata": row, "validdata": row[:, :1], "testdata": row})
    return path


class Kept:
    """What a checkpoint gives: a network that knows the keys 28 to 91 and gives every cell even chances."""

    config = Config()

    def network(self) -> Biaxial:
        model = Biaxial(BiaxialShape(KernelShape(PitchRange(28, 91)), (3,), (3,)))
        with torch.no_grad():
            for weight in model.parameters():
                weight.zero_()
        return model.eval()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run's folder; only its best checkpoint is there to be loaded."""
    kept = {tmp_path / "run/best.pt": Kept()}
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(checkpoint, "load", kept.__getitem__)
    return tmp_path / "run"


def write(path: Path, begin: int) -> None:
    events = [
        (at * 480 + late, bytes((kind, begin + at % 7, 64)))
        for at in range(24)
        for kind, late in ((0x90, 0), (0x80, 480))
    ]
    path.parent.mkdir(exist_ok=True)
    write_song(path, {"piano": sorted(events, key=lambda event: event[0])}, TempoMap(480, ()))


def test_a_baseline_on_a_side_of_the_rolls(rolls: Path) -> None:
    found = told("--baseline", "random", "--data", rolls)
    assert found["log_likelihood_per_step"] == pytest.approx(88 * math.log(0.5))
    assert (found["set"], found["split"], found["steps"], found["sequences"]) == ("set", "test", 8, 2)
    assert told("--baseline", "markov", "--data", rolls, "--split", "valid")["steps"] == 3
    assert "-60.997" in descant("--baseline", "random", "--data", rolls)


def test_a_run_on_the_rolls(rolls: Path, run: Path) -> None:
    """Even chances for the 64 keys that it knows; the others as often as in training, which is the test again."""
    once, never = (math.log(2 / 10) + 7 * math.log(8 / 10)) / 8, math.log(9 / 10)
    for which in (run, run / "best.pt"):
        found = told(which, "--data", rolls)
        assert found["keys"] == [28, 91]
        assert found["family"] == "biaxial"
        assert found["log_likelihood_per_step"] == pytest.approx(64 * math.log(0.5) + 3 * once + 21 * never)


def test_a_model_that_answers_with_no_number_is_named(
    rolls: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Kept):
        def network(self) -> Biaxial:
            model = super().network()
            torch.nn.init.constant_(model.output.bias, math.nan)
            return model

    monkeypatch.setattr(checkpoint, "load", {run / "best.pt": Broken()}.__getitem__)
    with pytest.raises(DescantError, match=r"run gives a step of set a likelihood that is not a number"):
        descant(run, "--data", rolls)


def test_a_run_and_baselines_at_sixteenths(tmp_path: Path, run: Path) -> None:
    """Even chances: ln 1/2 for each of 64 keys a step, and for the articulation of each cell that plays."""
    write(tmp_path / "one.mid", 85)  # seven keys, the highest of them outside of what the network knows
    with zipfile.ZipFile(tmp_path / "piano_midi.zip", "w") as archive:
        archive.write(tmp_path / "one.mid", "midi/one.mid")
    rows = [{"split": split, "index": 0, "file": "one.mid", "transpose": 1, "score": 1.0} for split in SPLITS]
    rows.append({**rows[0], "split": "test", "score": 0.5})
    (tmp_path / "map.json").write_text(json.dumps({"piano_midi": rows}))
    typed = (run, "--data", tmp_path / "piano_midi.zip", "--map", tmp_path / "map.json")
    found = told(*typed)
    assert (found["pieces"], found["sequences"], found["steps"]) == (1, 2, 96)
    assert found["family"] == "biaxial"
    assert found["notes_outside"] == pytest.approx(3 / 24)
    figures = found["nats_per_sixteenth"]
    ours = figures.pop(str(run))
    assert ours["play"] == pytest.approx(64 * math.log(0.5))
    assert ours["articulate"] == pytest.approx(math.log(0.5) * 21 / 24)
    assert ours["sum"] == pytest.approx(ours["play"] + ours["articulate"])
    assert figures.keys() == {"per-pitch Markov", "hold the last step"}
    said = " ".join(descant(*typed).split())
    assert "1 of 2 sequences" in said
    assert "(biaxial)" in said


def test_music_beside_human_music_and_what_it_copied(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "human" / f"{number}.mid", 50 + number)
        write(tmp_path / "music" / f"{number}.mid", 60)
    found = told(
        "--music", tmp_path / "music", "--human", tmp_path / "human", "--training", tmp_path / "human"
    )
    assert found["music"]["pieces"] == 3
    assert found["statistics"]["polyphony"]["mean"] == 1
    assert found["copies"]["music"]["longest_run"] == 96
    assert found["copies"]["music"]["copied_32"] == 1
    assert found["each"][0]["name"] == "0.mid"
    same = told("--music", tmp_path / "music", "--training", tmp_path / "human", "--same-key")
    assert same["copies"]["music"]["longest_run"] < 16
    said = descant(
        "--music", tmp_path / "music", "--human", tmp_path / "human", "--training", tmp_path / "human"
    )
    assert "tonal distance" in said
    assert "100.00%" in said


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "What is to be evaluated"),
        ("--data x.mat", "either a run, or a --baseline"),
        ("run --baseline random --data x.mat", "either a run, or a --baseline"),
        ("--baseline best --data x.mat", "no baseline 'best'; there are random, marginal, markov"),
        ("--baseline random --data x.mat --split dev", "no side 'dev'"),
        ("--baseline random --data x.zip --map m.json", "leave out --baseline"),
        ("--music a", "held against --human music"),
        ("run --music a --human b", "judged by itself"),
        ("--human b --data x.mat", "go with --music"),
    ],
)
def test_wrong_use(typed: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        CliRunner().invoke(app, ["evaluate", *typed.split()], catch_exceptions=False)


def test_what_is_not_there(tmp_path: Path, rolls: Path) -> None:
    for typed in (["none.pt", "--data", str(rolls)], ["--baseline", "random", "--data", "none.mat"]):
        with pytest.raises(DescantError, match="none"):
            CliRunner().invoke(app, ["evaluate", *typed], catch_exceptions=False)


def test_the_command_line_names_what_there_is() -> None:
    assert tuple(BASELINES) == evaluate.BASELINES
    assert evaluate.SPLITS == SPLITS
