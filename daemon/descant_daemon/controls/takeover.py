"""What a knob does that does not stand where its parameter is: jump, pickup or scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from descant_daemon.settings import choices

NEAR = 1 / 127  # a knob of 7 bits comes no nearer than that


class Takeover:
    """One knob on one parameter. Knob and value are positions, 0 to 1.

    ``jump``: the value goes to the knob. ``pickup``: nothing happens until the knob meets the value or passes
    it, then the value goes with it. ``scale``: the value moves with the knob at once, by as large a share of
    the way that is left to it as the knob goes of its own, so both reach the end together and stay together.
    """

    def __init__(self, mode: choices.Takeover) -> None:
        self.mode = mode
        self._knob: float | None = None
        self._value: float | None = None  # where the knob has led it; None while it does not

    def release(self) -> None:
        """Somebody else has set the value: the knob has to take it over again."""
        self._value = None

    def move(self, knob: float, value: float) -> float | None:
        """The knob moves to ``knob``; where the value goes, or None for nowhere.

        ``value`` is where it stands; it is looked at only until the knob has taken over.
        """
        before, self._knob = self._knob, knob
        if self._value is not None or self._takes(before, knob, value):
            self._value = self._led(before, knob, value if self._value is None else self._value)
        return self._value

    def _takes(self, before: float | None, knob: float, value: float) -> bool:
        if self.mode == "jump" or abs(knob - value) <= NEAR:
            return True
        if before is None:
            return False
        return self.mode == "scale" or (before - value) * (knob - value) < 0

    def _led(self, before: float | None, knob: float, value: float) -> float:
        if self.mode != "scale" or before is None:
            return knob
        if knob > before:
            return 1 - (1 - value) * (1 - knob) / (1 - before)
        return value * knob / before if knob < before else value
