"""What a mode looks at, and what it can say."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from descant_daemon.settings.parameters import Parameters
from descant_daemon.time.metre_map import Bars


class Say(Enum):
    """What we do in a step. The model hears the player whatever it is."""

    AROUND = "around"
    """Voices around what is held; asked again when that changes."""
    FREELY = "freely"
    """Notes of our own."""
    LISTEN = "listen"
    """Nothing."""
    LOOP = "loop"
    """What we played some bars ago."""


class Scene(NamedTuple):
    """A step, and how long no key has been held before it: ``rest`` in steps, 0 while one is."""

    step: int
    rest: int
    parameters: Parameters
    bars: Bars

    @property
    def bar(self) -> int:
        """The bar of the step, counted from 0."""
        return self.bars.number(self.step)
