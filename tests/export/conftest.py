"""A small network, and the chorales as the package reads them."""

from __future__ import annotations

import pytest
import torch

from descant_daemon.note_state import PitchRange
from descant_export.corpus.piece import Piece
from descant_export.corpus.read import read_corpus
from descant_export.corpus.splits import Split, split_by_tune
from descant_export.families.biaxial import Biaxial, BiaxialShape
from descant_export.families.kernel import KernelShape


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """As the processes that tests start: sums are the same to the bit. And on a busy machine, threads wait long."""
    torch.set_num_threads(1)


@pytest.fixture
def small_shape() -> BiaxialShape:
    return BiaxialShape(
        KernelShape(PitchRange(40, 75)), (12, 10), (8, 6), styles=2, style_size=3, dropout=0.5
    )


@pytest.fixture
def small_model(small_shape: BiaxialShape) -> Biaxial:
    torch.manual_seed(3)
    model = Biaxial(small_shape)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(2.0)  # away from the flat beginning, so that differences show
    return model.eval()


@pytest.fixture(scope="session")
def chorales() -> list[Piece]:
    return list(read_corpus("music21:bach", lambda step: None).pieces)


@pytest.fixture(scope="session")
def split(chorales: list[Piece]) -> Split:
    return split_by_tune(chorales)
