"""Channels and keys as musicians write them: ``1-4`` and ``C2..C6``; channels count from 1 on paper, from 0 inside."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from descant_daemon.settings.faults import must_be
from descant_routing.message import key_name

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL_CHANNELS = frozenset(range(16))
TOP_KEY = 127

_CHANNELS = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?", re.ASCII)
_KEY = re.compile(r"([A-Ga-g])([#♯b♭]?)(-1|\d)", re.ASCII)
_WHITE = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_WANTED_CHANNELS = "channels from 1 to 16, such as 1, 1-4 or [1, 3]"
_WANTED_KEYS = "keys such as C2..C6, C4.., ..B3 or 36..84 (C4 is 60, the middle one)"


class KeyRange(NamedTuple):
    """MIDI keys, both ends included."""

    low: int = 0
    high: int = TOP_KEY

    def __str__(self) -> str:
        """As a rig writes it: ``C2..C6``, open where the keyboard ends."""
        low = key_name(self.low) if self.low > 0 else ""
        high = key_name(self.high) if self.high < TOP_KEY else ""
        return low if self.low == self.high else f"{low}..{high}"


def parse_channels(value: object) -> frozenset[int]:
    """The channels, 0 to 15, of ``1``, ``1-4`` or ``[1, 3]``. Raises pydantic's error for anything else."""
    parts = value if isinstance(value, list) else [value]
    channels = frozenset(channel for part in parts for channel in _channels(part))
    if not channels:
        raise must_be(_WANTED_CHANNELS)
    return channels


def parse_keys(value: object) -> KeyRange:
    """The keys of ``C2..C6``, ``C4..``, ``..B3`` or ``C4``. Raises pydantic's error for anything else."""
    if isinstance(value, KeyRange):
        return value
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    first, dots, last = (part.strip() for part in text.partition(".."))
    if not text or text == dots:
        raise must_be(_WANTED_KEYS)
    low = _key(first) if first else 0
    high = (_key(last) if last else TOP_KEY) if dots else low
    if low > high:
        raise must_be("keys from low to high")
    return KeyRange(low, high)


def channels_text(channels: Iterable[int]) -> str:
    """Channels 0 to 15 as they are written, from 1: ``1-3, 5``."""
    runs = groupby(enumerate(sorted(channels)), lambda each: each[1] - each[0])
    ends = [[channel + 1 for _, channel in run] for _, run in runs]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in ends)


def _channels(part: object) -> range:
    if isinstance(part, bool) or not isinstance(part, (int, str)):
        raise must_be(_WANTED_CHANNELS)
    found = _CHANNELS.fullmatch(str(part).strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last <= 16:
        raise must_be(_WANTED_CHANNELS)
    return range(first - 1, last)


def _key(text: str) -> int:
    found = _KEY.fullmatch(text)
    if found:
        key = _WHITE[found[1].upper()] + _SIGNS[found[2]] + 12 * (int(found[3]) + 1)
    else:
        key = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else -1
    if not 0 <= key <= TOP_KEY:
        raise must_be(_WANTED_KEYS)
    return key
