"""A take written by hand: what happened at which ms. And a MIDI file, read by a library of its own, as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import mido
from tests.tape.studio import MS, ORIGIN

from descant_daemon.tape.header import Header
from descant_daemon.tape.take_line import Cycle
from descant_daemon.tape.take_music import TakeMusic


class Page:
    """At 120 BPM a quarter lasts 500 ms, and a file has 960 ticks of it."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self._cycles: list[Cycle] = []

    def at(self, ms: float, *items: Sequence[Any]) -> None:
        begin = ORIGIN + round(ms * MS)
        self._cycles.append(Cycle(begin, begin + MS, items))

    def key(
        self, key: int, on: float, off: float | None, channel: int = 0, way: str = "in", *label: str
    ) -> None:
        self.at(on, (way, 0, f"{0x90 | channel:x}{key:02x}50", *label))
        if off is not None:
            self.at(off, (way, 0, f"{0x80 | channel:x}{key:02x}40", *label))

    def song(self, ms: float, tick: int, beats: int, quarter: float = 500, metre: int = 4) -> None:
        """The song begins or goes on at ``tick``, for so many quarters."""
        self.at(ms, ("song", 0, tick))
        first = -(-tick // 24)
        for beat in range(first, first + beats):
            number, within = divmod(beat, metre)
            self.at(ms + (beat - tick / 24) * quarter, ("beat", 0, 24 * beat, number + 1, within + 1))

    @property
    def cycles(self) -> list[Cycle]:
        return sorted(self._cycles, key=lambda cycle: cycle.begin)

    @property
    def music(self) -> TakeMusic:
        music = TakeMusic(self.header)
        for cycle in self.cycles:
            music.add(cycle)
        return music


def tracks(content: bytes) -> list[list[str]]:
    """Each track as lines: tick, and what is there."""
    file = mido.MidiFile(file=BytesIO(content), charset="utf-8")
    read: list[list[str]] = []
    for track in file.tracks:
        now, lines = 0, list[str]()
        for each in track:
            now += each.time
            lines.append(f"{now} {_told(each)}")
        read.append(lines)
    return read


def _told(each: Any) -> str:
    told: dict[str, Callable[[], str]] = {
        "note_on": lambda: f"{each.channel + 1}:+{each.note}",
        "note_off": lambda: f"{each.channel + 1}:-{each.note}",
        "time_signature": lambda: f"{each.numerator}/{each.denominator}",
        "set_tempo": lambda: f"{each.tempo} µs",
        "track_name": lambda: f"name {each.name}",
        "end_of_track": lambda: "end",
    }
    return told.get(each.type, lambda: f"{each.type} {each.text}")()
