"""Training in the small: learning learns, and stops when it learns no more; the run's folder holds what it should."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from tests.export.training.tiny import TINY

from descant_daemon.midi_file import read_song
from descant_export.corpus.piece import Piece
from descant_export.families.biaxial import Biaxial
from descant_export.training import checkpoint
from descant_export.training.config import Config
from descant_export.training.config_file import load_config
from descant_export.training.train import UpdateReport, train
from descant_routing.errors import DescantError, UsageError


def run(folder: Path, pieces: list[Piece], config: Config) -> list[UpdateReport]:
    seen: list[UpdateReport] = []
    train(config, "tiny", pieces, pieces, folder, seen.append)
    return seen


def test_learning_learns(pieces: list[Piece], folder: Path) -> None:
    config = TINY.but(updates=80, evaluate_every=10, learning_rate=0.02, dropout=0.0)
    seen = [state.validation for state in run(folder, pieces, config) if state.validation]
    assert sum(seen[-1]) > sum(seen[0]) + 3
    best = checkpoint.load(folder / "best.pt")
    assert best.standing.best == pytest.approx(max(sum(each) for each in seen))


@pytest.mark.parametrize("optimiser", ["adamw", "adadelta", "rmsprop"])
@pytest.mark.parametrize("precision", ["bf16", "fp32"])
def test_every_optimiser_moves_the_weights(
    optimiser: str, precision: str, pieces: list[Piece], folder: Path
) -> None:
    config = Config.from_dict(
        {**TINY.as_dict(), "optimiser": optimiser, "precision": precision, "updates": 2}
    )
    run(folder, pieces, config)
    torch.manual_seed(config.seed)
    fresh = Biaxial(config.shape()).state_dict()
    moved = checkpoint.load(folder / "last.pt").model
    assert all(not torch.equal(fresh[name], moved[name]) for name in fresh if "weight_ih" in name)


def test_it_stops_when_nothing_gets_better(pieces: list[Piece], folder: Path) -> None:
    """A rate too small to change anything: the first look is the best, and two more are waited for."""
    config = TINY.but(learning_rate=1e-30, updates=100, evaluate_every=3, patience=2)
    seen = run(folder, pieces, config)
    assert seen[-1].update == 9
    assert checkpoint.load(folder / "best.pt").update == 3
    assert run(folder, pieces, config) == [], "and it stays stopped"


def test_a_run_that_runs_away_says_so(pieces: list[Piece], folder: Path) -> None:
    with pytest.raises(DescantError, match="ran away at update"):
        run(folder, pieces, TINY.but(learning_rate=1e300, optimiser="rmsprop"))


def test_what_cannot_be_trained(pieces: list[Piece], folder: Path) -> None:
    with pytest.raises(DescantError, match="tiny leaves no pieces to validate with"):
        train(TINY, "tiny", pieces, [], folder, lambda _: None)
    assert not folder.exists()


def test_what_a_run_leaves(pieces: list[Piece], folder: Path) -> None:
    config = TINY.but(updates=4, sample_bars=2)
    run(folder, pieces, config)
    assert load_config(folder / "config.yaml") == config
    names = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert names == [
        "000004-free.mid", "000004-free.png", "000004-melody.mid", "000004-melody.png",
        "best.pt", "config.yaml", "curve.csv", "curve.png", "last.pt",
    ]  # fmt: skip
    song = read_song(folder / "samples" / "000004-melody.mid")
    heard = [(note.start // 120, note.end // 120, note.key) for note in song.notes if note.track == 1]
    melody = [
        (int(note["on"]), int(note["off"]), int(note["key"]))
        for note in pieces[0].notes
        if note["voice"] == 0
    ]
    assert heard == melody, "the samples are under the melody of the first held-out piece"
    for picture in folder.rglob("*.png"):
        assert picture.read_bytes().startswith(b"\x89PNG")


def test_tensorboard_is_asked_for_by_name(
    pieces: list[Piece], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(UsageError, match="needs TensorBoard"):
        train(TINY, "tiny", pieces, pieces, folder, lambda _: None, tensorboard=True)


def test_tensorboard_shows_the_curve(
    pieces: list[Piece], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int]] = []

    class Writer:
        def __init__(self, log_dir: str) -> None: ...

        def add_scalar(self, name: str, value: float, update: int) -> None:
            told.append((name, update))

    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", SimpleNamespace(SummaryWriter=Writer))
    train(TINY, "tiny", pieces, pieces, folder, lambda _: None, tensorboard=True)
    assert [update for name, update in told if name == "train"] == list(range(1, 13))
    assert [update for name, update in told if name == "alone"] == [4, 8, 12]
