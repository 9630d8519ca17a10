"""Two sets of excerpts, and how well a judge who hears both tells one from the other.

The judge is a logistic regression and a forest, their chances averaged; it is asked only about pieces that it has
not heard: excerpts of one piece, or over one melody, are never on both sides of a fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from descant_export.corpus.piece import Piece
from descant_export.evaluate.judge.features import FAMILIES, table
from descant_routing.errors import DescantError

FOLDS = 5
TREES = 60
SHUFFLES = 5  # of each feature, in each fold
HALVINGS = 5
AT_ONCE = 16  # features: all of them would fill the memory
EVERYTHING = "all"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Excerpt(NamedTuple):
    """``group``: the piece that it, or its melody, is from."""

    piece: Piece
    group: str


class Giveaway(NamedTuple):
    """A feature that finds a set out, its mean in human music and in the other.

    ``importance``: how much log loss, in nats, shuffling it costs the judge (its AUC may be 1 with and without).
    ``alone``: AUC of it by itself: 1 when every excerpt of the music has more of it, 0 when less.
    """

    name: str
    human: float
    music: float
    importance: float
    alone: float


class Verdict(NamedTuple):
    """``auc``: by family of features, and of all of them; 0.5 is not to be told from human music."""

    excerpts: int
    auc: dict[str, float]
    giveaways: list[Giveaway]


def tell_apart(
    human: Sequence[Excerpt], music: Sequence[Excerpt], seed: int = 0, *, say_why: bool = True
) -> Verdict:
    """How well ``music`` is told from ``human``. DescantError where there is too little of either.

    ``say_why``: rank the features too, which takes longer than the rest.
    """
    groups = _groups([*human, *music])
    truth = np.array([0] * len(human) + [1] * len(music))
    auc: dict[str, float] = {}
    tables = [table([each.piece for each in (*human, *music)], [family]) for family in FAMILIES]
    for family, (_, values) in zip(FAMILIES, tables, strict=True):
        auc[family], _ = _cross_validated(values, truth, groups, seed)
    names = [name for some, _ in tables for name in some]
    values = np.concatenate([each for _, each in tables], 1)
    auc[EVERYTHING], importance = _cross_validated(values, truth, groups, seed, importances=say_why)
    giveaways = [
        Giveaway(
            name,
            float(column[truth == 0].mean()),
            float(column[truth == 1].mean()),
            float(lost),
            float(roc_auc_score(truth, column)),
        )
        for name, column, lost in zip(names, values.T, importance, strict=True)
    ]
    giveaways.sort(key=lambda each: (-round(each.importance, 6), -abs(each.alone - 0.5), each.name))
    return Verdict(len(music), auc, giveaways if say_why else [])


def between_halves(human: Sequence[Excerpt], seed: int = 0) -> list[float]:
    """AUCs of telling one random half of the human pieces from the other: what chance alone brings."""
    _, values = table([each.piece for each in human])
    groups = _groups(human)
    names = np.unique(groups)
    found = []
    for way in range(HALVINGS):
        half = np.random.default_rng([seed, way]).permutation(names)[: len(names) // 2]
        found.append(_cross_validated(values, np.isin(groups, half).astype(int), groups, seed)[0])
    return found


def _cross_validated(
    values: Floats, truth: Ints, groups: Ints, seed: int, *, importances: bool = False
) -> tuple[float, Floats]:
    """Mean AUC over the folds, each of excerpts not heard; and what each feature is worth there."""
    folds = min(FOLDS, *(len(np.unique(groups[truth == side])) for side in (0, 1)))
    if folds < 2:
        raise DescantError("There are too few pieces to tell apart: each side needs two or more.")
    aucs, lost = [], []
    for heard, asked in StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(
        values, truth, groups
    ):
        if len(np.unique(truth[asked])) < 2 or len(np.unique(truth[heard])) < 2:
            continue
        judge = _judge(seed).fit(values[heard], truth[heard])
        aucs.append(float(roc_auc_score(truth[asked], judge.predict_proba(values[asked])[:, 1])))
        if importances:
            lost.append(importances_of(judge, values[asked], truth[asked], seed))
    if not aucs:
        raise DescantError("There are too few pieces to tell apart: no fold has both kinds.")
    return float(np.mean(aucs)), np.mean(lost, axis=0) if lost else np.zeros(values.shape[1])


def importances_of(judge: Any, values: Floats, truth: Ints, seed: int) -> Floats:
    """``[F]``: log loss that shuffling a feature adds (Breiman 2001, §10); a forest is asked for many at once."""
    rng = np.random.default_rng(seed)
    count, features = values.shape
    before = log_loss(truth, judge.predict_proba(values), labels=(0, 1))
    added: list[Floats] = []
    for first in range(0, features, AT_ONCE):
        some = range(first, min(first + AT_ONCE, features))
        shuffled = np.tile(values, (len(some), SHUFFLES, 1, 1))
        for at, feature in enumerate(some):
            for way in range(SHUFFLES):
                shuffled[at, way, :, feature] = rng.permutation(values[:, feature])
        chances = judge.predict_proba(shuffled.reshape(-1, features)).reshape(len(some), SHUFFLES, count, 2)
        chosen = np.clip(chances[..., np.arange(count), truth], np.finfo(float).eps, 1)
        added.append(-np.log(chosen).mean((1, 2)) - before)
    return np.concatenate(added)


def _judge(seed: int) -> Any:
    line = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000, class_weight="balanced"))
    forest = RandomForestClassifier(TREES, min_samples_leaf=2, class_weight="balanced", random_state=seed)
    return VotingClassifier([("line", line), ("forest", forest)], voting="soft")


def _groups(excerpts: Sequence[Excerpt]) -> Ints:
    return np.unique([each.group for each in excerpts], return_inverse=True)[1]
