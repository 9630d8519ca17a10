"""One style judged, human music and takes cut to one length: is it told apart, how far off is it, does it rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from descant_export.corpus.piece import Piece
from descant_export.evaluate.distances import Comparison, compare
from descant_export.evaluate.judge.discriminator import Excerpt, Verdict, between_halves, tell_apart
from descant_export.evaluate.novelty import WINDOWS, Training, novelty
from descant_export.evaluate.statistics import measure, silence
from descant_export.evaluate.takes.excerpt import all_excerpts, excerpts
from descant_export.evaluate.takes.human import Human
from descant_export.evaluate.takes.melody import Melody, melodies_of, steady_bar
from descant_export.evaluate.takes.style import Style
from descant_export.evaluate.takes.take import Take, several
from descant_routing.errors import DescantError

EXCERPT = 8  # bars: what a judge hears at a time
WARM_UP = 1  # bars that are played and not judged
FEWEST = 4  # pieces of each side that a judgement is worth making of
OURS, PLAIN, HUMAN = "ours", "plain", "human"
MIDDLE = (5, 95)  # percentiles between which a human figure is usual


class Music(NamedTuple):
    """``whole``: stretches as long as a take; ``excerpts``: of 8 bars, each with the piece that it goes back to."""

    whole: list[Piece]
    excerpts: list[Excerpt]


def human_music(pieces: Iterable[Piece], bars: int, bar_lengths: set[int] | None = None) -> Music:
    """Stretches of ``bars`` bars, one a piece; in the bars that the takes have, where there are enough such pieces."""
    pieces = list(pieces)
    if bar_lengths is not None:
        alike = [piece for piece in pieces if steady_bar(piece) in bar_lengths]
        pieces = alike if len(alike) >= 2 * FEWEST else pieces
    found = [
        Excerpt(each, piece.name) for piece in pieces for each in excerpts(piece, EXCERPT, bars // EXCERPT)
    ]
    return Music(all_excerpts(pieces, bars, 1), found)


def generated_music(takes: Sequence[Take], bars: int) -> Music:
    """Takes without their first bar."""
    whole = [piece for take in takes for piece in excerpts(take.piece, bars, 1, WARM_UP)]
    found = [
        Excerpt(piece, take.source)
        for take in takes
        for piece in excerpts(take.piece, EXCERPT, bars // EXCERPT, WARM_UP)
    ]
    return Music(whole, found)


def from_files(pieces: Sequence[Piece], bars: int) -> Music:
    """Takes that somebody rendered: all of each is judged, a stretch of ``bars`` bars and excerpts of it."""
    return human_music(pieces, bars)


def render(
    style: Style,
    human: Human,
    count: int,
    bars: int,
    seed: int = 0,
    progress: Callable[[], None] = lambda: None,
) -> list[Take]:
    """``count`` takes of ``bars`` bars and one to warm up in.

    Where the style wants a melody they are over those of held-out pieces, drawn by ``seed``.
    """
    melodies: list[Melody] = []
    if style.over_melody:
        melodies = melodies_of(human.held_out, bars + WARM_UP)
        if len(melodies) < FEWEST:
            raise DescantError(
                f"Of the pieces that {human.name} holds out only {len(melodies)} have a melody of {bars + WARM_UP} "
                f"bars to play to {style.name}; take fewer --bars."
            )
        order = np.random.default_rng([seed, 4]).permutation(len(melodies))
        melodies = [melodies[int(at)] for at in order]
    return several(style, melodies, count, bars + WARM_UP, progress=progress)


def bar_lengths(takes: Sequence[Take]) -> set[int]:
    """Of the takes' bars, in steps."""
    return {take.metre.steps_per_bar(take.piece.steps_per_beat) for take in takes}


def as_many(human: Music, count: int, seed: int) -> Music:
    """Whole pieces drawn by ``seed`` until there are ``count`` excerpts: sides of unlike size mislead a judge."""
    groups = sorted({each.group for each in human.excerpts})
    order = np.random.default_rng(seed).permutation(len(groups))
    chosen: set[str] = set()
    have = 0
    for at in order:
        if have >= count:
            break
        chosen.add(groups[int(at)])
        have += sum(each.group == groups[int(at)] for each in human.excerpts)
    return Music(human.whole, [each for each in human.excerpts if each.group in chosen])


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
