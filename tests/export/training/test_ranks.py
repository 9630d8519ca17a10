"""Several processes do together what one does alone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import torch
from tests.export.training import process

GRADIENT_TOLERANCE = 1e-5
"""Of the largest gradient: float32 sums taken in another order."""
CURVE_TOLERANCE = 1e-3
"""Nats a step, after four updates under bf16."""


@pytest.fixture(scope="module")
def one_and_two(tmp_path_factory: pytest.TempPathFactory, by_processes: Path) -> tuple[Path, Path]:
    """The folders of the same run by one process and by two."""
    one = tmp_path_factory.mktemp("one")
    process.gradients(one)
    process.learn(process.SHORT, one)
    return one, by_processes / "ranks"


def test_two_processes_have_the_gradients_of_one(one_and_two: tuple[Path, Path]) -> None:
    alone, shared = (torch.load(folder / "gradients.pt") for folder in one_and_two)
    assert shared["likelihood"].tolist() == pytest.approx(alone["likelihood"].tolist(), rel=1e-6)
    assert max(alone["likelihood"].tolist()) < -1, "the notes', and how loud they are"
    largest = max(float(each.abs().max()) for each in alone["gradients"].values())
    assert largest > 0.01
    for name, gradient in alone["gradients"].items():
        assert (shared["gradients"][name] - gradient).abs().max() < GRADIENT_TOLERANCE * largest, name


def test_two_processes_have_the_curve_of_one(one_and_two: tuple[Path, Path]) -> None:
    """And only one of them writes it: every update once."""
    alone, shared = (
        list(csv.DictReader((folder / "curve.csv").read_text().splitlines())) for folder in one_and_two
    )
    assert [row["update"] for row in shared] == [row["update"] for row in alone]
    for one, other in zip(alone, shared, strict=True):
        assert float(other["train"]) == pytest.approx(float(one["train"]), abs=CURVE_TOLERANCE)
    assert float(shared[-1]["alone"]) == pytest.approx(float(alone[-1]["alone"]), abs=CURVE_TOLERANCE)
