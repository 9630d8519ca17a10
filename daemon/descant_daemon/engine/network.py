"""What the engine needs of a model: one step along time, and a stretch along pitch."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.note_state import PitchRange, State

Array = NDArray[np.float32]
Hidden = tuple[Array, ...]
"""Hidden and cell states, layer by layer; never written to, so it can be kept and shared."""


class Network(Protocol):
    """The model contract (see ``model/contract.py``).

    Along time a step of one instance is a batch already, of its pitches; along pitch several instances
    share a call. What a row of a batch gives must not depend on its neighbours.
    """

    @property
    def pitches(self) -> PitchRange:
        """The keys that the model knows."""
        ...

    @property
    def time_start(self) -> Hidden:
        """The time axis before the first step."""
        ...

    @property
    def note_start(self) -> Hidden:
        """The note axis below the lowest pitch, ``[1, units]`` each."""
        ...

    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        """State of the step before ``[P, 2]`` → context of every pitch ``[P, H]``, new hidden state."""
        ...

    def along_pitch(
        self, context: Array, given: State, first: int, lower: Array, hidden: Hidden
    ) -> tuple[Array, Hidden]:
        """Pitches ``first`` to ``first + L`` with the choices below them, ``lower [B, L, 2]`` → logits ``[B, L, 2]``.

        Where the model knows velocities, their classes' logits follow the two: ``[B, L, 2 + V]``.
        ``context``: ``[B, P, H]``; ``given``: ``[B, P, 2]``; ``hidden``: ``[B, units]`` each.
        """
        ...
