"""The same seed gives the same run, byte for byte, however often it is killed on the way."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tests.export.training import process
from tests.export.training.tiny import TINY

from descant_export.corpus.piece import Piece
from descant_export.training import checkpoint
from descant_export.training.train import train

ROOT = Path(__file__).parents[3]


@pytest.fixture
def unbroken(pieces: list[Piece], tmp_path: Path) -> Path:
    train(TINY, "tiny", pieces[1:], pieces[:1], tmp_path / "unbroken", lambda _: None)
    return tmp_path / "unbroken"


def same_weights(one: Path, other: Path) -> bool:
    models = checkpoint.load(one).model, checkpoint.load(other).model
    return all(torch.equal(models[0][name], models[1][name]) for name in models[0])


def test_twice_from_one_seed(pieces: list[Piece], unbroken: Path, folder: Path) -> None:
    torch.rand(7)  # no one else's dice matter
    train(TINY, "tiny", pieces[1:], pieces[:1], folder, lambda _: None)
    assert (folder / "curve.csv").read_bytes() == (unbroken / "curve.csv").read_bytes()
    assert same_weights(folder / "last.pt", unbroken / "last.pt")


def test_killed_and_killed_again(unbroken: Path, folder: Path) -> None:
    script = str(Path(process.__file__))
    for moment, update in (("row", 3), ("part", 6), ("best", 8)):
        done = subprocess.run(
            [sys.executable, script, str(folder), moment, str(update)], cwd=ROOT, env=process.environment(),
            check=False, capture_output=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL, done.stderr
        (folder / "curve.csv").open("a").write("9,0.0")  # a line that the kill tore
    pieces = process.tiny_pieces()
    train(TINY, "tiny", pieces[1:], pieces[:1], folder, lambda _: None)
    assert (folder / "curve.csv").read_bytes() == (unbroken / "curve.csv").read_bytes()
    for name in ("last.pt", "best.pt"):
        assert same_weights(folder / name, unbroken / name)
    assert not list(folder.glob("*.part"))
