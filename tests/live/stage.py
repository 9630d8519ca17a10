"""Several players at once, each with a JACK client of his own for his keyboard and another for his ears.

Usage: stage.py PLAN.json REPORT.json. The plan: {"server", "ticks": how long, "listen": seconds to go on listening,
"clock": Descant's port for the clock, "players": [{"name", "keyboard": Descant's port, "ears": Descant's port,
"events": [[tick, hex], ...]}], "freewheel": whether JACK is to run as fast as its clients get through it}.
Everything is played at the very frame of its clock tick, counted from Start. The report: frames of the ticks, and
what each player heard.
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


class Player:
    """Plays on every tick what is written for it, and writes down what comes back."""

    def __init__(self, plan: dict[str, Any], server: str, over: threading.Event, last: int) -> None:
        self.name, self.over, self.last = plan["name"], over, last
        # Two clients: were one both before and after Descant, JACK would delay the way back by a period.
        self.keyboard = jack.Client(f"{self.name}-keys", no_start_server=True, servername=server)
        self.keys: Any = self.keyboard.midi_outports.register("out")
        self.clock: Any = self.keyboard.midi_inports.register("clock")
        self.listener = jack.Client(f"{self.name}-ears", no_start_server=True, servername=server)
        self.ears: Any = self.listener.midi_inports.register("in")
        self.events: dict[int, list[bytes]] = {}
        for tick, data in plan["events"]:
            self.events.setdefault(tick, []).append(bytes.fromhex(data))
        self.ticks: list[int] = []
        self.heard: list[tuple[int, str]] = []
        self.armed = False
        self.keyboard.set_process_callback(self.play)
        self.listener.set_process_callback(self.listen)

    def play(self, _frames: int) -> None:
        begin = self.keyboard.last_frame_time
        self.keys.clear_buffer()
        for offset, data in self.clock.incoming_midi_events():
            self.clocked(begin, offset, bytes(data))

    def clocked(self, begin: int, offset: int, data: bytes) -> None:
        if data[0] != CLOCK:
            self.armed = self.armed or data[0] == START
            return
        frame = begin + offset
        if not self.armed or self.over.is_set() or (self.ticks and frame - self.ticks[-1] < TOO_SOON):
            return
        for message in self.events.get(len(self.ticks), ()):
            self.keys.write_midi_event(offset, message)
        self.ticks.append(frame)
        if len(self.ticks) > self.last:
            self.over.set()

    def listen(self, _frames: int) -> None:
        begin = self.listener.last_frame_time
        for offset, data in self.ears.incoming_midi_events():
            self.heard.append((begin + offset, bytes(data).hex()))


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text())
    over = threading.Event()
    players = [Player(each, plan["server"], over, plan["ticks"]) for each in plan["players"]]
    clients = [client for each in players for client in (each.keyboard, each.listener)]
    rate, period = clients[0].samplerate, clients[0].blocksize
    for client in clients:
        client.activate()
    first = clients[0]
    master = next(port.name for port in first.get_ports(is_midi=True, is_output=True) if "mclk" in port.name)
    for player, each in zip(players, plan["players"], strict=True):
        first.connect(f"{player.name}-keys:out", each["keyboard"])
        first.connect(each["ears"], f"{player.name}-ears:in")
        first.connect(master, f"{player.name}-keys:clock")
    first.connect(master, plan["clock"])
    first.transport_locate(0)
    if plan["freewheel"]:
        first.set_freewheel(True)
    first.transport_start()
    print("playing", flush=True)
    over.wait(plan["limit"])
    first.transport_stop()
    threading.Event().wait(plan["listen"])
    if plan["freewheel"]:
        first.set_freewheel(False)
    heard = {player.name: player.heard for player in players}
    report = {"rate": rate, "period": period, "ticks": players[0].ticks, "heard": heard}
    for client in clients:
        client.deactivate()
        client.close()
    Path(sys.argv[2]).write_text(json.dumps(report))


if __name__ == "__main__":
    main()
