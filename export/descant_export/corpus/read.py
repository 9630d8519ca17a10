"""A corpus by its name, read once and then from the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from descant_export.corpus import cache, music21_bach
from descant_export.corpus.piece import Piece
from descant_routing.errors import UsageError


class Corpus(NamedTuple):
    """Pieces, and what is owed for them."""

    name: str
    pieces: list[Piece]
    credit: str
    licence: str


BACH = "music21:bach"


def read_corpus(name: str, progress: Callable[[str], None]) -> Corpus:
    """The corpus called ``name``; ``progress`` is told what is being read."""
    if name != BACH:
        raise UsageError(f"There is no corpus {name!r}; there is {BACH}.")
    path = cache.cache_path(name)
    if not path.exists():
        pieces, left_out = music21_bach.read_all(progress)
        for score, reason in left_out.items():
            progress(f"left out {score}: {reason}")
        cache.save(path, pieces)
    return Corpus(name, cache.load(path), music21_bach.CREDIT, music21_bach.LICENCE)
