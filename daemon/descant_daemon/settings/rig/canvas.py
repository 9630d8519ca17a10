"""A drawing in characters: boxes of text, and wires that turn, fork and cross."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Sequence

N, E, S, W = 1, 2, 4, 8
_WIRES = dict(zip(range(16), " │─└││┌├─┘─┴┐┤┬┼", strict=True))  # by the directions it goes in


class Canvas:
    """Rows and columns count from 0, downwards and to the right; the drawing is as large as what is on it."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], str] = {}
        self._wires: dict[tuple[int, int], dict[str, int]] = {}  # → net → directions

    def text(self, row: int, column: int, text: str) -> None:
        """Write from a cell on; wide characters take two cells."""
        for character in text:
            width = cell_len(character)
            if width == 0:  # an accent, on the letter before it
                self._cells[row, column - 1] += character
            for offset in range(width):
                self._cells[row, column + offset] = "" if offset else character
            column += width

    def box(self, row: int, column: int, lines: Sequence[str], width: int, exits: Sequence[int] = ()) -> None:
        """A box of ``width`` cells within, its top edge at ``row``; wires leave at the right of lines ``exits``."""
        self.text(row, column, f"┌{'─' * (width + 2)}┐")
        for number, line in enumerate(lines):
            padded = line + " " * (width - cell_len(line))
            self.text(row + 1 + number, column, f"│ {padded} {'├' if number in exits else '│'}")
        self.text(row + 1 + len(lines), column, f"└{'─' * (width + 2)}┘")

    def across(self, net: str, row: int, left: int, right: int) -> None:
        """A wire of ``net`` along a row; nets that cross do not touch."""
        self._wire(net, [(row, column) for column in range(left, right + 1)], W, E)

    def down(self, net: str, column: int, top: int, bottom: int) -> None:
        """A wire of ``net`` along a column."""
        self._wire(net, [(row, column) for row in range(top, bottom + 1)], N, S)

    def __str__(self) -> str:
        """The drawing, a line each row, without blanks at their ends."""
        cells = {place: self._drawn(nets) for place, nets in self._wires.items()} | self._cells
        bottom = max((row for row, _ in cells), default=-1)
        right = max((column for _, column in cells), default=-1)
        rows = ("".join(cells.get((row, at), " ") for at in range(right + 1)) for row in range(bottom + 1))
        return "\n".join(row.rstrip() for row in rows)

    def _wire(self, net: str, places: Sequence[tuple[int, int]], back: int, on: int) -> None:
        for index, place in enumerate(places):
            directions = (back if index else 0) | (on if index < len(places) - 1 else 0)
            nets = self._wires.setdefault(place, {})
            nets[net] = nets.get(net, 0) | directions

    @staticmethod
    def _drawn(nets: dict[str, int]) -> str:
        # Of two that cross, the upright one is drawn through: a cross would look like a joint.
        return _WIRES[max(nets.values(), key=lambda directions: directions & (N | S))]
