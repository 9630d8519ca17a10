"""A piece of two voices that anyone can check by hand, and a run that takes a moment."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.export.training import process
from tests.export.training.tiny import tiny_pieces

from descant_export.corpus.piece import Piece


@pytest.fixture
def pieces() -> list[Piece]:
    return tiny_pieces()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture(scope="session")
def by_processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the training processes left: ``killed`` and ``ranks``, see process.py."""
    folder = tmp_path_factory.mktemp("processes")
    process.start(folder)
    return folder
