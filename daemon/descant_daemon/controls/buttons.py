"""Buttons: pressed once for each time that they go down, however often they say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

DOWN = 0.5  # past the middle: from 64 of 127 on


class Buttons:
    """Each by any key that names it."""

    def __init__(self) -> None:
        self._down: set[Hashable] = set()

    def pressed(self, button: Hashable, position: float) -> bool:
        """``button`` has come to ``position``, 0 to 1; True when it goes down by that."""
        if position <= DOWN:
            self._down.discard(button)
            return False
        new = button not in self._down
        self._down.add(button)
        return new
