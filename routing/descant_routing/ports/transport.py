"""JACK's transport in one cycle."""

from __future__ import annotations

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


_ROLLING, _BBT = 1, 0x10  # jack/transport.h: JackTransportRolling, JackPositionBBT


def transport_of(state: int, position: Any, time: int, rate: int) -> Transport:
    """From what ``jack_transport_query`` says in a process callback. A beat may be an eighth: ``beat_type``."""
    place = Transport(state == _ROLLING, time, position.frame / rate)
    if not position.valid & _BBT or position.beats_per_minute <= 0:
        return place
    beats = (position.bar - 1) * position.beats_per_bar + position.beat - 1
    beats += position.tick / position.ticks_per_beat
    to_quarters = 4 / position.beat_type if position.beat_type else 1.0
    return place._replace(quarters=beats * to_quarters, bpm=position.beats_per_minute * to_quarters)
