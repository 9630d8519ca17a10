"""Four players who never tire: clock at any tempo, chords, storms of controllers, program changes, stops and starts.

Usage: soak.py PLAN.json REPORT.json. The plan: {"server", "seconds", "seed", "frames": a tick, "inputs": Descant's
ports for the players, "clock": its port for the clock, "outputs": its ports to listen to}. What is played follows from
the seed. JACK's buffers hold only so much: what does not fit is counted, and a note-off is tried again. The report
holds totals only, so that an hour takes no more memory than a minute; "sounding" is what hangs at the end.
"""

from __future__ import annotations

import json
import random
import sys
import threading
from pathlib import Path
from typing import Any

import jack

CLOCK, START, STOP = b"\xf8", b"\xfa", b"\xfc"
STORM, STORM_EVERY = 24, 400  # cycles
TICKS_A_SONG = 96 * 40  # then Stop, and Start again
BAR = 96


class Soak:
    """``play`` writes, ``listen`` counts."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan, self.dice = plan, random.Random(plan["seed"])
        server = plan["server"]
        self.client = jack.Client("Players", no_start_server=True, servername=server)
        self.ears = jack.Client("Ears", no_start_server=True, servername=server)
        self.clock: Any = self.client.midi_outports.register("clock")
        self.outs: list[Any] = [
            self.client.midi_outports.register(f"out{at}") for at, _ in enumerate(plan["inputs"])
        ]
        self.ins: list[Any] = [
            self.ears.midi_inports.register(f"in{at}") for at, _ in enumerate(plan["outputs"])
        ]
        self.down: list[set[int]] = [set() for _ in self.outs]
        self.sounding: list[set[tuple[int, int]]] = [set() for _ in self.ins]
        self.cycle = self.ticks = self.next_tick = 0
        self.ons = self.offs = self.doubled = self.orphans = self.sent = self.full = 0
        self.begun = self.ending = False
        self.client.set_process_callback(self.play)
        self.ears.set_process_callback(self.listen)

    def play(self, frames: int) -> None:
        for port in (self.clock, *self.outs):
            port.clear_buffer()
        if not self.begun:
            return
        self.cycle += 1
        begin = self.client.last_frame_time
        self.next_tick = max(self.next_tick, begin)
        while not self.ending and self.next_tick < begin + frames:
            self.tick(self.next_tick - begin)
            self.next_tick += int(self.plan["frames"])
        for at, port in enumerate(self.outs):
            if self.ending:
                self.lift(at, port)
            elif self.cycle % STORM_EVERY < STORM:
                self.storm(port)

    def tick(self, offset: int) -> None:
        if self.ticks % TICKS_A_SONG == 0:
            self.send(self.clock, offset, START)
        self.send(self.clock, offset, CLOCK)
        self.ticks += 1
        if self.ticks % TICKS_A_SONG == 0:
            self.send(self.clock, offset, STOP)
        if self.ticks % 12:
            return
        for at, port in enumerate(self.outs):
            for key in sorted(self.down[at]):
                if self.dice.random() < 0.6 and self.send(port, offset, bytes((0x80, key, 64))):
                    self.down[at].discard(key)
            if self.dice.random() < 0.5:
                key = self.dice.randrange(48, 84)
                if key not in self.down[at] and self.send(port, offset, bytes((0x90, key, 90))):
                    self.down[at].add(key)
            if self.ticks % (4 * BAR) == 0:
                self.send(port, offset, bytes((0xC0, self.dice.randrange(3))))

    def storm(self, port: Any) -> None:
        for _ in range(20):
            control = self.dice.choice((1, 11, 74, 7))
            self.send(port, 0, bytes((0xB0, control, self.dice.randrange(128))))
            self.send(port, 0, bytes((0xE0, self.dice.randrange(128), self.dice.randrange(128))))
        self.send(port, 0, b"\xf0\x7d" + bytes(self.dice.randrange(128) for _ in range(20)) + b"\xf7")

    def lift(self, at: int, port: Any) -> None:
        for key in sorted(self.down[at]):
            if self.send(port, 0, bytes((0x80, key, 64))):
                self.down[at].discard(key)
        if self.cycle % 10 == 0 and at == 0:
            self.send(self.clock, 0, STOP)

    def send(self, port: Any, offset: int, data: bytes) -> bool:
        try:
            port.write_midi_event(offset, data)
        except (jack.JackError, ValueError):
            self.full += 1
            return False
        self.sent += 1
        return True

    def listen(self, _frames: int) -> None:
        for sounding, port in zip(self.sounding, self.ins, strict=True):
            for _, data in port.incoming_midi_events():
                status, key, value = (*bytes(data), 0, 0)[:3]
                place = status & 0x0F, key
                if status & 0xF0 == 0x90 and value:
                    self.doubled += place in sounding
                    sounding.add(place)
                    self.ons += 1
                elif status & 0xE0 == 0x80:
                    self.orphans += place not in sounding
                    sounding.discard(place)
                    self.offs += 1

    def report(self) -> dict[str, Any]:
        totals = {
            name: getattr(self, name)
            for name in ("ticks", "ons", "offs", "doubled", "orphans", "sent", "full")
        }
        return {**totals, "sounding": sum(map(len, self.sounding))}


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text())
    soak, wait = Soak(plan), threading.Event().wait
    with soak.ears, soak.client:
        for at, name in enumerate(plan["outputs"]):
            soak.ears.connect(name, f"Ears:in{at}")
        for at, name in enumerate(plan["inputs"]):
            soak.client.connect(f"Players:out{at}", name)
        soak.client.connect("Players:clock", plan["clock"])
        soak.begun = True  # now that everybody is heard
        print("playing", flush=True)
        wait(plan["seconds"])
        soak.ending = True
        wait(2.0)
        Path(sys.argv[2]).write_text(json.dumps(soak.report()))


if __name__ == "__main__":
    main()
