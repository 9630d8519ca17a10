"""The player, the DAW and the ears on RtMidi: ALSA, CoreMIDI, or JACK by RtMidi. Times are monotonic ns."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from descant_daemon.loopback.recording import Recording
from descant_daemon.loopback.stimulus import Cue
from descant_routing.errors import DescantError
from descant_routing.ports.libraries import load_rtmidi
from descant_routing.ports.punctuality import SpinWindow
from descant_routing.ports.resolve import resolve
from descant_routing.ports.rtmidi.ends import SYSTEMS

LEAD = 250_000_000  # ns before the first cue
SETTLING = 0.02  # s for a callback in flight to end before its port closes


class RtMidiWire:
    """Connected to two ports of one of ``SYSTEMS``."""

    def __init__(self, system: str, to: str, come_from: str) -> None:
        """Ports to play to and to hear, or clear parts of their names. Raises DescantError."""
        rtmidi = load_rtmidi()
        self._from = come_from
        self._recording = Recording()
        self._spin = SpinWindow()
        self._origin = time.monotonic_ns()
        api = getattr(rtmidi, SYSTEMS[system].constant)
        try:
            self._out: Any = rtmidi.MidiOut(api, name="Player")
            self._in: Any = rtmidi.MidiIn(api, name="Ears")
            _connect(self._out, to, "keys")
            _connect(self._in, come_from, "ears")
        except rtmidi.RtMidiError as error:
            raise DescantError(f"{SYSTEMS[system].title} lets nobody in: {error}") from error
        self._in.ignore_types(sysex=True, timing=True, active_sense=True)
        self._in.set_callback(self._arrive)

    def perform(self, cues: Sequence[Cue], silence: float, tail: float) -> Recording:
        """Play the cues, then listen for ``tail`` s. Raises DescantError after ``silence`` s without a sound."""
        recording = self._recording
        origin = self._origin = time.monotonic_ns() + LEAD
        deaf = origin + round(silence * 1e9)
        for cue in cues:
            self._wait(origin + cue.time)
            recording.sent.append(time.monotonic_ns() - origin)
            self._out.send_message(cue.data)
            if not recording.heard and time.monotonic_ns() > deaf:
                raise DescantError(f"nothing was heard from {self._from} within {silence:g} s")
        time.sleep(tail)
        return recording

    def close(self) -> None:
        """Let go of the ports."""
        self._in.cancel_callback()
        time.sleep(SETTLING)
        for midi in (self._in, self._out):
            midi.close_port()
            midi.delete()

    def _arrive(self, event: tuple[list[int], float], _data: object) -> None:
        self._recording.heard.append((time.monotonic_ns() - self._origin, bytes(event[0])))

    def _wait(self, due: int) -> None:
        """Sleep until a little before, then spin."""
        begin = time.monotonic_ns()
        sleep = due - self._spin.window - begin
        if sleep > 0:
            time.sleep(sleep / 1e9)
            self._spin.overslept(time.monotonic_ns() - begin - sleep)
        while time.monotonic_ns() < due:
            pass


def _connect(midi: Any, name: str, own: str) -> None:
    ports: list[str] = midi.get_ports()
    midi.open_port(ports.index(resolve(name, ports)), own)
