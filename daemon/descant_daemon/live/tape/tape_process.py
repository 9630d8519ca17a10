"""The tape process: keeps what io notes, in a file or for a while, and writes the last bars when they were good.

Started by ``live/tape/tape_link.py``. Whatever happens here, no note moves; when io ends, or is killed, its standard
input ends, and it keeps what still lies in the memory before it ends too.
"""

from __future__ import annotations

import signal
import sys
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from descant_daemon.live.processes.doorbell import Doorbell
from descant_daemon.live.processes.rank import TAPE, take_rank
from descant_daemon.live.processes.shared import Shared
from descant_daemon.live.tape.reel import Reel

EVERY = 0.1  # s between two looks
REMEMBERED = 65_536  # lines for a capture: some ten minutes of notes and clock
CLEAR_LINE = "\x1b[K"
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
        self._remembered: deque[bytes] = deque(before, maxlen=REMEMBERED)
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
        for line in lines:
            self._remembered.append(line)
            if _CAPTURE in line:
                self._capture()

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

    def _capture(self) -> None:
        # What makes a MIDI file is loaded when the first is wanted.
        from descant_daemon.live.tape.capturing import write_capture  # noqa: PLC0415
        from descant_routing.errors import DescantError  # noqa: PLC0415

        orders = self._orders
        try:
            self._say(
                write_capture(
                    self._reel.header(),
                    self._remembered,
                    orders.captures,
                    orders.bars,
                    datetime.now().astimezone(),
                )
            )
        except DescantError as error:
            self._say(str(error))


def main() -> None:
    """``python -m descant_daemon.live.tape.tape_process HANDLE SIZE PATH CAPTURES BARS``."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # those are for io, whose end is ours
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    take_rank(TAPE)
    handle, size, *orders = sys.argv[1:]
    bell = Doorbell()
    keeper = Keeper(Reel(Shared.attach(handle, int(size))), Orders.decode(*orders), _say)
    while bell.wait(EVERY):
        keeper.turn()
    keeper.turn()


def _say(sentence: str) -> None:
    clear = (f"\r{CLEAR_LINE}", CLEAR_LINE) if sys.stderr.isatty() else ("", "")
    sys.stderr.write(f"{clear[0]}descant: {sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
