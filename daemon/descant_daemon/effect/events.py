"""What the effect is told beside the messages that arrive: an event is a value, and each kind has a class.

Times are ns on the back-end's axis. ``cycle.py`` tells them to the effect; ``tape/news.py`` writes them down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from descant_daemon.engine.asking import Answer
from descant_daemon.settings.rig.values import Rig


@dataclass(frozen=True, slots=True)
class EngineLost:
    """Among the engine's answers: it has died, and another is being started."""


@dataclass(frozen=True, slots=True)
class Panic:
    """Every note ends; the song goes on."""


@dataclass(frozen=True, slots=True)
class Tap:
    """Somebody has tapped the tempo."""

    at: int


@dataclass(frozen=True, slots=True)
class StartClock:
    """Descant's own clock is to start."""

    at: int


@dataclass(frozen=True, slots=True)
class SetParameters:
    """Somebody without a knob wants these values: by name of all instances, by ``2/name`` of the second alone."""

    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DoAction:
    """An action of the table, as if a button had been pressed."""

    action: str


@dataclass(frozen=True, slots=True)
class Unplugged:
    """A cable is pulled, by its label."""

    port: str


@dataclass(frozen=True, slots=True)
class Plugged:
    """It is back."""

    port: str


@dataclass(frozen=True, slots=True)
class NewRig:
    """Another rig, from here on; ``text``: as a take has it, so that no cycle has to write it out."""

    rig: Rig
    text: str


@dataclass(frozen=True, slots=True)
class Capture:
    """For the take alone: the last bars are to be kept."""


@dataclass(frozen=True, slots=True)
class Mark:
    """For the take alone: a word for the listener, such as the name of a preset that has begun."""

    text: str


@dataclass(frozen=True, slots=True)
class Unasked:
    """For the take alone: a question could not be put to the engine."""

    instance: int
    serial: int


@dataclass(frozen=True, slots=True)
class Close:
    """For the take alone: the last cycle, in which every note ended."""


ForTakes = Capture | Mark | Unasked | Close
Event = (
    Answer
    | EngineLost
    | Panic
    | Tap
    | StartClock
    | SetParameters
    | DoAction
    | Unplugged
    | Plugged
    | NewRig
    | ForTakes
)
