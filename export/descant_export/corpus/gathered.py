"""What a run learns from, read and split: one corpus, or one for each of several styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, overload

import numpy as np

from descant_export.corpus.folder import NOT_STATED
from descant_export.corpus.piece import Piece
from descant_export.corpus.read import Corpus
from descant_export.corpus.splits import Split
from descant_routing.printable import printable


class Gathered(NamedTuple):
    """``styles``: the corpus of each, in the order of the pieces' numbers; ``split`` holds the pieces of all."""

    styles: dict[str, Corpus]
    split: Split

    @property
    def corpus(self) -> Corpus:
        """All of it as one."""
        corpora = list(self.styles.values())
        if len(corpora) == 1:
            return corpora[0]
        return Corpus(
            ", ".join(told(each.name) for each in corpora),
            Styled([each.pieces for each in corpora]),
            " ".join(
                f"{style}: {each.credit.rstrip('.')}."
                for style, each in self.styles.items()
                if each.credit != NOT_STATED
            )
            or NOT_STATED,
            "; ".join(dict.fromkeys(each.licence for each in corpora if each.licence != NOT_STATED))
            or NOT_STATED,
            lambda: (report for each in corpora for report in each.reports()),
        )


def together(styles: dict[str, tuple[Corpus, Split]]) -> Gathered:
    """Styles side by side; each piece is told which it is of."""
    splits = [split for _, split in styles.values()]
    corpora = {style: corpus for style, (corpus, _) in styles.items()}
    if len(splits) == 1:
        return Gathered(corpora, splits[0])
    return Gathered(corpora, Split(*(Styled([*sides]) for sides in zip(*splits, strict=True))))


class Styled(Sequence[Piece]):
    """The pieces of several styles one after the other, as lazy as they are; each has its style's number."""

    def __init__(self, styles: Sequence[Sequence[Piece]]) -> None:
        """``styles``: the pieces of each, in the order of the numbers."""
        self._styles = styles
        self._ends = np.array(list(accumulate(map(len, styles))), np.int64)

    def __len__(self) -> int:
        """How many pieces."""
        return int(self._ends[-1])

    @overload
    def __getitem__(self, index: int) -> Piece: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Piece]: ...
    def __getitem__(self, index: int | slice) -> Piece | Sequence[Piece]:
        """A piece, or a list of some."""
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        at = range(len(self))[index]
        style = int(np.searchsorted(self._ends, at, side="right"))
        within = at - int(self._ends[style - 1] if style else 0)
        return replace(self._styles[style][within], style=style)


def told(name: str) -> str:
    """A corpus in words for others: of a folder its name, not where it lies."""
    return name if name.startswith("music21:") else printable(Path(name).resolve().name)
