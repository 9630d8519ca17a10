"""An independent JACK client, in a process of its own: plays the keyboard, hears everything, writes it down.

Usage: witness.py SCORE.json REPORT.json. The score: {"server", "notes": [[tick, length in ticks, key]],
"ticks": how long, "then": "stop" or "nothing", "listen": seconds to go on listening, "freewheel": whether JACK is
to run as fast as its clients get through their cycles}. Notes are played at the very
frame of the clock tick that they belong to. The report: frames of every clock tick, and every message heard.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import jack

CLOCK, START = 0xF8, 0xFA
TOO_SOON = 100  # frames; no tempo has ticks this close


class Witness:
    """Counts the clock from Start on; tick 0 is the first clock after it."""

    def __init__(self, score: dict[str, Any]) -> None:
        # Two clients: were one both before and after Descant, JACK would delay the way back by a period.
        self.keyboard = jack.Client("Keyboard", no_start_server=True, servername=score["server"])
        self.keys: Any = self.keyboard.midi_outports.register("keys")
        self.clock: Any = self.keyboard.midi_inports.register("clock")
        self.client = jack.Client("Witness", no_start_server=True, servername=score["server"])
        self.ears: Any = self.client.midi_inports.register("ears")
        self.events: dict[int, list[bytes]] = {}
        for tick, length, key in sorted(score["notes"], key=lambda note: note[0]):
            self.events.setdefault(tick + length, []).insert(0, bytes([0x80, key, 64]))
            self.events.setdefault(tick, []).append(bytes([0x90, key, 90]))
        self.ticks: list[int] = []
        self.transport: list[tuple[int, int]] = []
        self.heard: list[tuple[int, list[int]]] = []
        self.armed = False
        self.last, self.stops = score["ticks"], score["then"] == "stop"
        self.over = threading.Event()
        self.keyboard.set_process_callback(self.play)
        self.client.set_process_callback(self.listen)

    def play(self, _frames: int) -> None:
        begin = self.keyboard.last_frame_time
        self.keys.clear_buffer()
        for offset, data in self.clock.incoming_midi_events():
            self.clocked(begin, offset, bytes(data))

    def listen(self, _frames: int) -> None:
        begin = self.client.last_frame_time
        for offset, data in self.ears.incoming_midi_events():
            self.heard.append((begin + offset, list(bytes(data))))

    def clocked(self, begin: int, offset: int, data: bytes) -> None:
        if data[0] != CLOCK:
            self.transport.append((begin + offset, data[0]))
            self.armed = self.armed or data[0] == START
            return
        if self.armed and not self.over.is_set():
            frame = begin + offset
            if self.ticks and frame - self.ticks[-1] < TOO_SOON:
                return  # JACK hands a client that missed a period the old one again
            for message in self.events.get(len(self.ticks), ()):
                self.keys.write_midi_event(offset, message)
            self.ticks.append(frame)
            if len(self.ticks) > self.last:
                if self.stops:  # at once: where JACK freewheels, the song would go on for bars
                    self.keyboard.transport_stop()
                self.over.set()


def main() -> None:
    score = json.loads(Path(sys.argv[1]).read_text())
    witness = Witness(score)
    client = witness.client
    rate, period = client.samplerate, client.blocksize  # both are 0 once the client is closed
    with client, witness.keyboard:
        client.connect("Keyboard:keys", "Descant:in")
        client.connect("Descant:out", "Witness:ears")
        master = next(
            port.name for port in client.get_ports(is_midi=True, is_output=True) if "mclk" in port.name
        )
        client.connect(master, "Keyboard:clock")
        client.connect(master, "Descant:in")
        client.transport_locate(0)
        if score["freewheel"]:
            client.set_freewheel(True)
        client.transport_start()
        print("playing", flush=True)
        witness.over.wait(score["limit"])
        stopped = client.frame_time
        print("over", flush=True)
        threading.Event().wait(score["listen"])
        client.transport_stop()
        if score["freewheel"]:
            client.set_freewheel(False)
    report = {
        "rate": rate,
        "period": period,
        "ticks": witness.ticks,
        "transport": witness.transport,
        "heard": witness.heard,
        "stopped": stopped,
    }
    Path(sys.argv[2]).write_text(json.dumps(report))


if __name__ == "__main__":
    main()
