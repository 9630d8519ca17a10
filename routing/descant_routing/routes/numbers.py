"""Sets of keys, channels, velocities and controllers, as musicians write them: ``C2..B3``, ``1..4``, ``[1, 11]``.

Keys are names (middle C, 60, is C4) or numbers, and a range of them may be open: ``..B3``, ``C4..``. Whatever
counts in whole numbers may be written ``1-4``, too.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from descant_routing.errors import UsageError
from descant_routing.wording import shown

_PITCH_CLASS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_ACCIDENTAL = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_KEY = re.compile(r"([a-g])([#♯b♭]?)(-?\d)", re.IGNORECASE)
_WHOLE = re.compile(r"\d{1,3}", re.ASCII)
_RANGE = re.compile(r"(.*?)\.\.(.*)|(\d+)-(\d+)", re.ASCII)


class Domain(NamedTuple):
    """What is counted, from ``low`` to ``high`` (both included) as written; ``first`` is what ``low`` means."""

    name: str
    low: int
    high: int
    first: int
    wants: str
    named: bool = False


KEYS = Domain(
    "keys",
    0,
    127,
    0,
    "names or numbers from C-1 to G9 (0 to 127), such as C4, C2..B3, ..B3 or [36, 38]",
    named=True,
)
CHANNELS = Domain("channels", 1, 16, 0, "from 1 to 16, such as 3, 1..4 or [1, 3]")
VELOCITIES = Domain("velocities", 1, 127, 1, "from 1 to 127, such as 1..100")
CONTROLLERS = Domain("cc", 0, 127, 0, "controllers from 0 to 127, such as 7 or [1, 11]")


def read_numbers(value: object, domain: Domain) -> frozenset[int]:
    """The set that YAML's value means, at least one. Raises UsageError that says what ``domain`` wants."""
    if isinstance(value, list) and value:
        return frozenset[int]().union(*(_items(each, domain) for each in value))
    return _items(value, domain)


def read_one(value: object, domain: Domain) -> int:
    """One of them. Raises UsageError as ``read_numbers`` does."""
    number = _number(value, domain)
    if number is None:
        raise _wrong(value, domain)
    return number


def read_range(value: object, domain: Domain) -> tuple[int, int]:
    """The ends of a range, both included. Raises UsageError as ``read_numbers`` does."""
    if not isinstance(value, str) or (match := _RANGE.fullmatch(value.strip())) is None:
        raise _wrong(value, domain)
    low_text, high_text = match.group(1, 2) if match.group(3) is None else match.group(3, 4)
    if not low_text and not high_text:
        raise _wrong(value, domain)
    low = _number(low_text or domain.low, domain)
    high = _number(high_text or domain.high, domain)
    if low is None or high is None:
        raise _wrong(value, domain)
    if low > high:
        raise UsageError(f"{domain.name}: the range {shown(value)} runs downwards")
    return low, high


def plain_numbers(numbers: frozenset[int], domain: Domain) -> object:
    """The set as YAML shows it: one number, one range, or a list of both."""
    items = [item for low, high in runs(numbers) for item in _run(low, high, domain)]
    return items[0] if len(items) == 1 else items


def plain_one(number: int, domain: Domain) -> int | str:
    """One of them as YAML shows it."""
    if domain.named:
        return f"{_NAMES[number % 12]}{number // 12 - 1}"
    return number - domain.first + domain.low


def runs(numbers: frozenset[int]) -> list[tuple[int, int]]:
    """The stretches without a gap, ascending: (first, last)."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def _items(value: object, domain: Domain) -> frozenset[int]:
    if (one := _number(value, domain)) is not None:
        return frozenset({one})
    low, high = read_range(value, domain)
    return frozenset(range(low, high + 1))


def _number(value: object, domain: Domain) -> int | None:
    """What a number or a key's name means; None for what is neither."""
    if isinstance(value, str):
        if domain.named and (match := _KEY.fullmatch(value.strip())):
            letter, accidental, octave = match.groups()
            value = _PITCH_CLASS[letter.lower()] + _ACCIDENTAL[accidental.lower()] + 12 * (int(octave) + 1)
        elif _WHOLE.fullmatch(value.strip()):
            value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not domain.low <= value <= domain.high:
        return None
    return value - domain.low + domain.first


def _run(low: int, high: int, domain: Domain) -> list[object]:
    if high - low < 2:
        return [plain_one(number, domain) for number in range(low, high + 1)]
    ends = [str(plain_one(number, domain)) for number in (low, high)]
    if domain.named and low == domain.first and high < domain.high:
        ends[0] = ""
    elif domain.named and high == domain.high and low > domain.low:
        ends[1] = ""
    return ["..".join(ends)]


def _wrong(value: object, domain: Domain) -> UsageError:
    return UsageError(f"{domain.name} must be {domain.wants}, not {shown(value)}")
