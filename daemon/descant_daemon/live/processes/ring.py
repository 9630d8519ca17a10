"""Messages through shared memory, one writer and one reader, and nobody ever waits.

A message's number and checksum are written with it, so a reader on a machine that reorders writes, or one
whose writer was killed in the middle, takes what is torn for what has not come yet.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from zlib import crc32

_COUNT = struct.Struct("<Q")
_HEAD = struct.Struct("<QII")  # number of the message from 1, its length, its checksum
_MARGIN = 64  # bytes before the slots, for a count of its own cache line


def ring_bytes(slots: int, longest: int) -> int:
    """How much memory a ring of ``slots`` messages of up to ``longest`` bytes takes."""
    return _MARGIN + slots * (_HEAD.size + longest)


class _Slots:
    def __init__(self, memory: memoryview, slots: int, longest: int) -> None:
        self._memory = memory
        self._slots = slots
        self._longest = longest

    def _put(self, number: int, payload: bytes) -> None:
        at = self._place(number)
        begin = at + _HEAD.size
        self._memory[begin : begin + len(payload)] = payload
        _HEAD.pack_into(self._memory, at, number, len(payload), crc32(payload, number & 0xFFFFFFFF))

    def _get(self, number: int) -> bytes | None:
        at = self._place(number)
        found, length, checksum = _HEAD.unpack_from(self._memory, at)
        if found != number or length > self._longest:
            return None
        payload = bytes(self._memory[at + _HEAD.size : at + _HEAD.size + length])
        return payload if crc32(payload, number & 0xFFFFFFFF) == checksum else None

    def _place(self, number: int) -> int:
        return _MARGIN + (number % self._slots) * (_HEAD.size + self._longest)


class Ring(_Slots):
    """Every message once, in order. Both sides make one over the same zeroed memory."""

    def __init__(self, memory: memoryview, slots: int, longest: int) -> None:
        """``memory``: ``ring_bytes(slots, longest)`` of them."""
        super().__init__(memory, slots, longest)
        self._written = self._read = 0

    @property
    def room(self) -> int:
        """How many messages there is room for; for the writer."""
        (read,) = _COUNT.unpack_from(self._memory, 0)
        return self._slots - int(self._written - read)

    def write(self, payload: bytes) -> bool:
        """False when the reader is a whole ring behind, or it is too long; the message is then not in it."""
        if len(payload) > self._longest or self.room <= 0:
            return False
        self._put(self._written + 1, payload)
        self._written += 1
        return True

    def read(self) -> bytes | None:
        """The next message, or None."""
        payload = self.peek()
        if payload is not None:
            self.let_go(self._read)
        return payload

    def peek(self) -> bytes | None:
        """As ``read``, but the message stays in the ring until it is let go."""
        payload = self._get(self._read + 1)
        if payload is not None:
            self._read += 1
        return payload

    @property
    def count(self) -> int:
        """How many messages have been read or peeked at."""
        return self._read

    def let_go(self, count: int) -> None:
        """The first ``count`` messages may be overwritten."""
        _COUNT.pack_into(self._memory, 0, count)

    def resume(self, count: int) -> Iterator[bytes]:
        """A reader whose forerunner got to ``count`` goes on from there; what of all before is still there."""
        self._read = count
        for number in range(max(0, count - self._slots) + 1, count + 1):
            payload = self._get(number)
            if payload is not None:
                yield payload

    def read_all(self, most: int) -> Iterator[bytes]:
        """What there is, up to ``most`` messages."""
        for _ in range(most):
            payload = self.read()
            if payload is None:
                return
            yield payload


class Board(_Slots):
    """The latest message only; a new one overwrites."""

    def __init__(self, memory: memoryview, longest: int) -> None:
        """``memory``: ``ring_bytes(BOARD_SLOTS, longest)`` of them."""
        super().__init__(memory, BOARD_SLOTS, longest)
        (self._written,) = _COUNT.unpack_from(memory, 0)  # a writer may follow another that was killed

    def write(self, payload: bytes) -> bool:
        """Pin it up; False when it is too long, and what was pinned up before stays."""
        if len(payload) > self._longest:
            return False
        self._written += 1
        self._put(self._written, payload)
        _COUNT.pack_into(self._memory, 0, self._written)
        return True

    @property
    def count(self) -> int:
        """How often something has been pinned up."""
        (count,) = _COUNT.unpack_from(self._memory, 0)
        return int(count)

    def read(self) -> bytes | None:
        """What is pinned up; None when nothing is, or it was being changed."""
        (number,) = _COUNT.unpack_from(self._memory, 0)
        return self._get(number) if number else None


BOARD_SLOTS = 4  # so that a reader has three writes' time
