"""A judge who knows styles from human music alone, asked to name the style of human music and of takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from descant_export.corpus.piece import Piece
from descant_export.evaluate.judge.features import table

SIMPLE = ("statistics",)


class Confusion(NamedTuple):
    """``counts[true][named]``: excerpts. ``accuracy``: mean over styles of the share named right."""

    counts: dict[str, dict[str, int]]
    accuracy: float


class StyleJudge:
    """Learns once; no excerpt that it is asked about may be of a piece that it has heard."""

    def __init__(self, training: Mapping[str, Sequence[Piece]]) -> None:
        """``training``: human excerpts of each style."""
        self.styles = list(training)
        _, values = table([piece for pieces in training.values() for piece in pieces], SIMPLE)
        truth = [style for style, pieces in training.items() for _ in pieces]
        judge = LogisticRegression(C=0.3, max_iter=2000, class_weight="balanced")
        self._judge: Any = make_pipeline(StandardScaler(), judge).fit(values, truth)

    @property
    def chance(self) -> float:
        """The accuracy of who guesses."""
        return 1 / len(self.styles)

    def named(self, music: Mapping[str, Sequence[Piece]]) -> Confusion:
        """Styles without excerpts are left out."""
        counts: dict[str, dict[str, int]] = {}
        for style, pieces in music.items():
            if pieces:
                said = list(self._judge.predict(table(pieces, SIMPLE)[1]))
                counts[style] = {name: said.count(name) for name in self.styles}
        right = [row.get(style, 0) / sum(row.values()) for style, row in counts.items()]
        return Confusion(counts, float(np.mean(right)) if right else float("nan"))
