"""The tape process: keeps what io notes, in a file or for a while, and writes the last bars when they were good.

Started by ``live/tape/tape_link.py``. Whatever happens here, no note moves; when io ends, or is killed, its standard
input ends, and it keeps what still lies in the memory before it ends too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from descant_daemon.live.processes.doorbell import Doorbell
from descant_daemon.live.processes.rank import TAPE, take_rank
from descant_daemon.live.processes.shared import Shared
from descant_daemon.live.tape.captures import Captures
from descant_daemon.live.tape.reel import Reel
from descant_daemon.live.tape.remembered import Remembered
from descant_daemon.live.terminal import say

EVERY = 0.1  # s between two looks
LAST_CAPTURE = 8.0  # s that a capture may still take when everything is kept and it is time to end
_CAPTURE = b',["capture"]'


class Orders(NamedTuple):
    """``path``: the file, which is there already, or None; where captures go, and how many bars they have."""

    path: Path | None
    captures: Path
    bars: int

    def encode(self) -> list[str]:
        """For the command line."""
        return ["" if self.path is None else str(self.path), str(self.captures), str(self.bars)]

    @staticmethod
    def decode(path: str, captures: str, bars: str) -> Orders:
        """Back from ``encode``."""
        return Orders(Path(path) if path else None, Path(captures), int(bars))


class Keeper:
    """``turn`` is one look."""

    def __init__(self, reel: Reel, orders: Orders, say: Callable[[str], None]) -> None:
        """Go on where a process before this one was killed, if there was one."""
        self._reel = reel
        self._orders = orders
        self._say = say
        before, self._size = reel.resume()
        self._remembered = Remembered(before)
        self._captures = Captures(self._capture, say)
        self._waiting: list[bytes] = []
        self._complained = False

    def turn(self) -> None:
        """Keep what has come; what cannot be written now waits, and io is not held up by it."""
        self._waiting += self._reel.lines()
        if not self._waiting and (self._size or self._orders.path is None):
            return
        try:
            self._write(self._waiting)
        except OSError as error:
            if not self._complained:
                self._complained = True
                self._say(f"{self._orders.path} cannot be written ({error.strerror}); the music goes on.")
            return
        self._complained = False
        self._reel.kept(self._size)
        lines, self._waiting = self._waiting, []
        wanted = None
        for line in lines:
            self._remembered.append(line)
            if _CAPTURE in line:
                wanted = self._remembered.lines()
        if wanted is not None:
            self._captures.ask(wanted)

    def finish(self, patience: float = LAST_CAPTURE) -> None:
        """Everything is kept: wait for a capture that is being made, for so many s at most."""
        self._captures.finish(patience)

    def _write(self, lines: list[bytes]) -> None:
        """Behind what is certainly whole; a piece of a line that a full disk has left there is written over."""
        if self._orders.path is None:
            return
        content = b"".join(lines) if self._size else self._reel.header() + b"".join(lines)
        rest = memoryview(content)
        with self._orders.path.open("r+b", buffering=0) as file:
            file.seek(self._size)
            file.truncate()
            while rest:
                rest = rest[file.write(rest) :]
        self._size += len(content)

    def _capture(self, lines: Sequence[bytes]) -> str:
        # What makes a MIDI file is loaded when the first is wanted.
        from descant_daemon.live.tape.capturing import write_capture  # noqa: PLC0415

        orders = self._orders
        now = datetime.now().astimezone()
        return write_capture(self._reel.header(), lines, orders.captures, orders.bars, now)


def main() -> None:
    """``python -m descant_daemon.live.tape.tape_process HANDLE SIZE PATH CAPTURES BARS``."""
    take_rank(TAPE)
    handle, size, *orders = sys.argv[1:]
    bell = Doorbell()
    keeper = Keeper(Reel(Shared.attach(handle, int(size))), Orders.decode(*orders), _say)
    while bell.wait(EVERY):
        keeper.turn()
    keeper.turn()
    keeper.finish()


def _say(sentence: str) -> None:
    say(f"descant: {sentence}")


if __name__ == "__main__":
    main()
