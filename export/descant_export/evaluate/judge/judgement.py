"""Everything that is judged of one style: is it told from human music, how far off is it, does it return and rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from descant_export.corpus.piece import Piece
from descant_export.evaluate.distances import Comparison, compare
from descant_export.evaluate.judge.discriminator import Verdict, between_halves, tell_apart
from descant_export.evaluate.judge.sets import FEWEST, Music, as_many
from descant_export.evaluate.novelty import WINDOWS, Training, novelty
from descant_export.evaluate.silence import silence
from descant_export.evaluate.statistics import measure
from descant_routing.errors import DescantError

OURS, PLAIN, HUMAN = "ours", "plain", "human"
MIDDLE = (5, 95)  # percentiles between which a human figure is usual


class Range(NamedTuple):
    """Of one figure over pieces: mean, least, most, and the usual range."""

    mean: float
    least: float
    most: float
    usual_low: float
    usual_high: float


class Judgement(NamedTuple):
    """Of one style. Keys of the maps: ``ours``, ``plain`` where it was asked for, ``human``."""

    verdicts: dict[str, Verdict]
    human_halves: list[float]
    distances: dict[str, dict[str, Comparison]]
    form_and_space: dict[str, dict[str, Range]]
    copied: dict[str, dict[str, float]]


def judge_style(
    name: str, human: Music, generated: Mapping[str, Music], training: Sequence[Piece], seed: int = 0
) -> Judgement:
    """``generated``: ``ours`` and perhaps ``plain``; ``training``: what may have been copied."""
    for told, music in {HUMAN: human, **generated}.items():
        if len({each.group for each in music.excerpts}) < FEWEST or len(music.whole) < FEWEST:
            raise DescantError(
                f"{name}: too little {told} music to judge: {len(music.whole)} stretches as long as a take."
            )
    count = min(len(music.excerpts) for music in generated.values())
    heard = as_many(human, count, seed).excerpts
    measured = {
        told: [measure(piece) for piece in music.whole] for told, music in {HUMAN: human, **generated}.items()
    }
    index = Training(training)
    return Judgement(
        {
            told: tell_apart(heard, music.excerpts, seed, say_why=told == OURS)
            for told, music in generated.items()
        },
        between_halves(as_many(human, 2 * count, seed).excerpts, seed),
        {told: compare(measured[told], measured[HUMAN], seed) for told in generated},
        {told: form_and_space(music.whole) for told, music in {HUMAN: human, **generated}.items()},
        {told: _copied(music.whole, index) for told, music in {HUMAN: human, **generated}.items()},
    )


def form_and_space(pieces: Sequence[Piece]) -> dict[str, Range]:
    """What comes of a memory and of rests: repeated bars, likeness to a bar before, silent beats, the longest rest.

    Under a melody silence is what the voices below the top one leave; music of one voice has none below.
    """
    measured, quiet = [measure(piece) for piece in pieces], [silence(piece) for piece in pieces]
    below = [silence(_below(piece)) for piece in pieces if piece.voices > 1]
    columns: dict[str, list[float]] = {
        "repeated bars": [each.repeated_bars for each in measured],
        "likeness to some bar before": [each.bar_similarity for each in measured],
        "silent beats": [each.beats for each in quiet],
        "longest silence, bars": [each.longest for each in quiet],
        "silent beats below the top voice": [each.beats for each in below],
        "longest silence below the top voice, bars": [each.longest for each in below],
    }
    return {name: _range(values) for name, values in columns.items()}


def _below(piece: Piece) -> Piece:
    return replace(piece, notes=piece.notes[piece.notes["voice"] > 0])


def _range(values: list[float]) -> Range:
    known: Any = np.array(values)[np.isfinite(values)]
    if not len(known):
        return Range(*[float("nan")] * 5)
    return Range(*map(float, (known.mean(), known.min(), known.max(), *np.percentile(known, MIDDLE))))


def _copied(pieces: Sequence[Piece], training: Training) -> dict[str, float]:
    found = novelty(pieces, training)
    steps = sum(each.steps for each in found)
    shares = {
        f"copied_{window}": sum(each.copied[at] * each.steps for each in found) / steps
        for at, window in enumerate(WINDOWS)
    }
    return {**shares, "longest_run": max(each.longest_run for each in found)}
