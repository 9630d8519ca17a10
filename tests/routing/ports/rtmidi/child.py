"""The RtMidi back-end in a process of its own: ``child.py INPUT OUTPUT``, "-" for a virtual port.

Its own because python-rtmidi opens and closes ports while it holds the interpreter's lock, without which no
JACK client of the same process can go on. It says what it opened, passes everything through, and takes
commands: ``lost`` prints the sentence once there is one, ``absent`` and ``back`` what is waited for once somebody
or nobody is, ``close`` closes and prints what was lost. Key 127 makes the effect fail.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from descant_routing.ports.api import Cables
from descant_routing.ports.rtmidi.backend import RtMidiBackend
from descant_routing.timed import MAIN, Timed

if TYPE_CHECKING:
    from collections.abc import Sequence


class Thru:
    """What arrives goes out, and note-offs do not; when the keyboard is gone, controller 7 says so."""

    def __init__(self) -> None:
        self._news: list[bytes] = []

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        for at, data, _ in arrived:
            assert at < until, "a message from the future"
            assert data[1:2] != b"\x7f", "a bug"
        news, self._news = [Timed(until, data) for data in self._news], []
        return [*news, *(timed for timed in arrived if timed.data[0] != 0x80)]

    def next_deadline(self) -> int | None:
        return time.monotonic_ns() + 2_000_000

    def settle(self) -> None:
        pass

    def unplugged(self, port: str, now: int) -> None:
        self._news.append(b"\xb0\x07\x00")

    def plugged(self, port: str, now: int) -> None:
        self._news.append(b"\xb0\x07\x7f")


def main() -> None:
    source, sink = (None if name == "-" else name for name in sys.argv[1:])
    backend = RtMidiBackend("rtmidi-jack", Cables({MAIN: source}, {MAIN: sink}))
    backend.start(Thru())
    say(f"{backend.inputs[MAIN]} > {backend.outputs[MAIN]}")
    for line in sys.stdin:
        command = line.strip()
        if command == "lost":
            while backend.lost is None:
                time.sleep(0.05)
        elif command == "close":
            backend.close()
        else:
            while bool(backend.absent) != (command == "absent"):
                time.sleep(0.05)
                backend.look()
            say(str(dict(backend.absent)))
            continue
        say(str(backend.lost))
    backend.close()  # jackd itself can hang when a client dies without leaving


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


main()
