"""A take of an evening on which presets, cables and the rig itself changed comes back as it was."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tape.studio import TRACKS, Studio, fixed, header, storm
from tests.tape.test_replay import again

from descant_daemon.effect.events import NewRig
from descant_daemon.settings.rig.values import Instance, Rig
from descant_daemon.tape.header import Header, plain_rig, read_rig
from descant_daemon.tape.midi import whole_take
from descant_daemon.tape.reader import TakeFile
from descant_daemon.tape.take_line import Cycle, encode_item
from descant_routing import message
from descant_routing.routes import Passage, parse_route
from descant_routing.timed import Timed

SECOND = 1_000_000_000


def with_two_programs(facts: Header) -> Header:
    """Each instance can change to a second preset, which plays from the engine's second model."""

    def both(instance: Instance) -> Instance:
        (first,) = instance.programs
        second = replace(first, name="other", title="Other", model=replace(first.model, number=1))
        return replace(instance, programs=(first, second), switch="beat")

    rig = replace(facts.rig, instances=tuple(map(both, facts.rig.instances)))
    return facts.model_copy(update={"rig": rig})


def smaller(rig: Rig) -> Rig:
    """One instance is gone, another hears fewer keys, what passes goes an octave up, and faders are told."""
    kept = replace(rig.instances[1], hears=replace(rig.instances[1].hears, low=50, high=70))
    routes = (Passage("", "", parse_route([{"transpose": 12}])),)
    return replace(rig, instances=(rig.instances[0], kept), routes=routes, feedback="")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_comes_back(seed: int, tmp_path: Path) -> None:
    studio = Studio(with_two_programs(header("midi", TRACKS)), seed)
    events = storm(seed, 900)
    changes = [
        Timed(event.time, message.program_change(0, number % 2)) for number, event in enumerate(events[::50])
    ]
    coming, periods = deque(sorted([*events, *changes], key=lambda event: event.time)), fixed()
    other = read_rig(plain_rig(smaller(studio.header.rig)))  # as a file is read anew: nothing is shared
    at = {
        2: lambda: studio.live.unplugged("", 0),
        3: lambda: studio.live.plugged("", 0),
        4: lambda: studio.live.request_rig(NewRig(other, encode_item(("rig", plain_rig(other))))),
    }
    begun = studio.live.reached
    end = coming[-1].time + SECOND
    while studio.live.reached < end:
        second = (studio.live.reached - begun) // (SECOND // 2)
        if second in at:
            at.pop(second)()
        studio.cycle(coming, next(periods))
    studio.live.request_close()
    studio.cycle(coming, next(periods))
    assert not at, "the evening was too short"
    verdict, content = again(studio, tmp_path / "a.take")
    assert verdict.difference is None
    assert verdict.messages > 100
    assert content == whole_take(studio.header, studio.recorded)
    kinds = {
        item[0]
        for line in TakeFile(tmp_path / "a.take").lines()
        if isinstance(line, Cycle)
        for item in line.items
    }
    assert {"rig", "unplugged", "plugged", "mark"} <= kinds
