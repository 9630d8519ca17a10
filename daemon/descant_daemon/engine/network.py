"""What the engine needs of a model: one step along time, and the choice of its notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.choice import Array, Chosen, Line
from descant_daemon.note_state import PitchRange, State

Hidden = tuple[Array, ...]
"""Hidden and cell states, layer by layer; never written to, so it can be kept and shared."""


class Network(Protocol):
    """The model contract (see ``model/contract.py``)."""

    @property
    def pitches(self) -> PitchRange:
        """The keys that the model knows."""
        ...

    @property
    def time_start(self) -> Hidden:
        """The time axis before the first step."""
        ...

    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        """State of the step before ``[P, 2]`` → what is known of every pitch ``[P, ...]``, new hidden state."""
        ...

    def choose(self, lines: Sequence[Line]) -> list[Chosen]:
        """The notes of several instances; none may depend on the others."""
        ...
