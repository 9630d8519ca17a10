"""The same seed gives the same run, byte for byte, however often it is killed on the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from tests.export.training import process
from tests.export.training.tiny import TINY

from descant_export.training import checkpoint


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unbroken") / "run"
    process.learn(TINY, folder)
    return folder


def same_weights(one: Path, other: Path) -> bool:
    models = checkpoint.load(one).model, checkpoint.load(other).model
    return all(torch.equal(models[0][name], models[1][name]) for name in models[0])


def test_twice_from_one_seed(unbroken: Path, folder: Path) -> None:
    torch.rand(7)  # no one else's dice matter
    process.learn(TINY, folder)
    assert (folder / "curve.csv").read_bytes() == (unbroken / "curve.csv").read_bytes()
    assert same_weights(folder / "last.pt", unbroken / "last.pt")


def test_killed_and_killed_again(unbroken: Path, folder: Path, by_processes: Path) -> None:
    shutil.copytree(by_processes / "killed", folder)
    assert checkpoint.load(folder / "last.pt").update < TINY.updates
    process.learn(TINY, folder)
    assert (folder / "curve.csv").read_bytes() == (unbroken / "curve.csv").read_bytes()
    for name in ("last.pt", "best.pt"):
        assert same_weights(folder / name, unbroken / name)
    assert not list(folder.glob("*.part"))
