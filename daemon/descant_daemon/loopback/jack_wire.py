"""The player, the DAW and the ears on JACK: every cue leaves at its frame, everything heard has one.

Two clients: were one both before and after Descant, JACK would delay the way back by a period.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from descant_daemon.loopback.recording import Recording
from descant_daemon.loopback.stimulus import Cue
from descant_routing.errors import DescantError
from descant_routing.ports.bounded import bounded
from descant_routing.ports.libraries import load_jack

ANSWER = 3.0  # s that a server has to answer
LEAD = 0.25  # s before the first cue
POLL = 0.05
WRAP = 1 << 32  # where JACK's frame counter begins anew


class JackWire:
    """Opened on the server that ``JACK_DEFAULT_SERVER`` names. What runs in JACK's cycles is tiny on purpose."""

    def __init__(self, to: str, come_from: str) -> None:
        """Ports to play to and to hear, as JACK names them. Raises DescantError."""
        jack = load_jack()
        self._error: type[Exception] = jack.JackError
        self._to, self._from = to, come_from
        try:
            self._player: Any = bounded("JACK", ANSWER, lambda: jack.Client("Player", no_start_server=True))
            self._listener: Any = bounded("JACK", ANSWER, lambda: jack.Client("Ears", no_start_server=True))
        except jack.JackError as error:
            raise DescantError(f"JACK lets nobody in: {error}") from error
        self._keys: Any = self._player.midi_outports.register("keys")
        self._ears: Any = self._listener.midi_inports.register("ears")
        self._rate: int = self._player.samplerate
        self._cues: list[tuple[int, bytes]] = []
        self._at = 0
        self._begun = False
        self._origin: int | None = None
        self._over = threading.Event()
        self._gone = ""
        self._recording = Recording()
        self._player.set_process_callback(self._play)
        self._player.set_shutdown_callback(self._shut_down)
        self._player.set_xrun_callback(self._xrun)
        self._listener.set_process_callback(self._listen)

    def perform(self, cues: Sequence[Cue], silence: float, tail: float) -> Recording:
        """Play the cues, then listen for ``tail`` s. Raises DescantError after ``silence`` s without a sound."""
        self._cues = [(cue.time, cue.data) for cue in cues]
        self._listener.activate()
        self._player.activate()
        try:
            self._player.connect(self._keys, self._to)
            self._listener.connect(self._from, self._ears)
        except self._error as error:
            raise DescantError(
                f"JACK does not connect Descant to {self._to} and {self._from}: {error}"
            ) from error
        self._begun = True
        begin = time.monotonic()
        while not self._over.wait(POLL):
            if not self._recording.heard and time.monotonic() - begin > silence:
                raise DescantError(f"nothing was heard from {self._from} within {silence:g} s")
        threading.Event().wait(tail)
        if self._gone:
            raise DescantError(self._gone)
        return self._recording

    def close(self) -> None:
        """Leave the server."""
        for client in (self._player, self._listener):
            bounded("JACK", ANSWER, client.close)

    def _play(self, frames: int) -> None:
        self._keys.clear_buffer()
        if not self._begun:
            return
        counter, origin, cues = self._player.last_frame_time, self._origin, self._cues
        if origin is None:
            origin = self._origin = counter + round(LEAD * self._rate)
        begin = since(origin, counter)
        while self._at < len(cues) and cues[self._at][0] < begin + frames:
            when, data = cues[self._at]
            offset = max(0, when - begin)
            self._keys.write_midi_event(offset, data)
            self._recording.sent.append(begin + offset)
            self._at += 1
        if self._at == len(cues):
            self._over.set()

    def _listen(self, _frames: int) -> None:
        if self._origin is None:
            return
        begin = since(self._origin, self._listener.last_frame_time)
        for offset, data in self._ears.incoming_midi_events():
            self._recording.heard.append((begin + offset, bytes(data)))

    def _xrun(self, _delay: float) -> None:
        self._recording.xruns += self._begun

    def _shut_down(self, _status: object, _reason: str) -> None:
        self._gone = "JACK has shut down meanwhile"
        self._over.set()


def since(origin: int, counter: int) -> int:
    """Frames from ``origin`` to what JACK's counter says, which may have wrapped; negative before."""
    return (counter - origin + WRAP // 2) % WRAP - WRAP // 2
