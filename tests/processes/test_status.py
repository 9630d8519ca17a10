"""The status fits into the memory between io and control, whatever is to be said: nothing is raised in io's cycle."""

from __future__ import annotations

import json
from typing import Any

import pytest

from descant_daemon.effect.effect import Effect
from descant_daemon.live.control.osc import OscOutlet
from descant_daemon.live.control.panel import LONGEST_STATUS, SIZE, Panel
from descant_daemon.live.control.status import LONGEST_TEXT, encode, snapshot
from descant_daemon.live.control.status_line import status_line
from descant_daemon.live.processes.shared import Shared
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Ears, Instance, Program, Rig
from descant_daemon.time.midi_clock import MidiClock
from descant_routing import message
from descant_routing.timed import Timed

CYRILLIC = "я" * 255
UNDECODABLE = "\udcff" * 255


def effect_of(name: str, keys: int) -> Effect:
    """Sixteen instances, each with so many keys held."""
    tracks = [
        Instance(
            (Program(Parameters(channel=channel + 1), name=name),),
            Ears(channels=frozenset({channel})),
            name=f"{channel}{name}"[: len(name)],
        )
        for channel in range(16)
    ]
    effect = Effect(Rig(tuple(tracks)), MidiClock())
    now = 1_000_000_000
    for channel in range(16):
        for key in range(keys):
            now += 2_000_000  # a key in 2 ms is no storm
            effect.feed(Timed(now, message.note_on(channel, key, 64)))
    effect.advance(now + 1_000_000)
    return effect


@pytest.mark.parametrize("name", [CYRILLIC, UNDECODABLE, "x" * 4095, "/" + "ш" * 20_000])
def test_sixteen_instances_with_long_names_and_every_key_held(name: str) -> None:
    effect = effect_of(name, 128)
    assert sum(len(part.held) for part in effect.parts) == 15 * 128, "all but the drums"
    status: dict[str, Any] = {**snapshot(effect, engine=True), "absent": {name: name}, "xruns": 3}
    panel = Panel(Shared.create(SIZE))
    panel.show(status)
    shown = panel.status()
    assert shown is not None
    for figure in (
        "running",
        "clock",
        "bar",
        "beat",
        "bpm",
        "late",
        "staleness",
        "engine",
        "stalled",
        "xruns",
    ):
        assert shown[figure] == status[figure]
    assert len(shown["instances"]) == 16
    assert [each["state"] for each in shown["instances"]] == [each["state"] for each in status["instances"]]


def test_what_fits_is_told_whole() -> None:
    status = snapshot(effect_of(CYRILLIC, 128), engine=False)
    assert json.loads(encode(status, LONGEST_STATUS)) == json.loads(json.dumps(status))


@pytest.mark.parametrize("longest", [30_000, 10_000, 6_000, 3_000, 1_000])
def test_the_least_needed_goes_first(longest: int) -> None:
    status: dict[str, Any] = snapshot(effect_of("x" * 1000, 60), engine=True)
    content = encode(status, longest)
    assert len(content) <= longest
    shown = json.loads(content)
    assert shown["shortened"] is True
    assert (shown["bar"], shown["clock"], shown["late"]) == (1, "none", 0)
    assert "no clock comes" in status_line(shown)
    outlet = OscOutlet("127.0.0.1", 9)
    outlet.show(shown)
    outlet.close()
    if longest >= 10_000:
        assert shown["instances"][3]["held"] == status["instances"][3]["held"]
        assert len(shown["instances"][3]["preset"]) == LONGEST_TEXT
    elif longest >= 3_000:
        assert len(shown["instances"]) == 16
        assert "held" not in shown["instances"][0]
