"""JACK's transport in one cycle."""

from __future__ import annotations

import math
from typing import Any, NamedTuple


class Bar(NamedTuple):
    """What a timebase master says: ``number`` of the bar from 0, its ``beats`` of a ``unit``th of a whole note.

    In quarters: where the bar begins in the song, how far into it the song is, and the least that can be told of that.
    """

    number: int
    beats: float
    unit: float
    begin: float
    into: float
    grain: float


class Transport(NamedTuple):
    """``time``: of the cycle's first frame, ns; ``seconds``: the transport's place there.

    ``bar`` and ``bpm`` are None where no timebase master tells bars and beats.
    """

    rolling: bool
    time: int
    seconds: float
    bar: Bar | None = None
    bpm: float | None = None

    @property
    def quarters(self) -> float | None:
        """Where the song is."""
        return None if self.bar is None else self.bar.begin + self.bar.into


# jack/transport.h: JackTransportRolling; JackPositionBBT, JackBBTFrameOffset
_ROLLING, _BBT, _BBT_OFFSET = 1, 0x10, 0x40
_SLOWEST, _FASTEST = 1.0, 1000.0  # quarters a minute that a master can mean


def transport_of(state: int, position: Any, time: int, rate: int) -> Transport:
    """From what ``jack_transport_query`` says in a process callback. A beat may be an eighth: ``beat_type``.

    Bars and beats that cannot be meant, whoever has filled them in, are as if nobody had. The bar begins where
    ``bar_start_tick`` says, whatever the metre of those before it; where nobody has filled that in, they are like it.
    """
    place = Transport(state == _ROLLING, time, position.frame / rate)
    to_quarters = 4 / position.beat_type if position.beat_type > 0 else 1.0
    bpm = position.beats_per_minute * to_quarters
    per_beat = position.ticks_per_beat
    if not (position.valid & _BBT and _SLOWEST <= bpm <= _FASTEST and per_beat > 0):
        return place
    begin = getattr(position, "bar_start_tick", 0.0) / per_beat if position.bar > 1 else 0.0
    if not (math.isfinite(begin) and begin > 0):
        begin = (position.bar - 1) * position.beats_per_bar
    into = position.beat - 1 + position.tick / per_beat
    if position.valid & _BBT_OFFSET:  # they are of a moment so many frames before the cycle
        into += position.bbt_offset / rate * position.beats_per_minute / 60
    if not math.isfinite(begin + into + position.beats_per_bar):
        return place
    bar = Bar(
        position.bar - 1,
        position.beats_per_bar,
        position.beat_type,
        begin * to_quarters,
        into * to_quarters,
        to_quarters / per_beat,
    )
    return place._replace(bar=bar, bpm=bpm)
