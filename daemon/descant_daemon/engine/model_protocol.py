"""What the engine asks of a model, whatever its family.

A ``Model`` is one loaded network; a ``Mind`` is one instance's play from it: its place in the song, what it thinks
comes next, what it remembers. There are two kinds. *Sweepers* (``sweeper.py``) decide a whole step over all pitches,
from what a network along time says of it. *Writers* (``symbol_writer.py``) decide one symbol at a time under a grammar,
until what they have written lies beyond the step that is asked for. Nothing above the engine can tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from descant_daemon.engine.asking import Ask
from descant_daemon.engine.choice import Chosen
from descant_daemon.engine.played_steps import Played
from descant_daemon.engine.state_cache import SongMemory
from descant_daemon.note_state import PitchRange, State


class Mind(Protocol):
    """One instance with one model. Pure: the same calls give the same notes, and no clock is read."""

    def line(self, ask: Ask, heard: Sequence[Played] = ()) -> Any:
        """Arrive at the step that is asked for, and say what is to be chosen in it, for ``Model.choose``.

        ``heard``: where this mind has never been, what led there.
        """
        ...

    def rehearse(self, ask: Ask) -> Any | None:
        """The line of a step that has been asked for, once more, to no effect; None when Descant is elsewhere."""
        ...

    def played(self, ask: Ask, ours: State) -> None:
        """These, ``[P, 2]``, are Descant's notes of the step."""
        ...

    def think_ahead(self) -> bool:
        """One small piece of the work of the next step, if nothing else happens in this one; False: all is done."""
        ...

    def lately(self, step: int, most: int) -> list[Played]:
        """What sounded in the ``most`` steps before ``step``, as far as they were played in one go."""
        ...


class Model(Protocol):
    """One loaded network."""

    @property
    def pitches(self) -> PitchRange:
        """The keys that it knows."""
        ...

    def mind(self, instance: int, memory: SongMemory) -> Mind:
        """A new instance; ``instance`` tells apart the noise of several that share a seed."""
        ...

    def choose(self, lines: Sequence[Any]) -> list[Chosen]:
        """The notes of several instances, from the lines of their minds; none may depend on the others."""
        ...
