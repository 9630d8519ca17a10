"""A DAW that loops: sends clock and notes, jumps back by song position while it runs, and writes down what it hears.

Usage: loop.py PLAN.json REPORT.json. The plan: {"server", "frames": a tick, "ticks": of the loop, "passes",
"notes": [[tick, hex], ...] in each pass, "between": {pass: [hex, ...]} sent half a tick before that pass begins}.
Every message is at a frame counted from the beginning; JACK freewheels meanwhile, as when a DAW exports. The report:
{"heard": [[frame, hex], ...], "begin": frame}.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import jack

LEAD = 4800  # frames from the first cycle to Start


def score(plan: dict[str, Any]) -> dict[int, list[bytes]]:
    """Frame from the first clock → messages, in order."""
    made: dict[int, list[bytes]] = {-plan["frames"]: [b"\xfa"]}
    for number in range(plan["passes"]):
        begin = number * plan["ticks"] * plan["frames"]
        before = made.setdefault(begin - plan["frames"] // 2, [])
        before += [bytes.fromhex(data) for data in plan["between"].get(str(number), ())]
        if number:
            before.append(b"\xf2\x00\x00")
        for tick in range(plan["ticks"]):
            at = made.setdefault(begin + tick * plan["frames"], [])
            at.append(b"\xf8")
            at += [bytes.fromhex(data) for when, data in plan["notes"] if when == tick]
    made[plan["passes"] * plan["ticks"] * plan["frames"] - plan["frames"] // 2] = [b"\xfc"]
    return made


class Daw:
    """A client that plays and one that listens."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.client = jack.Client("Daw", no_start_server=True, servername=plan["server"])
        self.out: Any = self.client.midi_outports.register("out")
        self.listener = jack.Client("Ears", no_start_server=True, servername=plan["server"])
        self.ears: Any = self.listener.midi_inports.register("in")
        self.waiting = sorted(score(plan).items(), reverse=True)
        self.heard: list[tuple[int, str]] = []
        self.zero: int | None = None
        self.over = threading.Event()
        self.client.set_process_callback(self.play)
        self.listener.set_process_callback(self.listen)

    def play(self, frames: int) -> None:
        begin = self.client.last_frame_time
        self.out.clear_buffer()
        if self.zero is None:
            self.zero = begin + LEAD
        while self.waiting and self.waiting[-1][0] + self.zero < begin + frames:
            at, messages = self.waiting.pop()
            for message in messages:
                self.out.write_midi_event(max(0, at + self.zero - begin), message)
        if not self.waiting:
            self.over.set()

    def listen(self, _frames: int) -> None:
        begin = self.listener.last_frame_time
        for offset, data in self.ears.incoming_midi_events():
            self.heard.append((begin + offset, bytes(data).hex()))


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text())
    daw = Daw(plan)
    daw.listener.activate()
    daw.client.activate()
    daw.client.connect("Daw:out", "Descant:in")
    daw.client.connect("Descant:out", "Ears:in")
    daw.client.set_freewheel(True)
    daw.zero = None  # from here on, now that we are heard
    daw.over.wait(plan["passes"] * plan["ticks"] * plan["frames"] / 48_000 + 30)
    threading.Event().wait(0.3)
    daw.client.set_freewheel(False)
    for client in (daw.client, daw.listener):
        client.deactivate()
        client.close()
    Path(sys.argv[2]).write_text(json.dumps({"heard": daw.heard, "begin": daw.zero}))


if __name__ == "__main__":
    main()
