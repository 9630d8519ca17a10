"""The RtMidi back-end in a process of its own: ``rtmidi_child.py INPUT OUTPUT``, "-" for a virtual port.

Its own because python-rtmidi opens and closes ports while it holds the interpreter's lock, without which no
JACK client of the same process can go on. It says what it opened, passes everything through, and takes
commands: ``lost`` prints the sentence once there is one, ``close`` closes and prints what was lost. Key 127
makes the effect fail.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from descant_routing.ports.rtmidi_port import RtMidiBackend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from descant_routing.timed import Timed


class Thru:
    """What arrives goes out, and note-offs do not."""

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        for at, data, _ in arrived:
            assert at < until, "a message from the future"
            assert data[1:2] != b"\x7f", "a bug"
        return [timed for timed in arrived if timed.data[0] != 0x80]

    def next_deadline(self) -> int | None:
        return time.monotonic_ns() + 2_000_000


def main() -> None:
    source, sink = (None if name == "-" else name for name in sys.argv[1:])
    backend = RtMidiBackend("rtmidi-jack", source, sink)
    backend.start(Thru())
    say(f"{backend.input} > {backend.output}")
    for command in sys.stdin:
        if command.strip() == "lost":
            while backend.lost is None:
                time.sleep(0.05)
        else:
            backend.close()
        say(str(backend.lost))
    backend.close()  # jackd itself can hang when a client dies without leaving


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


main()
