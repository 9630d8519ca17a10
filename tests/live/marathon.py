"""A long song through JACK, its tempo changed on the way: what a second client hears, summed up as it goes.

Usage: marathon.py PLAN.json REPORT.json. The plan: {"server", "seconds", "tempi": [...], "every": seconds between
changes of tempo, "notes": [[tick, length in ticks, key]], "loop": ticks after which the notes begin anew}. This
client is JACK's timebase master, whose tempo jack_midi_clock follows; when that tempo rises it now and then leaves
a clock out (7 times in 179 changes), which is counted here as the tick that it was. The report holds totals only,
so that an hour takes no more memory than a minute.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import jack

CLOCK, START = 0xF8, 0xFA
STEP = 6  # ticks
OURS = 1  # channel
BBT = 0x10
LEFT_OUT = 1.6  # ticks of the slower of two tempi between two clocks: one is missing


class Marathon:
    """Keyboard and timebase before Descant, ears after it."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.keyboard = jack.Client("Keyboard", no_start_server=True, servername=plan["server"])
        self.keys: Any = self.keyboard.midi_outports.register("keys")
        self.clock: Any = self.keyboard.midi_inports.register("clock")
        self.ears = jack.Client("Ears", no_start_server=True, servername=plan["server"])
        self.heard: Any = self.ears.midi_inports.register("in")
        self.bpm = self.bpm_before = float(plan["tempi"][0])
        self.beats, self.frame = 0.0, 0
        self.events: dict[int, list[bytes]] = {}
        for tick, length, key in plan["notes"]:
            self.events.setdefault((tick + length) % plan["loop"], []).insert(0, bytes([0x80, key, 64]))
            self.events.setdefault(tick, []).append(bytes([0x90, key, 90]))
        self.armed = self.running = False
        self.ticks = self.left_out = self.last_clock = 0
        self.step_frames: list[int] = []  # of the last few steps
        self.sounding: set[tuple[int, int]] = set()
        self.lateness: dict[int, int] = {}  # frames → how many onsets, in the tempo that holds now
        self.strikes = self.ends = self.doubled = self.orphans = self.too_early = 0
        self.keyboard.set_process_callback(self.play)
        self.keyboard.set_timebase_callback(self.tell)
        self.ears.set_process_callback(self.listen)

    def tell(self, _state: object, frames: int, position: Any, new: bool) -> None:
        """JACK's BBT of the period: the tempo that holds now."""
        if new:
            self.beats = 0.0
        beat = self.beats
        position.valid = BBT
        position.beats_per_bar, position.beat_type, position.ticks_per_beat = 4.0, 4.0, 1920.0
        position.beats_per_minute = self.bpm
        position.bar, position.beat = int(beat // 4) + 1, int(beat % 4) + 1
        position.tick = int(beat % 1 * 1920)
        position.bar_start_tick = int(beat // 4) * 4 * 1920.0
        self.beats += frames / self.keyboard.samplerate * self.bpm / 60

    def play(self, _frames: int) -> None:
        begin = self.keyboard.last_frame_time
        self.keys.clear_buffer()
        for offset, data in self.clock.incoming_midi_events():
            status = bytes(data)[0]
            self.armed = self.armed or status == START
            if status == CLOCK and self.armed:
                frame = begin + offset
                if self.ticks and frame - self.last_clock > LEFT_OUT * self.longest_tick:
                    self.left_out += 1
                    self.tick(frame, offset)
                self.tick(frame, offset)
                self.last_clock = frame

    def tick(self, frame: int, offset: int) -> None:
        for message in self.events.get(self.ticks % self.plan["loop"], ()):
            self.keys.write_midi_event(offset, message)
        if self.ticks % STEP == 0:
            self.step_frames = [*self.step_frames[-3:], frame]
        self.ticks += 1

    @property
    def longest_tick(self) -> float:
        """Frames."""
        return float(self.keyboard.samplerate * 60 / 24 / min(self.bpm, self.bpm_before))

    def listen(self, _frames: int) -> None:
        begin = self.ears.last_frame_time
        for offset, data in self.heard.incoming_midi_events():
            status, key, value = (*bytes(data), 0, 0)[:3]
            place = status & 0x0F, key
            if status & 0xF0 == 0x90 and value:
                self.doubled += place in self.sounding
                self.sounding.add(place)
                if place[0] == OURS:
                    self.onset(begin + offset)
            elif status & 0xE0 == 0x80:
                self.orphans += place not in self.sounding
                self.sounding.discard(place)
                self.ends += 1

    def onset(self, frame: int) -> None:
        self.strikes += 1
        before = [at for at in self.step_frames if at <= frame]
        if before:
            late = frame - before[-1]
            self.lateness[late] = self.lateness.get(late, 0) + 1
        else:
            self.too_early += 1

    def report(self) -> dict[str, Any]:
        return {
            "ticks": self.ticks,
            "left_out": self.left_out,
            "strikes": self.strikes,
            "ends": self.ends,
            "sounding": len(self.sounding),
            "ours_sounding": len([key for channel, key in self.sounding if channel == OURS]),
            "doubled": self.doubled,
            "orphans": self.orphans,
            "too_early": self.too_early,
            "lateness": self.lateness,
        }


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text())
    marathon = Marathon(plan)
    client = marathon.ears
    wait = threading.Event().wait
    with marathon.keyboard, client:
        client.connect("Keyboard:keys", "Descant:in")
        client.connect("Descant:out", "Ears:in")
        master = next(
            port.name for port in client.get_ports(is_midi=True, is_output=True) if "mclk" in port.name
        )
        client.connect(master, "Keyboard:clock")
        client.connect(master, "Descant:in")
        client.transport_locate(0)
        client.transport_start()
        for turn in range(int(plan["seconds"] / plan["every"])):
            marathon.bpm_before = marathon.bpm
            marathon.bpm = float(plan["tempi"][turn % len(plan["tempi"])])
            marathon.lateness = {}
            wait(plan["every"])
        client.transport_stop()
        wait(1.0)
        Path(sys.argv[2]).write_text(json.dumps(marathon.report()))


if __name__ == "__main__":
    main()
