"""Channels and keys as musicians write them: ``1-4`` and ``C2..C6``; channels count from 1 on paper, from 0 inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from descant_routing.errors import UsageError
from descant_routing.message import key_name
from descant_routing.routes.numbers import CHANNELS, KEYS, read_numbers, runs
from descant_routing.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL_CHANNELS = frozenset(range(16))
TOP_KEY = 127

_ONE_RANGE = KEYS._replace(wants="a key or a range of them, such as C2..C6, C4.., ..B3 or 36..84 (C4 is 60)")


class KeyRange(NamedTuple):
    """MIDI keys, both ends included."""

    low: int = 0
    high: int = TOP_KEY

    def __str__(self) -> str:
        """As a rig writes it: ``C2..C6``, open where the keyboard ends."""
        if self.low == self.high:
            return key_name(self.low)
        low = key_name(self.low) if self.low > 0 else ""
        return f"{low}..{key_name(self.high) if self.high < TOP_KEY else ''}"


def parse_channels(value: object) -> frozenset[int]:
    """The channels, 0 to 15, of ``1``, ``1-4`` or ``[1, 3]``. Raises UsageError for anything else."""
    return read_numbers(value, CHANNELS)


def parse_keys(value: object) -> KeyRange:
    """The keys of ``C2..C6``, ``C4..``, ``..B3`` or ``C4``. Raises UsageError for anything else."""
    keys = read_numbers(value, _ONE_RANGE)
    low, high = min(keys), max(keys)
    if high - low >= len(keys):
        raise UsageError(f"keys must be {_ONE_RANGE.wants}, not {shown(value)}")
    return KeyRange(low, high)


def channels_text(channels: Iterable[int]) -> str:
    """Channels 0 to 15 as they are written, from 1: ``1-3, 5``."""
    ends = runs(frozenset(channel + 1 for channel in channels))
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ends)
