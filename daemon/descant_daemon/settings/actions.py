"""The table of actions: what a button does, where a knob would set a value.

An action stands in a ``cc`` map by its name, like a parameter. Its default controllers are among those that
MIDI 1.0 leaves undefined. ``panic`` and ``tap`` have none: all notes off does the one, ``--tap-cc`` the other.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Action(NamedTuple):
    """``default_cc``: the controller that does it when a preset says nothing; None for none."""

    name: str
    meaning: str
    default_cc: int | None = None


_ROWS = (
    Action("panic", "Every note ends, at once; the song goes on."),
    Action("tap", "Taps the tempo, where it is Descant's own."),
    Action("capture", "Keeps the last bars, yours and ours, in a file.", 102),
    Action("variation_up", "The next take: `variation` one up.", 103),
    Action("variation_down", "The take before it: `variation` one down.", 118),
    Action("variation_back", "The take that was played before this one.", 119),
    Action("freeze", "Loops the last bars; pressed again, goes on.", 85),
)

ACTIONS: Mapping[str, Action] = MappingProxyType({row.name: row for row in _ROWS})
"""Every action by name, in the order in which they are shown."""
