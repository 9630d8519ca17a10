"""The music of one style that judges compare: human and generated, cut to the same lengths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from descant_export.corpus.piece import Piece
from descant_export.evaluate.judge.discriminator import Excerpt
from descant_export.evaluate.takes.excerpt import all_excerpts, excerpts
from descant_export.evaluate.takes.human import Human
from descant_export.evaluate.takes.melody import Melody, melodies_of, steady_bar
from descant_export.evaluate.takes.several import several
from descant_export.evaluate.takes.style import Style
from descant_export.evaluate.takes.take import Take
from descant_routing.errors import DescantError

EXCERPT = 8  # bars: what a judge hears at a time
WARM_UP = 1  # bars that are played and not judged
FEWEST = 4  # pieces of each side that a judgement is worth making of


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
    """Of the takes' bars, in sixteenths."""
    return {take.metre.steps_per_bar(4) for take in takes}


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
