"""What the effect asks of a clock, whatever drives it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, StrEnum
from typing import NamedTuple, Protocol

from descant_daemon.time.metre_map import Stretch
from descant_daemon.time.timeline import Timeline


class Kind(Enum):
    """What can happen to the song."""

    STARTED = "started"
    CONTINUED = "continued"
    RELOCATED = "relocated"
    STOPPED = "stopped"
    LOST = "lost"


class State(StrEnum):
    """How it stands with the source of time, for the musician to read."""

    OWN = "own"
    """Descant's own clock keeps the time."""
    NONE = "none"
    """Nothing has come."""
    NO_START = "no start"
    """Clocks come, but no Start: the first key is the first beat."""
    NO_CLOCK = "no clock"
    """Start has come, but no clocks."""
    RUNNING = "running"
    STOPPED = "stopped"
    LOST = "lost"
    """It was there, and is gone."""
    CONTRADICTORY = "contradictory"
    """Bars and beats say another place than the frames do, and frames are counted."""


class Happening(NamedTuple):
    """From ``time`` (ns) on the song runs from ``tick``, or no longer runs."""

    kind: Kind
    time: int
    tick: int


class Clock(Protocol):
    """A source of time. Pure: it learns the time from its callers."""

    @property
    def leads(self) -> bool:
        """Whether nobody else sends this clock as MIDI, so that Descant may."""
        ...

    @property
    def running(self) -> bool:
        """Whether the song moves."""
        ...

    @property
    def state(self) -> State:
        """How it stands with the source of time."""
        ...

    @property
    def bar(self) -> Stretch | None:
        """The bar that the song is in, its number and metre, where the source keeps bars; MIDI clock does not."""
        ...

    @property
    def armed(self) -> int | None:
        """The tick that the next clock will be, when the song is about to begin; None otherwise."""
        ...

    @property
    def timeline(self) -> Timeline | None:
        """Ticks to time; None while the tempo is unknown."""
        ...

    @property
    def trusted_until(self) -> int | None:
        """How far ahead the timeline may be read, ns; None for ever."""
        ...

    @property
    def guard(self) -> int:
        """ns to wait after a predicted tick before acting on it: news of a jump comes with the tick."""
        ...

    @property
    def bpm(self) -> float | None:
        """The tempo to show; steadier than the timeline's."""
        ...

    def feed(self, data: bytes, now: int) -> Sequence[Happening]:
        """A real-time message or song position."""
        ...

    def advance(self, now: int) -> Sequence[Happening]:
        """Time passes: what was lost meanwhile?"""
        ...

    def tap(self, now: int) -> Sequence[Happening]:
        """The player has tapped the tempo."""
        ...

    def key_pressed(self, now: int) -> Sequence[Happening]:
        """The player has pressed a key."""
        ...

    def keys_idle(self, now: int) -> None:
        """The player has let go of the last key."""
        ...

    def next_deadline(self) -> int | None:
        """When ``advance`` next has something to tell."""
        ...
