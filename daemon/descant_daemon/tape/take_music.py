"""What a take has to say as music: messages by cable, beats, metres, words; gathered cycle by cycle."""

from __future__ import annotations

from typing import NamedTuple

from descant_daemon.settings.metre import FOUR_FOUR, Metre
from descant_daemon.tape.header import Header
from descant_daemon.tape.take_line import Cycle
from descant_routing import message


class SongPlace(NamedTuple):
    """The song is at ``tick`` (24 a quarter) at ``time``, ns; ``bar`` where a bar begins there.

    ``begins``: it begins or jumps here. ``tick`` is None where it stops.
    """

    time: int
    tick: int | None
    bar: int | None = None
    begins: bool = False


class TakeMusic:
    """In the order in which it was heard; times in ns on the back-end's axis."""

    def __init__(self, header: Header) -> None:
        self.inputs: dict[str, list[tuple[int, bytes]]] = {label: [] for label in header.inputs}
        """By cable: (time, message)."""
        self.outputs: dict[str, list[tuple[int, bytes]]] = {label: [] for label in header.outputs}
        self.places: list[SongPlace] = []
        self.metres: list[tuple[int, Metre]] = []
        self.words: list[tuple[int, str]] = []
        self.begin = header.origin
        self.end = header.origin
        """Where the last cycle ended."""
        self.since: int | None = None
        """If not None: of the messages before it only what a receiver knew then is here."""
        self.first_heard: int | None = None
        self.last_heard: int | None = None
        """When a note first and last began or ended."""

    def add(self, cycle: Cycle) -> None:
        """What happened next."""
        begin = cycle.begin
        for item in cycle.items:
            match item:
                case ["in" | "out" as way, int(at), str(data), *label]:
                    tracks = self.inputs if way == "in" else self.outputs
                    self._keep(tracks, "".join(label), begin + at, bytes.fromhex(data))
                case ["song", int(at), int(tick)]:
                    self.places.append(SongPlace(begin + at, tick, begins=True))
                case ["beat", int(at), int(tick), int(bar), int(beat)]:
                    self.places.append(SongPlace(begin + at, tick, bar if beat == 1 else None))
                case ["stop"]:
                    self.places.append(SongPlace(begin, None))
                case ["metre", str(text)]:
                    self.metres.append((begin, Metre.parse(text) or FOUR_FOUR))
                case ["mark", str(text)]:
                    self.words.append((begin, text))
                case ["capture"]:
                    self.words.append((begin, "captured"))
                case _:
                    pass
        self.end = max(self.end, cycle.until)

    def _keep(self, tracks: dict[str, list[tuple[int, bytes]]], label: str, time: int, data: bytes) -> None:
        """What a MIDI file has a place for."""
        if not message.is_complete(data) or data[0] > message.SYSEX:
            return
        tracks.setdefault(label, []).append((time, data))
        if _is_note(data):
            self.first_heard = time if self.first_heard is None else min(self.first_heard, time)
            self.last_heard = time if self.last_heard is None else max(self.last_heard, time)


def _is_note(data: bytes) -> bool:
    return message.is_note_on(data) or message.is_note_off(data)
