"""A rig's file is changed while it is played: the new rig is heard, the old notes end, a wrong one changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jack
from tests.effect.stage import Wire
from tests.live.conftest import StatusLines

from descant_routing import message

if TYPE_CHECKING:
    from tests.live.conftest import Rig

ONE = """\
title: One
clock: internal
tempo: 240
inputs: {keys: , more: }
outputs: {near: , far: }
instances:
  bass: {preset: piano, input: keys, output: near, mode: free, parameters: {density_target: 16}}
"""
TWO = (
    ONE.replace("title: One", "title: Two") + "  lead: {preset: folk, input: more, output: far, mode: free}\n"
)
MOVED = ONE.replace("preset: piano", "preset: hymn").replace("output: near", "output: far")
WRONG = ONE.replace("preset: piano", "preset: pianola")


class Ears:
    """Two ears in a process of their own would hear the same; these insist that on and off alternate."""

    def __init__(self, server: str, ports: list[str]) -> None:
        self.client = jack.Client("Ears", no_start_server=True, servername=server)
        self.ports: list[Any] = [self.client.midi_inports.register(port) for port in ports]
        self.heard: dict[str, list[bytes]] = {port: [] for port in ports}
        self.client.set_process_callback(self.listen)
        self.client.activate()
        for port in ports:
            self.client.connect(f"Descant:{port}", f"Ears:{port}")

    def listen(self, _frames: int) -> None:
        for port in self.ports:
            for _, data in port.incoming_midi_events():
                self.heard[port.shortname].append(bytes(data))

    def wires(self) -> dict[str, Wire]:
        self.client.deactivate()
        self.client.close()
        wires = {port: Wire() for port in self.heard}
        for port, messages in self.heard.items():
            struck: set[bytes] = set()
            for data in messages:
                place = bytes((data[0] & 0x0F, data[1]))
                struck |= {place} if message.is_note_on(data) else set()
                if place in struck or not message.is_note_off(data):  # else it began before there were ears
                    wires[port].hear(data)
        return wires


def presets(status: dict[str, Any]) -> list[str]:
    return [each["preset"] for each in status["instances"]]


def test_a_rig_changes_while_it_is_played(make_rig: Callable[[int], Rig], tmp_path: Path) -> None:
    path = tmp_path / "stage.yaml"
    path.write_text(ONE)
    rig = make_rig(256)
    program = rig.run(sys.executable, "-m", "descant_daemon.cli", "play", "--rig", str(path), "--json")
    rig.until_said(program, "stderr", "ready to be played")
    said = StatusLines(program)
    ears = Ears(rig.server, ["near", "far"])
    said.wait_for(lambda status: status["bar"] >= 2 and status["notes"] > 4)
    assert not ears.heard["far"]
    path.write_text(TWO)
    said.wait_for(lambda status: presets(status) == ["piano", "folk"] and status["instances"][1]["sounding"])
    path.write_text(WRONG)
    kept = said.wait_for(lambda status: status["bar"] >= said.latest["bar"])
    assert presets(kept) == ["piano", "folk"]
    path.write_text(MOVED)
    moved = said.wait_for(lambda status: presets(status) == ["hymn"] and status["instances"][0]["sounding"])
    assert moved["engine_lost"] == 0
    program.terminate()
    program.wait(20)
    wires = ears.wires()
    assert {port: bool(wire.sounding) for port, wire in wires.items()} == {"near": False, "far": False}
    assert min(wire.struck for wire in wires.values()) > 2
