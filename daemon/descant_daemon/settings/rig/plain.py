"""A rig for scripts: plain values; channels count from 1, times are in the units of the file."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from descant_daemon.settings.rig.cautions import answer_channels, passes
from descant_routing.routes.text import plain_route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from descant_daemon.settings.rig.values import Ears, Instance, Rig

SECOND, MILLISECOND = 1_000_000_000, 1_000_000


def as_plain(rig: Rig) -> dict[str, Any]:
    """What ``descant rig check --json`` says of a rig."""
    return {
        "title": rig.title,
        "clock": rig.clock,
        "clock_from": rig.clock_from,
        "tempo": rig.tempo,
        "send_clock": rig.send_clock,
        "feedback": rig.feedback,
        "inputs": [
            asdict(each) | {"longest_note": None if each.longest_note is None else each.longest_note / SECOND}
            for each in rig.inputs
        ],
        "outputs": [asdict(each) | {"offset": each.offset / MILLISECOND} for each in rig.outputs],
        "instances": [_instance(each) for each in rig.instances],
        "routes": None
        if rig.routes is None
        else [{"from": source, "to": sink, "do": plain_route(route)} for source, sink, route in rig.routes],
    }


def _instance(each: Instance) -> dict[str, Any]:
    programs = [
        {
            "number": number,
            "name": program.name,
            "title": program.title,
            "model": str(program.model.stem),
            "mode": program.parameters.mode,
            "channel": program.parameters.channel,
            "takeover": program.parameters.takeover,
        }
        for number, program in enumerate(each.programs, 1)
    ]
    return {
        "name": each.name,
        "programs": programs,
        "first": each.first + 1,
        "switch": each.switch,
        "hears": _heard(each.hears),
        "listens": [_heard(one) for one in each.listens],
        "output": each.output,
        "channels": _counted(answer_channels(each)),
        "thru": passes(each),
    }


def _heard(hears: Ears) -> dict[str, Any]:
    return {"input": hears.input, "channels": _counted(hears.channels), "keys": [hears.low, hears.high]}


def _counted(channels: Iterable[int]) -> list[int]:
    return [channel + 1 for channel in sorted(channels)]
