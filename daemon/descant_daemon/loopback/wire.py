"""The process that plays and listens: alone, so that no progress bar and no picture disturbs its timing.

``python -m descant_daemon.loopback.wire``: the job comes on standard input, the recording goes to standard
output; a sentence on standard error and exit 1 when it cannot be done.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
from collections.abc import Sequence
from typing import NamedTuple

from descant_daemon.loopback.jack_wire import JackWire
from descant_daemon.loopback.rtmidi_wire import RtMidiWire
from descant_daemon.loopback.stimulus import Cue
from descant_routing.errors import DescantError

SWITCH_INTERVAL = 2e-4  # s; see live/session.py


class WireJob(NamedTuple):
    """``system``: "jack" or one of RtMidi's; ``silence`` and ``tail`` in s."""

    system: str
    to: str
    come_from: str
    cues: Sequence[Cue]
    silence: float = 8.0
    tail: float = 0.4

    def encode(self) -> str:
        """For the pipe."""
        system, to, come_from, cues, silence, tail = self
        return json.dumps(
            [system, to, come_from, [(cue.time, cue.data.hex()) for cue in cues], silence, tail]
        )

    @classmethod
    def decode(cls, text: str) -> WireJob:
        """What ``encode`` wrote."""
        system, to, come_from, cues, silence, tail = json.loads(text)
        cues = [Cue(time, bytes.fromhex(data)) for time, data in cues]
        return cls(system, to, come_from, cues, silence, tail)


def main() -> None:
    """One job."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started this process, and ends it
    signal.signal(signal.SIGTERM, _end)
    job = WireJob.decode(sys.stdin.read())
    gc.freeze()
    gc.disable()
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        if job.system == "jack":
            wire: JackWire | RtMidiWire = JackWire(job.to, job.come_from)
        else:
            wire = RtMidiWire(job.system, job.to, job.come_from)
        try:
            recording = wire.perform(job.cues, job.silence, job.tail)
        finally:
            wire.close()
    except DescantError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    sys.stdout.write(recording.encode())


def _end(_number: int, _frame: object) -> None:
    sys.exit(1)


if __name__ == "__main__":
    main()
