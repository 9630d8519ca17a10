"""What a system holds until its time: messages that were handed over before they were due."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from descant_routing import message
from descant_routing.timed import MAIN

_REMEMBERED = 256  # messages; in the few ms for which messages are handed over ahead there are a handful
_TAGS = 255  # a tag is a byte, and 0 stands for none


class Handed(NamedTuple):
    """A message that will leave at ``time``, ns, by ``port``; ``tag`` (1 to 255) tells it from the others."""

    time: int
    tag: int
    data: bytes
    port: str


class Ahead:
    """Remembers what was handed over, so that no message of a key overtakes an earlier one. One thread.

    The same key on another port is another key.
    """

    def __init__(self) -> None:
        self._handed: deque[Handed] = deque(maxlen=_REMEMBERED)
        self._tag = 0

    @property
    def last(self) -> int:
        """When the last of them leaves, ns; 0 if there never was any."""
        return max((handed.time for handed in self._handed), default=0)

    @property
    def recent(self) -> list[Handed]:
        """The latest, in order; those that have left included."""
        return list(self._handed)

    def put(self, time: int, data: bytes, port: str = MAIN) -> Handed:
        """``data`` is to leave at ``time``, but not before what was handed over for the same key."""
        key = _key(data)
        before = [
            handed.time
            for handed in self._handed
            if key is not None and handed.port == port and _key(handed.data) == key
        ]
        self._tag = self._tag % _TAGS + 1
        handed = Handed(max([time, *before]), self._tag, data, port)
        self._handed.append(handed)
        return handed

    def overtaken(self, data: bytes, now: int, port: str = MAIN) -> list[Handed]:
        """What is still held for the key of ``data``, which is to leave ``now``; forgotten by the call."""
        key = _key(data)
        if key is None:
            return []
        found = [
            handed
            for handed in self._handed
            if handed.time > now and handed.port == port and _key(handed.data) == key
        ]
        for handed in found:
            self._handed.remove(handed)
        return found


def _key(data: bytes) -> tuple[int, int] | None:
    """The (channel, key) of a note-on or note-off; None for anything else."""
    if len(data) == 3 and data[0] & 0xF0 in (message.NOTE_ON, message.NOTE_OFF):
        return data[0] & 0x0F, data[1]
    return None
