"""Which pieces train, which validate, which test: by tune, never one tune on two sides; or by a given list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
OVER = 1.5  # times that share, beyond which no tune leads
OFTEN = 5  # settings of one tune, above which they stay in training
CHAIN = 0.5  # share of the pieces, above which what they share is commonplaces and no tune


class Split(NamedTuple):
    """Three sequences of pieces."""

    train: Sequence[Piece]
    valid: Sequence[Piece]
    test: Sequence[Piece]


def split_corpus(corpus: Corpus, options: IngestOptions, split_list: Path | None = None) -> Split:
    """As the list says, when there is one; or else by tune."""
    if split_list is not None:
        return split_by_list(corpus.pieces, split_list)
    return split_by_tune(corpus.pieces, steps_per_beat=options.steps_per_beat)


def split_by_tune(pieces: Sequence[Piece], seed: int = 0, steps_per_beat: int = 4) -> Split:
    """Whole tunes at random: a tenth of the steps to test, a tenth to validation, the rest to train.

    Tunes set more than five times, or longer than that tenth, stay in training, or one of them would fill a
    held-out set. Where commonplaces chain pieces to one great group, as in Palestrina's lines, its pieces are drawn
    one by one. Where no tune is short enough for a side, it has the end of a long piece.
    """
    steps = [piece.steps for piece in pieces]
    groups = [
        part
        for group in tune_groups(pieces, steps_per_beat)
        for part in ([[each] for each in group] if len(group) > max(OFTEN, CHAIN * len(pieces)) else [group])
    ]
    order = np.random.default_rng(seed).permutation(len(groups))
    quota = HELD_OUT * sum(steps)
    sides: dict[str, list[int]] = {side: [] for side in Split._fields}
    held = {"test": 0, "valid": 0}
    for index in order:
        group = groups[index]
        length = sum(steps[member] for member in group)
        side = "train"
        if len(group) <= OFTEN and length <= quota:
            open_sides = (name for name, so_far in held.items() if so_far < quota)
            side = next((name for name in open_sides if held[name] + length <= OVER * quota), side)
        sides[side] += group
        if side in held:
            held[side] += length
    alone = [group[0] for group in groups if len(group) == 1]
    return _cut(pieces, sides, alone, round(quota)) if not all(held.values()) else _split(pieces, sides)


def shares(split: Split) -> str:
    """How much of the steps is on each side, for people."""
    steps = [sum(piece.steps for piece in side) for side in split]
    return ", ".join(
        f"{name} {len(side):,} piece{'' if len(side) == 1 else 's'}, {part:,} steps ({part / max(1, sum(steps)):.0%})"
        for name, side, part in zip(split._fields, split, steps, strict=True)
    )


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


def _cut(pieces: Sequence[Piece], sides: dict[str, list[int]], alone: Sequence[int], quota: int) -> Split:
    """Sides by number, and where one is empty the last ``quota`` steps of the longest training piece, from a bar line
    on. ``alone``: the pieces that have no copy. What is too short to be cut stays whole, and the side empty.
    """
    whole = {number: pieces[number] for number in alone if number in set(sides["train"])}
    cut: dict[str, list[Piece]] = {}
    for side in ("test", "valid"):
        cut[side] = [pieces[number] for number in sides[side]]
        if cut[side] or not whole:
            continue
        number = max(whole, key=lambda each: whole[each].steps)
        piece = whole[number]
        lines = np.flatnonzero(piece.step_in_bar == 0)
        lines = lines[(lines > 0) & (lines < piece.steps)]
        if len(lines):
            at = int(lines[np.abs(lines - (piece.steps - quota)).argmin()])
            before, after = piece.part(0, at), piece.part(at, piece.steps)
            if len(before.notes) and len(after.notes):
                whole[number] = before
                cut[side] = [replace(after, name=f"{piece.name} (from step {at + 1:,})")]
    train = [whole.get(number, pieces[number]) for number in sides["train"]]
    return Split(train, cut["valid"], cut["test"])


def _split(pieces: Sequence[Piece], sides: dict[str, list[int]]) -> Split:
    """Numbers to pieces; what lay on disk stays there."""
    if isinstance(pieces, LazyPieces):
        return Split(*(pieces.chosen(sides[side]) for side in Split._fields))
    return Split(*([pieces[number] for number in sides[side]] for side in Split._fields))
