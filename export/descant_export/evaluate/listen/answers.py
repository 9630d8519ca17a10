"""The answers that a form saved."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from descant_export.evaluate.listen.key import Key
from descant_routing.errors import DescantError

COLUMNS = ["seal", "listener", "question", "answer"]
RATINGS = range(1, 11)


class Answer(NamedTuple):
    """What one listener says to one question: a rating, or the clip that is picked."""

    listener: str
    question: str
    answer: str


def read_answers(paths: Iterable[Path], key: Key, seal: str) -> list[Answer]:
    """Every answer of every file. DescantError names file and line of what is none, or is there twice."""
    found: dict[tuple[str, str], Answer] = {}
    for path in paths:
        for line, row in _rows(path):
            answer = _answer(row, key, seal, f"{path}, line {line}")
            if (answer.listener, answer.question) in found:
                raise DescantError(
                    f"{path}, line {line}: {answer.listener} has answered {answer.question} already."
                )
            found[answer.listener, answer.question] = answer
    if not found:
        raise DescantError("There is no answer in these files.")
    return list(found.values())


def _rows(path: Path) -> Iterable[tuple[int, list[str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # a spreadsheet may have saved it
            rows = list(csv.reader(file))
    except OSError as error:
        raise DescantError(f"The answers {path} cannot be read: {error.strerror or error}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DescantError(f"{path} is no file of answers ({error}).") from error
    if not rows or rows[0] != COLUMNS:
        raise DescantError(f"{path} is no file of answers: its first line is not {','.join(COLUMNS)}.")
    return ((line, row) for line, row in enumerate(rows[1:], 2) if row)


def _answer(row: list[str], key: Key, seal: str, where: str) -> Answer:
    if len(row) != len(COLUMNS):
        raise DescantError(f"{where}: there are {len(row)} fields, not {len(COLUMNS)}.")
    sealed, listener, question, answer = (each.strip() for each in row)
    if sealed != seal:
        raise DescantError(f"{where}: this answers another blind test than the key is of.")
    if question not in key.questions:
        raise DescantError(f"{where}: {question!r} was not asked.")
    allowed = question.split() if key.picks else [str(value) for value in RATINGS]
    if answer not in allowed:
        raise DescantError(f"{where}: {answer!r} is no answer; {allowed[0]} to {allowed[-1]} would be.")
    return Answer(listener, question, answer)
