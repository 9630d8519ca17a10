"""A blind test: its key, sealed so that nobody reads it by chance or changes it after, and the answers to it."""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from descant_routing.errors import DescantError

KEY_FILE = "key.sealed"
COLUMNS = ["seal", "listener", "question", "answer"]
RATINGS = range(1, 11)


@dataclass(frozen=True)
class AnswerKey:
    """``clips``: name → source; ``about``: name → what it is; ``pairs``: which two are compared, when picking."""

    style: str
    clips: Mapping[str, str]
    about: Mapping[str, str]
    pairs: Sequence[tuple[str, str]]

    @property
    def picks(self) -> bool:
        """Whether listeners pick one of two, or rate each."""
        return bool(self.pairs)

    @property
    def questions(self) -> list[str]:
        """What an answer may be to: a clip, or a pair as ``clip-01 clip-02``."""
        return [" ".join(pair) for pair in self.pairs] if self.picks else list(self.clips)

    def sealed(self) -> bytes:
        """What is written. Its hash stands on the form and in every answer."""
        values = {
            "style": self.style,
            "clips": dict(self.clips),
            "about": dict(self.about),
            "pairs": [list(pair) for pair in self.pairs],
        }
        return base64.encodebytes(json.dumps(values).encode())


def seal(content: bytes) -> str:
    """Of a sealed key: changes whenever anything in it does."""
    return hashlib.sha256(content).hexdigest()[:32]


def open_key(path: Path) -> tuple[AnswerKey, str]:
    """The key and its seal. DescantError when it is not there or none."""
    try:
        content = path.read_bytes()
        values = json.loads(base64.b64decode(content))
        pairs = [(str(one), str(other)) for one, other in values["pairs"]]
        return AnswerKey(str(values["style"]), dict(values["clips"]), dict(values["about"]), pairs), seal(
            content
        )
    except OSError as error:
        raise DescantError(f"The key {path} cannot be read: {error.strerror or error}.") from error
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise DescantError(f"{path} is not the key of a blind test.") from error


class Response(NamedTuple):
    """What one listener says to one question: a rating, or the clip that is picked."""

    listener: str
    question: str
    answer: str


def read_answers(paths: Iterable[Path], key: AnswerKey, seal: str) -> list[Response]:
    """Every answer of every file. DescantError names file and line of what is none, or is there twice."""
    found: dict[tuple[str, str], Response] = {}
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


def _answer(row: list[str], key: AnswerKey, seal: str, where: str) -> Response:
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
    return Response(listener, question, answer)
