"""The memory between io and the tape process: the take's header, its lines, and how far they have been kept.

It outlives a tape process that is killed: the next one goes on behind the last line that was kept, and still finds
what was heard before.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from descant_daemon.live.processes.ring import BOARD_SLOTS, Board, Ring, ring_bytes
from descant_daemon.live.processes.shared import Shared

SLOTS, LONGEST = 16_384, 112  # a clock tick is one slot, so two minutes and more are under way; 2 MiB
_PLACE = struct.Struct("<QQ")  # slots of the lines that are kept, bytes of the file that holds them
_HEADER = struct.Struct("<I")
_RING, _BOARD = ring_bytes(SLOTS, LONGEST), ring_bytes(BOARD_SLOTS, _PLACE.size)


def reel_bytes(header: bytes) -> int:
    """How much memory a reel with this header takes."""
    return _RING + _BOARD + _HEADER.size + len(header)


class Reel:
    """Both sides have one over the same memory; each uses its own half of the methods."""

    def __init__(self, shared: Shared) -> None:
        """``reel_bytes`` of them."""
        memory = memoryview(shared.memory)
        self._ring = Ring(memory[:_RING], SLOTS, LONGEST)
        self._place = Board(memory[_RING : _RING + _BOARD], _PLACE.size)
        self._rest = memory[_RING + _BOARD :]
        self._begun = b""  # of a line whose end has not come
        self._whole = 0  # slots up to the end of the last whole line

    # -- io's half -----------------------------------------------------------------------------------

    def load(self, header: bytes) -> None:
        """Before the other side looks."""
        _HEADER.pack_into(self._rest, 0, len(header))
        self._rest[_HEADER.size : _HEADER.size + len(header)] = header

    def write(self, line: bytes) -> bool:
        """A line, its end included. False when there is no room; it is then not in it, not even in part."""
        if len(line) <= LONGEST:
            return self._ring.write(line)
        if -(-len(line) // LONGEST) > self._ring.room:
            return False
        for at in range(0, len(line), LONGEST):
            self._ring.write(line[at : at + LONGEST])
        return True

    # -- the tape process's half ---------------------------------------------------------------------

    def header(self) -> bytes:
        """The first line of the take."""
        (length,) = _HEADER.unpack_from(self._rest, 0)
        return bytes(self._rest[_HEADER.size : _HEADER.size + length])

    def resume(self) -> tuple[list[bytes], int]:
        """Before anything else: whole lines that were kept already, as far as memory has them, and the file's size."""
        place = self._place.read()
        self._whole, size = _PLACE.unpack(place) if place else (0, 0)
        pieces = [*self._ring.resume(self._whole)]
        whole_from = 0 if len(pieces) == self._whole else 1  # the first may have lost its beginning
        return b"".join(pieces).splitlines(keepends=True)[whole_from:], size

    def lines(self) -> Iterator[bytes]:
        """Whole lines that have come since; they stay in memory until they are kept."""
        while (piece := self._ring.peek()) is not None:
            self._begun += piece
            if piece.endswith(b"\n"):
                line, self._begun = self._begun, b""
                self._whole = self._ring.count
                yield line

    def kept(self, size: int) -> None:
        """Every line so far is in the file, whose size is now ``size``."""
        self._place.write(_PLACE.pack(self._whole, size))
        self._ring.let_go(self._whole)
