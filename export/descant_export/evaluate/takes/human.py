"""Human music of a style: what its model may have learned from, and what was held out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from descant_export.corpus.corpus_choice import CorpusChoice
from descant_export.corpus.corpus_command import read_with_bar
from descant_export.corpus.gathered import told
from descant_export.corpus.mix import is_recipe, load_mix
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.piece import Piece
from descant_routing.errors import DescantError, UsageError
from descant_routing.wording import hint


class Human(NamedTuple):
    """``held_out``: validation and test; no weight was learned from either."""

    name: str
    train: Sequence[Piece]
    held_out: Sequence[Piece]


def read_human(
    what: str, split_list: Path | None = None, steps_per_beat: int = 4, **choices: object
) -> Human:
    """A corpus, read and split as ``descant train`` does. ``choices``: of ``IngestOptions``; the steps are the model's.

    ``RECIPE.yaml:STYLE`` is that style as its recipe has it read and split.
    """
    recipe, _, style = what.rpartition(":")
    if is_recipe(recipe):
        choice = _of_recipe(recipe, style)
    else:
        choice = CorpusChoice(
            what, IngestOptions.from_dict({**choices, "steps_per_beat": steps_per_beat}), split_list
        )
    corpus = read_with_bar(choice.what, choice.options)
    split = choice.split(corpus)
    held_out = [*split.test, *split.valid]
    if not len(split.train) or not held_out:
        raise DescantError(
            f"The split of {what} leaves {len(split.train)} of {len(corpus.pieces)} pieces to train and "
            f"{len(held_out)} held out; a list for --split can say otherwise."
        )
    return Human(told(corpus.name), split.train, held_out)


def _of_recipe(recipe: str, style: str) -> CorpusChoice:
    choices = load_mix(Path(recipe)).choices
    if style not in choices:
        raise UsageError(f"{recipe} has no style {style!r}{hint(style, choices)}.")
    return choices[style]
