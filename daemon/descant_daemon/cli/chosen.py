"""The rig that a command line asks for: of a file, or what one preset amounts to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from descant_daemon.cli.setup import set_up
from descant_daemon.settings.choices import ClockName
from descant_daemon.settings.rig.presets import Look
from descant_daemon.settings.rig.rig_file import load_rig
from descant_daemon.settings.rig.single import single
from descant_daemon.settings.rig.values import Rig
from descant_routing.errors import UsageError


def chosen_rig(
    file: Path | None,
    presets: Sequence[str],
    settings: Sequence[str],
    mode: str | None,
    seed: int | None,
    *,
    input_port: str | None,
    output_port: str | None,
    tracks: int,
    offset: int,
    clock: str,
    tempo: float | None,
    send_clock: bool,
    drums: bool,
    look: Look,
) -> Rig:
    """The rig of ``file``, or one instance (or ``tracks``) that plays the first of ``presets``.

    ``offset`` in ns; for ``look`` see ``load_rig``. Raises UsageError for what a model cannot do, and where an option
    stands beside a file that says the same.
    """
    if file is None:
        programs = [set_up(name.strip(), settings, mode, seed, look) for name in dict.fromkeys(presets)]
        for each in programs:
            each.model.check(each.parameters)
        rig = single(
            programs[0],
            tracks,
            input_port=input_port,
            output_port=output_port,
            offset=offset,
            clock=cast("ClockName", clock),
            tempo=tempo,
            send_clock=send_clock,
            drums=drums,
        )
        if len(programs) == 1:
            return rig
        if tracks > 1:
            raise UsageError("--programs goes with one track; for several, write a rig (descant play --rig)")
        return replace(rig, instances=(replace(rig.instances[0], programs=tuple(programs)),))
    said = {
        "--input": input_port,
        "--output": output_port,
        "--tracks": tracks > 1,
        "--programs": len(presets) > 1,
        "--set": settings,
        "--mode": mode,
        "--seed": seed is not None,
        "--offset": offset,
        "--clock": clock != "auto",
        "--tempo": tempo,
        "--send-clock": send_clock,
        "--drums": drums,
    }
    if beside := [option for option, value in said.items() if value]:
        raise UsageError(f"{beside[0]} stands in the rig's file when there is one: {file}")
    return load_rig(file, look=look)
