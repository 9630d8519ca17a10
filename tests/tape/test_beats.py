"""Where the song is, as the tape has it: read off what a DAW sends, not off the effect's insides."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from tests.tape.studio import MS, ORIGIN, Studio, header

from descant_daemon.time.timeline import ns_per_tick
from descant_routing import message
from descant_routing.timed import Timed

TICK = ns_per_tick(120)
START, CONTINUE, STOP, CLOCK = (
    bytes([each]) for each in (message.START, message.CONTINUE, message.STOP, message.CLOCK)
)


def clocks(begin: float, count: int) -> list[Timed]:
    return [Timed(ORIGIN + round(begin * MS + number * TICK), CLOCK) for number in range(count)]


def at(ms: float, data: bytes) -> Timed:
    return Timed(ORIGIN + round(ms * MS), data)


def woken(events: Sequence[Timed]) -> list[tuple[object, ...]]:
    """Each event with a cycle of its own, as where a thread sleeps until something comes: (ms, item)."""
    studio = Studio(header(), 1, hands=False)
    coming = deque(events)
    while coming:
        studio.cycle(coming, coming[0].time + 1 - studio.live.reached)
    told: list[tuple[object, ...]] = []
    for cycle in studio.recorded:
        begin = (cycle.begin - ORIGIN) / MS
        told += [
            (kind, round(begin + fields[0] / MS, 1), *fields[1:])
            for kind, *fields in cycle.items
            if kind in ("song", "beat")
        ]
    return told


def test_beats_as_they_pass() -> None:
    assert woken([at(99, START), *clocks(100, 121)]) == [
        ("song", 100.0, 0),
        *(("beat", 100.0 + 500 * beat, 24 * beat, beat // 4 + 1, beat % 4 + 1) for beat in range(5)),
        ("beat", 2600.0, 120, 2, 2),
    ]  # fmt: skip


def test_after_a_long_silence_the_song_goes_on_where_it_stood_and_no_beat_passed_meanwhile() -> None:
    told = woken([at(99, START), *clocks(100, 30), at(710, STOP), at(9_999, CONTINUE), *clocks(10_000, 30)])
    assert told[:3] == [("song", 100.0, 0), ("beat", 100.0, 0, 1, 1), ("beat", 600.0, 24, 1, 2)]
    assert told[3] == ("song", 10_000.0, 30)
    assert [each[2:] for each in told[4:]] == [(48, 1, 3)]


def test_a_loop_jumps_and_counts_from_there() -> None:
    events = [at(99, START), *clocks(100, 96), at(2099, message.song_position(0)), *clocks(2100, 30)]
    assert [each[1:] for each in woken(events) if each[0] == "song"] == [(100.0, 0), (2100.0, 0)]
