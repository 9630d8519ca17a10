"""JACK's transport in one cycle."""

from __future__ import annotations

import math
from typing import Any, NamedTuple


class Transport(NamedTuple):
    """``time``: of the cycle's first frame, ns; ``seconds``: the transport's place there.

    ``quarters`` and ``bpm`` are None where no timebase master tells bars and beats.
    """

    rolling: bool
    time: int
    seconds: float
    quarters: float | None = None
    bpm: float | None = None


# jack/transport.h: JackTransportRolling; JackPositionBBT, JackBBTFrameOffset
_ROLLING, _BBT, _BBT_OFFSET = 1, 0x10, 0x40
_SLOWEST, _FASTEST = 1.0, 1000.0  # quarters a minute that a master can mean


def transport_of(state: int, position: Any, time: int, rate: int) -> Transport:
    """From what ``jack_transport_query`` says in a process callback. A beat may be an eighth: ``beat_type``.

    Bars and beats that cannot be meant, whoever has filled them in, are as if nobody had.
    """
    place = Transport(state == _ROLLING, time, position.frame / rate)
    to_quarters = 4 / position.beat_type if position.beat_type > 0 else 1.0
    bpm = position.beats_per_minute * to_quarters
    if not (position.valid & _BBT and _SLOWEST <= bpm <= _FASTEST and position.ticks_per_beat > 0):
        return place
    beats = (position.bar - 1) * position.beats_per_bar + position.beat - 1
    beats += position.tick / position.ticks_per_beat
    if position.valid & _BBT_OFFSET:  # they are of a moment so many frames before the cycle
        beats += position.bbt_offset / rate * position.beats_per_minute / 60
    return place._replace(quarters=beats * to_quarters, bpm=bpm) if math.isfinite(beats) else place
