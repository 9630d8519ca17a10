"""Steps that change a message: its key, channel or velocity. What would be transposed out of 0 to 127 stops."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from descant_routing import message

if TYPE_CHECKING:
    from descant_routing.routes.conditions import Messages

SOFT, HARD = 0.7, 1.4
"""The exponents that have a name: a soft keyboard needs little force, a hard one much."""


@dataclass(frozen=True)
class Transpose:
    """Notes and key pressures move by so many semitones."""

    semitones: int

    def __call__(self, data: bytes) -> Messages:
        """What becomes of a message."""
        if data[0] >= message.CONTROL_CHANGE:
            return (data,)
        key = data[1] + self.semitones
        return (bytes((data[0], key, data[2])),) if 0 <= key < 128 else ()


@dataclass(frozen=True)
class Rechannel:
    """Channel messages change channel: ``targets[c]`` is where those on c go, all sixteen, 0 to 15."""

    targets: tuple[int, ...]

    def __call__(self, data: bytes) -> Messages:
        """What becomes of a message."""
        if data[0] >= message.SYSEX:
            return (data,)
        status = data[0] & 0xF0 | self.targets[data[0] & 0x0F]
        return (data,) if status == data[0] else (bytes((status, *data[1:])),)


@dataclass(frozen=True)
class _VelocityStep:
    """Note-ons get another velocity, rounded, 1 to 127; note-offs keep theirs."""

    def __call__(self, data: bytes) -> Messages:
        """What becomes of a message."""
        if not message.is_note_on(data):
            return (data,)
        return (bytes((data[0], data[1], self._table[data[2]])),)

    def bent(self, velocity: int, /) -> float:
        """The curve: the new velocity for one of 1 to 127."""
        raise NotImplementedError

    @cached_property
    def _table(self) -> bytes:
        return bytes(min(max(int(self.bent(velocity) + 0.5), 1), 127) for velocity in range(128))


@dataclass(frozen=True)
class FixedVelocity(_VelocityStep):
    """All strikes are alike."""

    velocity: int

    def bent(self, _velocity: int, /) -> float:
        """The curve."""
        return self.velocity


@dataclass(frozen=True)
class ScaledVelocity(_VelocityStep):
    """So many times as strong, and so much more."""

    scale: float = 1.0
    add: int = 0

    def bent(self, velocity: int, /) -> float:
        """The curve."""
        return velocity * self.scale + self.add


@dataclass(frozen=True)
class CurvedVelocity(_VelocityStep):
    """127 · (velocity / 127) ** ``gamma``: below 1 little force makes loud notes, above 1 it takes more."""

    gamma: float

    def bent(self, velocity: int, /) -> float:
        """The curve."""
        return 127 * math.pow(velocity / 127, self.gamma)


@dataclass(frozen=True)
class SqueezedVelocity(_VelocityStep):
    """1 to 127 become ``low`` to ``high``, evenly."""

    low: int
    high: int

    def bent(self, velocity: int, /) -> float:
        """The curve."""
        return self.low + (self.high - self.low) * (velocity - 1) / 126
