"""Patterns that choose tracks: ``name:violin*``, ``program:1-8``, ``channel:1``."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple

from descant_routing.errors import UsageError

HIGHEST = {"program": 128, "channel": 16}


class Pattern(NamedTuple):
    """``kind``: name, program or channel. ``text``: a name's wildcard. Numbers are counted from 0 here."""

    kind: str
    text: str
    low: int
    high: int

    def fits(self, name: str, program: int) -> bool:
        """Whether a track of that name (in any case of letters) and program (0 to 127) is meant."""
        if self.kind == "name":
            return fnmatchcase(name.casefold(), self.text)
        return self.kind == "program" and self.low <= program <= self.high


def parse_pattern(pattern: str) -> Pattern:
    """A pattern as typed, numbers counted from 1; a bare text is a name. UsageError when it is none."""
    kind, colon, text = pattern.partition(":")
    if not colon:
        kind, text = "name", pattern
    if kind == "name" and text.strip():
        return Pattern(kind, text.strip().casefold(), 0, 0)
    low, dash, high = text.partition("-")
    if kind in HIGHEST and low.isdecimal() and (high.isdecimal() or not dash):
        first, last = int(low), int(high or low)
        if 1 <= first <= last <= HIGHEST[kind]:
            return Pattern(kind, "", first - 1, last - 1)
    raise UsageError(
        f"{pattern!r} chooses no track; write name:VIOLIN*, program:1-8 (1 to 128) or channel:1 (1 to 16)."
    )
