"""A route: steps that a message goes through, each a pure function from a message to messages.

Routes are values: two that say the same are equal. ``parse_route`` reads them, ``route_text`` writes them.
A route knows no yesterday; that a note-off goes where its note-on went is the ``Router``'s part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from descant_routing.routes.changes import (
    CurvedVelocity,
    FixedVelocity,
    Rechannel,
    ScaledVelocity,
    SqueezedVelocity,
    Transpose,
)
from descant_routing.routes.conditions import Channels, Condition, Keys, Messages, Velocities, says

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Only:
    """Nothing passes but what the condition is true of."""

    condition: Condition

    def __call__(self, data: bytes) -> Messages:
        """What becomes of a message."""
        return (data,) if says(self.condition, data) is True else ()


@dataclass(frozen=True)
class Drop:
    """Everything passes but what the condition is true of."""

    condition: Condition

    def __call__(self, data: bytes) -> Messages:
        """What becomes of a message."""
        return () if says(self.condition, data) is True else (data,)


@dataclass(frozen=True)
class Route:
    """A message goes through the steps in turn; through none of them it passes as it is."""

    steps: tuple[Step, ...] = ()

    def __call__(self, data: bytes) -> Messages:
        """What becomes of a whole message: no two alike."""
        messages: Messages = (data,)
        for step in self.steps:
            messages = (
                step(messages[0])
                if len(messages) == 1
                else _distinct(made for each in messages for made in step(each))
            )
        return messages


THRU = Route()
"""Everything passes as it is."""


@dataclass(frozen=True)
class Layer:
    """Every message goes through all the routes."""

    routes: tuple[Route, ...]

    def __call__(self, data: bytes) -> Messages:
        """What becomes of a message."""
        return _distinct(made for route in self.routes for made in route(data))


@dataclass(frozen=True)
class Branch:
    """One way of a split; without a condition it takes all that comes to it."""

    condition: Condition
    route: Route


@dataclass(frozen=True)
class Split:
    """A message goes the first way whose condition is true of it; where none is, it stops.

    It also goes every way before that whose question makes no sense to it: of a keyboard that is split, the
    pedal and the pitch wheel belong to both hands.
    """

    branches: tuple[Branch, ...]

    def __call__(self, data: bytes) -> Messages:
        """What becomes of a message."""
        made: list[bytes] = []
        for branch in self.branches:
            answer = says(branch.condition, data)
            if answer is not False:
                made += branch.route(data)
            if answer is True:
                break
        return _distinct(made)


Velocity = FixedVelocity | ScaledVelocity | CurvedVelocity | SqueezedVelocity
Step = Only | Drop | Channels | Keys | Velocities | Transpose | Rechannel | Velocity | Layer | Split


def _distinct(messages: Iterable[bytes]) -> Messages:
    return tuple(dict.fromkeys(messages))
