"""What the answers of a blind test say: means, how sure they are, and whether ours differ from the rest.

Listeners are the sample: each has one mean a source, and intervals and tests are over listeners, so that one who
answers much does not count as many.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from descant_export.evaluate.listen.blind_test import KEY_FILE, AnswerKey, Response, open_key, read_answers
from descant_export.evaluate.listen.clips import HUMAN, OURS, SOURCES
from descant_export.evaluate.tables import as_json, table
from descant_routing.errors import UsageError

RESAMPLES = 9999
CONFIDENCE = 0.95
FEWEST = 2  # listeners that an interval needs

Floats = NDArray[np.float64]
PICKED = ("answers", "found", "95%", "p")
RATED = ("ratings", "mean", "deviation", "95%", "ours less it", "p")


class Rated(NamedTuple):
    """A source: mean over listeners of their means, deviation over all ratings, bootstrap interval of the mean.

    ``difference``: of ours less this source, over listeners who heard both; ``p``: of a sign-flip test of it.
    """

    ratings: int
    listeners: int
    mean: float
    deviation: float
    low: float
    high: float
    difference: float
    p: float


class Picked(NamedTuple):
    """A rival of human music: how often the human clip was found; Wilson's interval; p against tossing a coin."""

    answers: int
    found: int
    share: float
    low: float
    high: float
    p: float


def ratings(answers: Sequence[Response], key: AnswerKey, seed: int = 0) -> dict[str, Rated]:
    """Every source that was rated, in the order of ``SOURCES``."""
    given: dict[str, dict[str, list[int]]] = {}
    for answer in answers:
        of_source = given.setdefault(key.clips[answer.question], {})
        of_source.setdefault(answer.listener, []).append(int(answer.answer))
    return {source: _rated(given, source, seed) for source in SOURCES if source in given}


def picks(answers: Sequence[Response], key: AnswerKey) -> dict[str, Picked]:
    """Every rival that stood beside a human clip."""
    found: dict[str, list[bool]] = {}
    for answer in answers:
        (rival,) = {key.clips[name] for name in answer.question.split()} - {HUMAN}
        found.setdefault(rival, []).append(key.clips[answer.answer] == HUMAN)
    return {source: _picked(found[source]) for source in SOURCES if source in found}


def _rated(given: dict[str, dict[str, list[int]]], source: str, seed: int) -> Rated:
    heard = given[source]
    means = {listener: float(np.mean(each)) for listener, each in heard.items()}
    values = np.array(list(means.values()))
    everything = np.concatenate([np.array(each, float) for each in heard.values()])
    low, high = _interval(values, seed)
    difference, p = np.nan, np.nan
    if source != OURS and OURS in given:
        ours = {listener: float(np.mean(each)) for listener, each in given[OURS].items()}
        apart = np.array([ours[listener] - means[listener] for listener in means if listener in ours])
        if len(apart) >= FEWEST:
            difference, p = float(apart.mean()), sign_flip(apart, seed)
    deviation = float(everything.std(ddof=1)) if len(everything) > 1 else np.nan
    return Rated(len(everything), len(values), float(values.mean()), deviation, low, high, difference, p)


def sign_flip(differences: Floats, seed: int = 0) -> float:
    """Two-sided p of a mean difference of nought: exact up to 13 listeners, by chance flips beyond."""
    found = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)


def _interval(values: Floats, seed: int) -> tuple[float, float]:
    if len(values) < FEWEST:
        return np.nan, np.nan
    found = stats.bootstrap(
        (values,),
        np.mean,
        confidence_level=CONFIDENCE,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def _picked(right: Sequence[bool]) -> Picked:
    found = stats.binomtest(sum(right), len(right))
    interval = found.proportion_ci(CONFIDENCE, "wilson")
    share = sum(right) / len(right)
    return Picked(
        len(right), sum(right), share, float(interval.low), float(interval.high), float(found.pvalue)
    )


def results(paths: Sequence[Path], key_file: Path | None, json: bool) -> None:
    """Open the key, read the answers, tell."""
    key, seal = open_key(key_file or _beside(paths))
    answers = read_answers(paths, key, seal)
    listeners = len({answer.listener for answer in answers})
    told = {"style": key.style, "listeners": listeners, "answers": len(answers)}
    if key.picks:
        picked = picks(answers, key)
        if json:
            as_json({**told, "results": picked})
        else:
            title = f"{key.style}: how often {listeners} listeners found the human clip; 50% is a coin"
            table(title, PICKED, {SOURCES[name]: _picked_cells(each) for name, each in picked.items()})
        return
    rated = ratings(answers, key)
    if json:
        as_json({**told, "results": rated})
    else:
        title = f"{key.style}: ratings from 1 to 10 by {listeners} listeners; p is of no difference from ours"
        table(title, RATED, {SOURCES[name]: _rated_cells(each) for name, each in rated.items()})


def _picked_cells(each: Picked) -> list[str]:
    return [str(each.answers), f"{each.share:.0%}", f"{each.low:.0%} to {each.high:.0%}", f"{each.p:.3f}"]


def _rated_cells(each: Rated) -> list[str]:
    figures = f"{each.mean:.2f}", f"{each.deviation:.2f}", f"{each.low:.2f} to {each.high:.2f}"
    return [str(each.ratings), *figures, f"{each.difference:+.2f}", f"{each.p:.3f}"]


def _beside(paths: Sequence[Path]) -> Path:
    for folder in dict.fromkeys(each for path in paths for each in (path.parent, path.parent.parent)):
        if (folder / KEY_FILE).is_file():
            return folder / KEY_FILE
    raise UsageError(f"There is no {KEY_FILE} beside the answers; name it with --key.")
