"""What plain words in a YAML file mean: null, true and false, numbers, text. Source: YAML 1.2.2, 10.3.2, core schema.

To its words for true and false come YAML 1.1's yes, no, on and off, which files have always been read with. What else
1.1 has is text here: dates, 1_000, and numbers to the base of 60, of which a megabyte takes minutes to be read.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

Scalar = None | bool | int | float | str

LONGEST_NUMBER = 40  # characters
LONGEST_TEXT = 10_000
_PREFIX = "tag:yaml.org,2002:"
_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")
_WORDS = {each: word in _TRUE for word in (*_TRUE, *_FALSE) for each in (word, word.title(), word.upper())}
_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_INT = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(
    r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
)
_BASES = {"0o": 8, "0x": 16}
_NO_TEXT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)  # only escapes bring these in


class Loader(yaml.SafeLoader):
    """Resolves plain words as above; nothing here constructs what they stand for but ``scalar``."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - YAML's own name for its table, not the 1.1 one


class _Dumper(yaml.SafeDumper):
    """Quotes what either version would take for something else than text."""


for _kind, _pattern, _first in (
    ("null", _NULL, ["~", "n", "N", ""]),
    ("bool", re.compile(rf"(?:{'|'.join(_WORDS)})\Z"), list("tTfFyYnNoO")),
    ("int", _INT, list("-+0123456789")),
    ("float", _FLOAT, list("-+.0123456789")),
):
    Loader.add_implicit_resolver(f"{_PREFIX}{_kind}", _pattern, _first)
    _Dumper.add_implicit_resolver(f"{_PREFIX}{_kind}", _pattern, _first)


def scalar(tag: str, text: str) -> Scalar:
    """The value of ``text`` with a tag of ``READ``. Raises ValueError where it is none, with a reason if it has one."""
    return READ[tag](text)


def dump(value: object, *, flow: bool = False) -> str:
    """``value`` as YAML that is read back as it was, here and by YAML 1.1; keys stay in their order."""
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=flow
    )


def _null(text: str) -> None:
    if not _NULL.match(text):
        raise ValueError


def _bool(text: str) -> bool:
    if text not in _WORDS:
        raise ValueError
    return _WORDS[text]


def _int(text: str) -> int:
    if len(text) > LONGEST_NUMBER or not _INT.match(text):
        raise ValueError
    return int(text, _BASES.get(text[:2], 10))


def _float(text: str) -> float:
    if len(text) > LONGEST_NUMBER or not _FLOAT.match(text):
        raise ValueError
    value = float(re.sub(r"\.(?=[A-Za-z])", "", text))  # .inf, -.inf, .nan
    if not math.isfinite(value):
        raise ValueError("not a number to play with")
    return value


def _str(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"longer than {LONGEST_TEXT:,} characters")
    if found := _NO_TEXT.search(text):
        raise ValueError(f"not text: it has the character {found[0].encode('unicode-escape').decode()}")
    return text


READ: dict[str, Callable[[str], Scalar]] = {
    f"{_PREFIX}null": _null,
    f"{_PREFIX}bool": _bool,
    f"{_PREFIX}int": _int,
    f"{_PREFIX}float": _float,
    f"{_PREFIX}str": _str,
}
