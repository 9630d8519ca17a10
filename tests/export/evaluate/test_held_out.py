"""``descant evaluate RUN``: a run on the pieces that it held back, and what given notes are worth."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.export.training.tiny import TINY
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.midi_file import write_song
from descant_daemon.tempo_map import TempoMap
from descant_export.corpus.corpus_choice import CorpusChoice
from descant_export.corpus.kept import keep
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.read import read_corpus
from descant_export.evaluate.teacher_forcing import validate
from descant_export.families.biaxial import Biaxial
from descant_export.training.checkpoint import Checkpoint, Standing

LOUD = TINY.but(velocity=True)


def descant(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["evaluate", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CorpusChoice:
    """Twelve pieces of two tracks, each loud and soft."""
    monkeypatch.setattr("platformdirs.user_cache_dir", {"descant": str(tmp_path / "cache")}.get)
    rng = np.random.default_rng(0)
    folder = tmp_path / "duets"
    folder.mkdir()
    for number in range(12):
        tracks = {}
        for name, low in (("high", 60), ("low", 45)):
            keys = rng.integers(low, low + 12, 16)
            ons = [
                (480 * at, bytes((0x90, int(key), int(rng.integers(30, 110))))) for at, key in enumerate(keys)
            ]
            offs = [(480 * (at + 1), bytes((0x80, int(key), 0))) for at, key in enumerate(keys)]
            tracks[name] = sorted(ons + offs, key=lambda event: (event[0], event[1][0]))
        write_song(folder / f"{number:02}.mid", tracks, TempoMap(480, ()))
    return CorpusChoice(str(folder), IngestOptions())


def a_run(folder: Path, choice: CorpusChoice, velocity: bool) -> Biaxial:
    """As ``descant train`` leaves it, of a network that has learned nothing."""
    config = LOUD.but(velocity=velocity)
    torch.manual_seed(1)
    model = Biaxial(config.shape()).eval()
    keep(choice, folder)
    Checkpoint(config, choice.what, model.state_dict(), {}, Standing()).save(folder / "best.pt")
    return model


def test_a_run_is_scored_on_its_own_pieces(choice: CorpusChoice, tmp_path: Path) -> None:
    model = a_run(tmp_path / "run", choice, velocity=True)
    found = json.loads(descant(tmp_path / "run", "--json"))
    test = choice.split(read_corpus(choice.what, lambda _: None, choice.options)).test
    assert found["family"] == "biaxial"
    assert (found["corpus"], found["split"], found["pieces"]) == ("duets", "test", len(test))
    score = validate(model, test)
    mine = found["nats_per_step"]["this model"]
    assert mine["sum"] == pytest.approx(score.total)
    assert set(found["nats_per_step"]) == {
        "this model",
        "per-pitch Markov, first order",
        "hold the last step",
    }
    struck = sum(len(piece.notes) for piece in test)
    assert found["velocity"]["notes_a_step"] == pytest.approx(struck / found["steps"])
    assert found["velocity"]["nats_a_note"] == pytest.approx(score.velocity * found["steps"] / struck)


def test_every_mask_has_the_same_cells_scored_with_and_without(choice: CorpusChoice, tmp_path: Path) -> None:
    a_run(tmp_path / "run", choice, velocity=False)
    found = json.loads(descant(tmp_path / "run", "--json", "--split", "valid"))
    assert "velocity" not in found
    rows = {row["mask"]: row for row in found["given"]}
    assert {"voice 1 of 2", "voice 2 of 2", "skyline", "bass", "half of the notes"} < set(rows)
    for row in rows.values():
        assert row["gain"] == pytest.approx(row["known"]["sum"] - row["without"]["sum"])
        assert 0 < row["share"] < 1
        assert row["without"]["sum"] > found["nats_per_step"]["this model"]["sum"], "fewer cells are scored"


def test_the_tables_are_readable(choice: CorpusChoice, tmp_path: Path) -> None:
    a_run(tmp_path / "run", choice, velocity=True)
    said = descant(tmp_path / "run" / "best.pt")
    for words in ("duets, test:", "hold the last step", "voice 1 of 2", "gain", "How loud", "the average"):
        assert words in said
