"""What a message is asked: its kind, its channel, its key, its velocity.

An answer is True, False, or None where the question makes no sense: a pitch wheel has no key. A condition is
several questions at once: one False makes it False, and else one None makes it None.
"""

from __future__ import annotations

from dataclasses import dataclass

from descant_routing import message
from descant_routing.routes.kinds import KIND_OF

Messages = tuple[bytes, ...]


@dataclass(frozen=True)
class Kinds:
    """Is it of one of these kinds (the words of ``KINDS``), or one of these controllers? Makes always sense."""

    names: frozenset[str] = frozenset()
    controllers: frozenset[int] = frozenset()

    def says(self, data: bytes) -> bool | None:
        """The answer about a message."""
        if KIND_OF[data[0]] in self.names:
            return True
        return data[0] & 0xF0 == message.CONTROL_CHANGE and data[1] in self.controllers


@dataclass(frozen=True)
class Channels:
    """Is it on one of these channels, 0 to 15? As a step of a route: stops what is on others."""

    channels: frozenset[int]

    def says(self, data: bytes) -> bool | None:
        """The answer about a message; None for one that has no channel."""
        return data[0] & 0x0F in self.channels if data[0] < message.SYSEX else None

    def __call__(self, data: bytes) -> Messages:
        """As a step."""
        return () if self.says(data) is False else (data,)


@dataclass(frozen=True)
class Keys:
    """Is its key one of these, 0 to 127? As a step of a route: stops the notes and key pressures of others."""

    keys: frozenset[int]

    def says(self, data: bytes) -> bool | None:
        """The answer about a message; None for one that has no key."""
        return data[1] in self.keys if data[0] < message.CONTROL_CHANGE else None

    def __call__(self, data: bytes) -> Messages:
        """As a step."""
        return () if self.says(data) is False else (data,)


@dataclass(frozen=True)
class Velocities:
    """Is it struck with one of these velocities, 1 to 127? As a step of a route: stops notes struck otherwise."""

    velocities: frozenset[int]

    def says(self, data: bytes) -> bool | None:
        """The answer about a message; None for all but note-ons: a note-off follows its note."""
        return data[2] in self.velocities if message.is_note_on(data) else None

    def __call__(self, data: bytes) -> Messages:
        """As a step."""
        return () if self.says(data) is False else (data,)


Facet = Kinds | Channels | Keys | Velocities
Condition = tuple[Facet, ...]
"""Questions that are asked together, each sort at most once; none of them: True of everything."""


def says(condition: Condition, data: bytes) -> bool | None:
    """The answer of a whole condition about a message."""
    answer: bool | None = True
    for facet in condition:
        one = facet.says(data)
        if one is False:
            return False
        if one is None:
            answer = None
    return answer
