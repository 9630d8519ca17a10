"""Segments of pieces, in random keys, with random notes given.

What a row of an update holds depends on the seed, the update and the row alone: not on what was drawn before, nor
on which process draws it. So a run that was stopped goes on as if it had not been, and several processes share
a batch by its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from descant_daemon.note_state import PitchRange, State
from descant_export.corpus.piece import Notes, Piece, render, velocities
from descant_export.families.network import Shape
from descant_export.training.config import Config
from descant_export.training.corruption import TOUCHES, Past, present, span, spoiled, struck_anew, thinned
from descant_export.training.curriculum import lesson
from descant_export.training.masks import Draw, Mask, drawn, voices

FROM_THE_TOP = 0.15  # share of segments that begin where their piece begins, from silence
Dice = np.random.Generator


class Batch(NamedTuple):
    """``before``, ``now``, ``given``: ``[B, T, P, 2]``; ``step_in_bar``, ``real``: ``[B, T]``; ``style``: ``[B, S]``.

    ``real`` is 0 in the padding after a short piece. ``velocity``: MIDI's, ``[B, T, P]``, 0 where none is known;
    ``[B, T, 0]`` for a network that does not ask.
    """

    before: Tensor
    now: Tensor
    given: Tensor
    step_in_bar: Tensor
    style: Tensor
    real: Tensor
    velocity: Tensor

    def on(self, device: torch.device) -> Batch:
        """The same, there."""
        return Batch(*(tensor.to(device, non_blocking=True) for tensor in self))


class Hindrance(NamedTuple):
    """How a segment differs from the written music; the names are those of ``faults.py``, "" is none.

    ``foreign [T, P, 2]``: other music's part, for the fault of that name. ``dice``: of this segment.
    """

    fault: str
    touch: str
    enters: bool
    foreign: State
    dice: Dice


def segment(
    piece: Piece,
    start: int,
    length: int,
    transpose: int,
    given: Mask | Sequence[int],
    shape: Shape,
    hindrance: Hindrance | None = None,
) -> Batch:
    """One segment as a batch of one; steps after the piece's end are padding.

    ``given``: a mask over the notes that sound in it, or voices by number.
    """
    pitches = shape.kernel.pitches
    end = min(start + length, piece.steps)
    notes = piece.within(start - 1, end)  # from the step before on: the piece begins out of silence
    held = (given if callable(given) else voices(given))(notes)
    player, own = notes[held], notes[~held]
    if hindrance is not None and len(player):
        player = _played(player, start, end, hindrance)
    known = render(player, pitches, transpose, start - 1, end)
    ours = render(own, pitches, transpose, start - 1, end)
    whole = np.maximum(known, ours)
    before, now = whole[:-1], whole[1:]
    if hindrance is not None and hindrance.fault:
        dice = hindrance.dice
        thin = render(thinned(own, dice), pitches, transpose, start - 1, end)[:-1]
        where = span(end - start, shape.kernel.beat_cycle, dice)
        heard = spoiled(hindrance.fault, Past(ours[:-1], thin, hindrance.foreign[: end - start]), where, dice)
        before = np.maximum(known[:-1], heard)
        now = struck_anew(now, before, known[1:])
    pad = length - (end - start)
    fill = np.zeros((pad, pitches.size, 2), np.float32)
    bar = np.concatenate([piece.step_in_bar[start:end].astype(np.int64), np.zeros(pad, np.int64)])
    real = np.concatenate([np.ones(end - start, np.float32), np.zeros(pad, np.float32)])
    loud = np.zeros((length, pitches.size if shape.velocities else 0), np.uint8)
    if shape.velocities:
        loud[: end - start] = velocities(notes, pitches, transpose, start, end)
    arrays: list[NDArray[np.generic]] = [
        np.concatenate([before, fill]),
        np.concatenate([now, fill]),
        np.concatenate([known[1:], fill]),
        bar,
        np.eye(shape.styles, dtype=np.float32)[piece.style],
        real,
        loud,
    ]
    return Batch(*(torch.from_numpy(np.ascontiguousarray(array))[None] for array in arrays))


def _played(given: Notes, begin: int, end: int, hindrance: Hindrance) -> Notes:
    """The given notes as the player plays them."""
    if hindrance.enters:
        given = given[present(given, begin, end, hindrance.dice)]
    return TOUCHES[hindrance.touch](given, hindrance.dice) if hindrance.touch else given


def together(parts: Iterable[Batch]) -> Batch:
    """Batches as one."""
    return Batch(*(torch.cat(columns) for columns in zip(*parts, strict=True)))


def transpositions(piece: Piece, pitches: PitchRange, reach: int) -> range:
    """The transpositions within ± ``reach`` semitones that keep the piece in the model's range.

    A piece too wide for that stays in its own key, and what lies outside of the range is not heard.
    """
    low, high = piece.keys
    within = range(max(-reach, pitches.low - low), min(reach, pitches.high - high) + 1)
    return within or range(1)


class Pile(NamedTuple):
    """The pieces of one style, easy ones first: their numbers, and the steps up to the end of each, ``[pieces]``."""

    order: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True)
class Dataset:
    """Pieces to draw from, in a pile for each style that has any."""

    pieces: Sequence[Piece]
    piles: Sequence[Pile]

    @staticmethod
    def of(pieces: Sequence[Piece]) -> Dataset:
        """Easy is what strikes few notes a step (Kotecha & Young §4.3: fast and polyphonic is what confuses)."""
        measured: dict[int, list[tuple[float, int, int]]] = {}
        for number, piece in enumerate(pieces):
            measured.setdefault(piece.style, []).append((len(piece.notes) / piece.steps, number, piece.steps))
        return Dataset(pieces, [_pile(measured[style]) for style in sorted(measured)])

    def row(self, config: Config, shape: Shape, update: int, row: int) -> Batch:
        """Row ``row`` of an update: a segment of a piece, drawn by its length."""
        now = lesson(config, update)
        dice = np.random.default_rng((config.seed, update, row))
        pile = self._pile(config, dice)
        last = max(1, round(now.pieces * len(pile.order)))
        at = np.searchsorted(pile.ends, dice.integers(pile.ends[last - 1]), side="right")
        piece = self.pieces[int(pile.order[int(at)])]
        start = (
            0 if dice.random() < FROM_THE_TOP else int(dice.integers(max(piece.steps - now.segment, 0) + 1))
        )
        key = int(dice.choice(transpositions(piece, shape.kernel.pitches, config.transpose)))
        name = str(dice.choice(list(config.given), p=_chances(list(config.given.values()))))
        return segment(
            piece,
            start,
            now.segment,
            key,
            lambda notes: drawn(name, Draw(notes, piece.voices, dice)),
            shape,
            self._hindrance(config, shape, now.segment, np.random.default_rng((config.seed, update, row, 1))),
        )

    def _hindrance(self, config: Config, shape: Shape, length: int, dice: Dice) -> Hindrance | None:
        """Drawn from dice of its own, so that a config without any has the segments that it always had."""
        if not (config.recover or config.touch or config.entering):
            return None
        fault, touch = _one_or_none(config.recover, dice), _one_or_none(config.touch, dice)
        enters = bool(dice.random() < config.entering)
        foreign = np.zeros((length, shape.kernel.pitches.size, 2), np.float32)
        if fault == "foreign":
            other = self.pieces[int(dice.integers(len(self.pieces)))]
            begin = int(dice.integers(max(other.steps - length, 0) + 1))
            key = int(dice.choice(transpositions(other, shape.kernel.pitches, max(config.transpose, 1))))
            found = other.state(range(min(1, other.voices - 1), other.voices), shape.kernel.pitches, key,
                                begin, min(begin + length, other.steps))  # fmt: skip
            foreign[: len(found)] = found
        return Hindrance(fault, touch, enters, foreign, dice)

    def _pile(self, config: Config, dice: Dice) -> Pile:
        if len(self.piles) == 1:
            return self.piles[0]
        steps = [float(pile.ends[-1]) ** config.balance for pile in self.piles]
        return self.piles[int(dice.choice(len(self.piles), p=_chances(steps)))]

    def batch(self, config: Config, shape: Shape, update: int, rows: Iterable[int]) -> Batch:
        """Some rows of an update as one batch; ``Lesson.rows`` says how many there are."""
        return together(self.row(config, shape, update, row) for row in rows)


def _one_or_none(shares: Mapping[str, float], dice: Dice) -> str:
    """A name by its share, "" for what the shares leave."""
    drawn = dice.random()
    for name, share in shares.items():
        if drawn < share:
            return name
        drawn -= share
    return ""


def _pile(measured: list[tuple[float, int, int]]) -> Pile:
    """From (notes a step, number, steps) of each piece."""
    _, order, steps = zip(*sorted(measured), strict=True)
    return Pile(np.array(order), np.cumsum(steps))


def _chances(shares: Sequence[float]) -> NDArray[np.float64]:
    wanted = np.array(shares)
    return np.asarray(wanted / wanted.sum())
