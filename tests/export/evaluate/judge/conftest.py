"""Music for judges, made here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from descant_export.corpus.piece import Piece, from_notes

BARS = 8


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """For tables as small as these, several threads wait for one another most of the time."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """A smaller forest, where what it is asked is easy."""
    monkeypatch.setattr("descant_export.evaluate.judge.discriminator.TREES", 10)


def hymn(seed: int, name: str | None = None) -> Piece:
    """Triads on every beat over a wandering scale."""
    rng = np.random.default_rng(seed)
    degrees = np.cumsum(rng.integers(-2, 3, BARS * 4)) % 7
    scale = np.array([0, 2, 4, 5, 7, 9, 11])
    chords = [[60 + int(scale[(d + third) % 7]) for third in (0, 2, 4)] for d in degrees]
    voices = [[(at * 4, at * 4 + 4, chord[v]) for at, chord in enumerate(chords)] for v in range(3)]
    return from_notes(name or f"hymn {seed}", voices, np.arange(BARS * 16) % 16)


def run(seed: int, name: str | None = None) -> Piece:
    """One voice of sixteenths, any keys."""
    keys = np.random.default_rng(seed).integers(50, 80, BARS * 16)
    notes = [(at, at + 1, int(key)) for at, key in enumerate(keys)]
    return from_notes(name or f"run {seed}", [notes], np.arange(BARS * 16) % 16)


@pytest.fixture
def hymns() -> Callable[[range], list[Piece]]:
    return lambda seeds: [hymn(seed) for seed in seeds]


@pytest.fixture
def runs() -> Callable[[range], list[Piece]]:
    return lambda seeds: [run(seed) for seed in seeds]
