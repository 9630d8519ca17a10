"""The rig that one preset amounts to: one cable in, one cable out, and as many instances as there are tracks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from descant_daemon.settings.rig.values import Ears, Input, Instance, Output, Program, Rig
from descant_routing.timed import MAIN

if TYPE_CHECKING:
    from descant_daemon.settings.choices import ClockName


def single(
    program: Program,
    tracks: int = 1,
    *,
    input_port: str | None = None,
    output_port: str | None = None,
    offset: int = 0,
    clock: ClockName = "auto",
    tempo: float | None = None,
    send_clock: bool = False,
    drums: bool = False,
) -> Rig:
    """One track hears all channels; of several, 1 to 16, each hears a channel and answers on it. ``offset``: ns.

    ``drums``: the keys of channel 10, too.
    """
    return Rig(
        title=program.title,
        inputs=(Input(MAIN, input_port),),
        outputs=(Output(MAIN, output_port, offset),),
        instances=(Instance((program,), Ears(drums=drums), name=program.name),)
        if tracks == 1
        else tuple(_track(program, channel, drums) for channel in range(tracks)),
        clock=clock,
        tempo=tempo,
        send_clock=send_clock,
    )


def _track(program: Program, channel: int, drums: bool) -> Instance:
    own = replace(program, parameters=program.parameters.with_values({"channel": channel + 1}))
    ears = Ears(channels=frozenset({channel}), drums=drums)
    return Instance((own,), ears, name=f"{program.name}-{channel + 1}")
