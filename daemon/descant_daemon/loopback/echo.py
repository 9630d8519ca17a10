"""The simplest effect there is: it sends what it hears. What it costs is what the MIDI system costs.

``python -m descant_daemon.loopback.echo SYSTEM``; says where it is, as ``descant play`` does, and ends with
its standard input.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from descant_routing.errors import DescantError
from descant_routing.ports.bounded import bounded
from descant_routing.ports.libraries import load_jack, load_rtmidi
from descant_routing.ports.rtmidi.ends import SYSTEMS

NAME = "Descant echo"
ANSWER = 3.0  # s
SETTLING = 0.02  # s for a callback in flight to end before its port closes


def main() -> None:
    """Until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    system = sys.argv[1]
    try:
        ports, close = _jack() if system == "jack" else _rtmidi(system)
    except DescantError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    try:
        sys.stderr.write(f"The echo is ready to be played: {ports} ({system}).\n")
        sys.stderr.flush()
        sys.stdin.read()
    finally:
        close()


def _jack() -> tuple[str, Callable[[], None]]:
    jack = load_jack()
    try:
        client: Any = bounded("JACK", ANSWER, lambda: jack.Client(NAME, no_start_server=True))
    except jack.JackError as error:
        raise DescantError(f"JACK lets nobody in: {error}") from error
    source, sink = client.midi_inports.register("in"), client.midi_outports.register("out")

    def process(_frames: int) -> None:
        sink.clear_buffer()
        for offset, data in source.incoming_midi_events():
            sink.write_midi_event(offset, bytes(data))

    client.set_process_callback(process)
    client.activate()
    return f"{source.name} → {sink.name}", client.close


def _rtmidi(system: str) -> tuple[str, Callable[[], None]]:
    rtmidi = load_rtmidi()
    api = getattr(rtmidi, SYSTEMS[system].constant)
    try:
        source: Any = rtmidi.MidiIn(api, name=NAME)
        sink: Any = rtmidi.MidiOut(api, name=NAME)
        source.open_virtual_port(f"{NAME} in")
        sink.open_virtual_port(f"{NAME} out")
    except rtmidi.RtMidiError as error:
        raise DescantError(f"{SYSTEMS[system].title} lets nobody in: {error}") from error

    def repeat(event: tuple[list[int], float], _data: object) -> None:
        sink.send_message(event[0])

    def close() -> None:
        source.cancel_callback()
        time.sleep(SETTLING)
        for midi in (source, sink):
            midi.close_port()
            midi.delete()

    source.set_callback(repeat)
    return f"{NAME} in → {NAME} out", close


def _end(_number: int, _frame: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
