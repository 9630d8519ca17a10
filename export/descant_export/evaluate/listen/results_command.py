"""``descant listen --results``: what the answers say, as a table or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from descant_export.evaluate.listen.answers import read_answers
from descant_export.evaluate.listen.clips import SOURCES
from descant_export.evaluate.listen.key import KEY_FILE, open_key
from descant_export.evaluate.listen.results import Picked, Rated, picks, ratings
from descant_export.evaluate.tables import as_json, table
from descant_routing.errors import UsageError

PICKED = ("answers", "found", "95%", "p")
RATED = ("ratings", "mean", "deviation", "95%", "ours less it", "p")


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
            table(title, PICKED, {SOURCES[name]: _picked(each) for name, each in picked.items()})
        return
    rated = ratings(answers, key)
    if json:
        as_json({**told, "results": rated})
    else:
        title = f"{key.style}: ratings from 1 to 10 by {listeners} listeners; p is of no difference from ours"
        table(title, RATED, {SOURCES[name]: _rated(each) for name, each in rated.items()})


def _picked(each: Picked) -> list[str]:
    return [str(each.answers), f"{each.share:.0%}", f"{each.low:.0%} to {each.high:.0%}", f"{each.p:.3f}"]


def _rated(each: Rated) -> list[str]:
    figures = f"{each.mean:.2f}", f"{each.deviation:.2f}", f"{each.low:.2f} to {each.high:.2f}"
    return [str(each.ratings), *figures, f"{each.difference:+.2f}", f"{each.p:.3f}"]


def _beside(paths: Sequence[Path]) -> Path:
    for folder in dict.fromkeys(each for path in paths for each in (path.parent, path.parent.parent)):
        if (folder / KEY_FILE).is_file():
            return folder / KEY_FILE
    raise UsageError(f"There is no {KEY_FILE} beside the answers; name it with --key.")
