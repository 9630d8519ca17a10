"""A DAW of Descant's: it starts, sends clock and a track, and stops, as bytes with times."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping

from descant_daemon.tempo_map import TempoMap
from descant_daemon.time.timeline import FASTEST_BPM, SLOWEST_BPM
from descant_routing import message
from descant_routing.timed import MAIN, Timed

CLOCKS_PER_BEAT = 24
START_LEAD = 1_000_000  # ns between Start and the first clock, as masters leave it


def performance(
    tracks: Mapping[str, Iterable[tuple[int, bytes]]], tempo_map: TempoMap, length: int, clock_to: str = MAIN
) -> Iterator[Timed]:
    """Start, clock, the messages (tick, bytes) of the track of each input, Stop at ``length`` ticks; by time.

    Tick 0 is at ``START_LEAD`` ns; ``clock_to``: the input that the clock goes to. Of what falls on one moment,
    clock goes first, and the messages of a track in their order.
    """

    def at(tick: float) -> int:
        return START_LEAD + tempo_map.time_of(tick)

    def clock() -> Iterator[Timed]:
        beat = tempo_map.ticks_per_beat
        yield Timed(0, bytes([message.START]), clock_to)
        for number in range(-(-length * CLOCKS_PER_BEAT // beat)):
            yield Timed(at(number * beat / CLOCKS_PER_BEAT), bytes([message.CLOCK]), clock_to)
        yield Timed(at(length), bytes([message.STOP]), clock_to)

    def played(port: str, track: Iterable[tuple[int, bytes]]) -> Iterator[Timed]:
        return (Timed(at(tick), data, port) for tick, data in track if tick < length)

    sources = (played(port, track) for port, track in tracks.items())
    return heapq.merge(clock(), *sources, key=lambda event: event.time)


def in_reach(tempo_map: TempoMap) -> TempoMap:
    """The same beats at tempi that a clock can have: what a file says may be far beyond."""
    fastest, slowest = round(60e6 / FASTEST_BPM), round(60e6 / SLOWEST_BPM)
    return TempoMap(
        tempo_map.ticks_per_beat,
        [(tick, min(max(tempo, fastest), slowest)) for tick, tempo in tempo_map.tempos],
    )
