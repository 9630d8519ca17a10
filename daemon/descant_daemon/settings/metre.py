"""Metre: how long a bar is, which MIDI clock does not tell."""

from __future__ import annotations

import re
from typing import NamedTuple

from descant_routing.errors import UsageError

PATTERN = r"([1-9]|[12]\d|3[0-2])/(1|2|4|8|16)"


class Metre(NamedTuple):
    """``beats`` in a bar, 1 to 32; ``unit`` of the beat as a fraction of a whole note: 1, 2, 4, 8 or 16."""

    beats: int
    unit: int

    def __str__(self) -> str:
        """As musicians write it: 6/8."""
        return f"{self.beats}/{self.unit}"

    @staticmethod
    def parse(text: str) -> Metre | None:
        """The metre written as ``6/8``, or None if ``text`` is none."""
        found = re.fullmatch(PATTERN, text, re.ASCII)
        return Metre(int(found[1]), int(found[2])) if found else None

    def steps_per_bar(self, steps_per_beat: int) -> int:
        """Steps in a bar when a quarter has ``steps_per_beat``.

        Raises UsageError when the bar is not a whole number of steps; it always is for 4 a quarter.
        """
        steps, rest = divmod(self.beats * 4 * steps_per_beat, self.unit)
        if rest:
            raise UsageError(
                f"a bar of {self} is not a whole number of the model's steps ({steps_per_beat} in a quarter)"
            )
        return steps

    @property
    def compound(self) -> bool:
        """Whether three units make a beat as it is felt: 6/8, 9/8, 12/8."""
        return self.unit >= 8 and self.beats > 3 and self.beats % 3 == 0

    def steps_per_pulse(self, steps_per_beat: int) -> int:
        """Steps in a beat as it is felt, at least one; a quarter has ``steps_per_beat``."""
        return max(1, 4 * steps_per_beat * (3 if self.compound else 1) // self.unit)


FOUR_FOUR = Metre(4, 4)
