"""A DAW of our own: it starts, sends clock and a track, and stops, as bytes with times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from descant_daemon.tempo_map import TempoMap
from descant_routing import message
from descant_routing.timed import MAIN, Timed

CLOCKS_PER_BEAT = 24
START_LEAD = 1_000_000  # ns between Start and the first clock, as masters leave it


def performance(
    tracks: Mapping[str, Iterable[tuple[int, bytes]]], tempo_map: TempoMap, length: int, clock_to: str = MAIN
) -> list[Timed]:
    """Start, clock, the messages (tick, bytes) of the track of each input, Stop at ``length`` ticks; by time.

    Tick 0 is at ``START_LEAD`` ns; ``clock_to``: the input that the clock goes to. Of what falls on one moment,
    clock goes first and note-offs before note-ons.
    """
    begin = START_LEAD
    beat = tempo_map.ticks_per_beat
    events = [Timed(begin - START_LEAD, bytes([message.START]), clock_to)]
    clocks = -(-length * CLOCKS_PER_BEAT // beat)
    events += [
        Timed(begin + tempo_map.time_of(clock * beat / CLOCKS_PER_BEAT), bytes([message.CLOCK]), clock_to)
        for clock in range(clocks)
    ]
    stop = begin + tempo_map.time_of(length)
    events += [
        Timed(begin + tempo_map.time_of(tick), data, port)
        for port, track in tracks.items()
        for tick, data in track
        if tick < length
    ]
    events.append(Timed(stop, bytes([message.STOP]), clock_to))
    return sorted(events, key=lambda event: (event.time, _turn(event.data)))


def _turn(data: bytes) -> int:
    if message.is_realtime(data):
        return 0
    if message.is_note_on(data):
        return 3
    return 1 if message.is_note_off(data) else 2
