"""Which pieces train, which validate, which test: by tune, never one tune on two sides; or by a given list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np

from descant_export.corpus.cache import LazyPieces
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.piece import Piece
from descant_export.corpus.read import Corpus
from descant_export.corpus.tunes import tune_groups
from descant_routing.errors import UsageError

HELD_OUT = 0.1  # share of the steps in validation, and again in test
CHAIN = 0.5  # share of the pieces, above which what they share is commonplaces and no tune


class Split(NamedTuple):
    """Three sequences of pieces."""

    train: Sequence[Piece]
    valid: Sequence[Piece]
    test: Sequence[Piece]


def split_corpus(
    corpus: Corpus, options: IngestOptions, split_list: Path | None = None, seed: int = 0
) -> Split:
    """As the list says, when there is one; or else by tune."""
    if split_list is not None:
        return split_by_list(corpus.pieces, split_list)
    return split_by_tune(corpus.pieces, seed, options.steps_per_beat)


def split_by_tune(pieces: Sequence[Piece], seed: int = 0, steps_per_beat: int = 4) -> Split:
    """Whole tunes at random: a tenth of the steps to test, a tenth to validation, the rest to train.

    Tunes set more than five times stay in training, or one of them would fill a held-out set. Where commonplaces
    chain pieces to one great group, as in Palestrina's lines, its pieces are drawn one by one.
    """
    steps = [piece.steps for piece in pieces]
    groups = [
        part
        for group in tune_groups(pieces, steps_per_beat)
        for part in ([[each] for each in group] if len(group) > max(5, CHAIN * len(pieces)) else [group])
    ]
    order = np.random.default_rng(seed).permutation(len(groups))
    quota = HELD_OUT * sum(steps)
    sides: dict[str, list[int]] = {side: [] for side in Split._fields}
    held = {"test": 0, "valid": 0}
    for index in order:
        group = groups[index]
        side = "train"
        if len(group) <= 5:
            side = next((name for name, so_far in held.items() if so_far < quota), side)
        sides[side] += group
        if side in held:
            held[side] += sum(steps[member] for member in group)
    return _split(pieces, sides)


def split_by_list(pieces: Sequence[Piece], path: Path) -> Split:
    """As a text file says: lines of ``train``, ``valid`` or ``test`` and a piece's name, its suffix optional.

    Empty lines and lines that begin with # are passed over; pieces that no line names are in no side.
    UsageError names the line that makes no sense, the piece that is not there or that stands there twice.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The split list {path} cannot be read: {error}.") from error
    numbers = {piece.name: number for number, piece in enumerate(pieces)}
    for name, number in list(numbers.items()):
        numbers.setdefault(str(PurePosixPath(name).with_suffix("")), number)
    sides: dict[str, list[int]] = {side: [] for side in Split._fields}
    placed: set[int] = set()
    for at, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        side, _, name = line.strip().partition(" ")
        name = name.strip()
        if side not in sides or not name:
            raise UsageError(f"{path}, line {at}: {line.strip()!r} is not train, valid or test and a name.")
        if name not in numbers:
            raise UsageError(f"{path}, line {at}: there is no piece {name!r} (or it was left out).")
        if numbers[name] in placed:
            raise UsageError(f"{path}, line {at}: {name!r} has a side already.")
        placed.add(numbers[name])
        sides[side].append(numbers[name])
    return _split(pieces, sides)


def _split(pieces: Sequence[Piece], sides: dict[str, list[int]]) -> Split:
    """Numbers to pieces; what lay on disk stays there."""
    if isinstance(pieces, LazyPieces):
        return Split(*(pieces.chosen(sides[side]) for side in Split._fields))
    return Split(*([pieces[number] for number in sides[side]] for side in Split._fields))
