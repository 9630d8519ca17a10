"""``descant benchmark``: a door to the part that needs torch."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

from descant_daemon.cli.train_extra import train_extra
from descant_daemon.console import say
from descant_daemon.whole_file import writable_folder


def benchmark(
    data: Annotated[Path, typer.Option("--data", help="The folder of the four .mat files.")],
    out: Annotated[Path, typer.Option("--out", help="Runs and table; what is found there goes on.")] = Path(
        "runs/benchmark"
    ),
    sets: Annotated[
        str, typer.Option("--sets", help="jsb, muse, nottingham, piano; or piano-16 (see the table's notes).")
    ] = "jsb,piano,nottingham,muse",
    networks: Annotated[
        str,
        typer.Option(
            "--network", help="johnson-2017, johnson-2017-tp-nade, roll-lstm, descant-1, kotecha-young-2018."
        ),
    ] = "johnson-2017",
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="How many runs of each.")] = 5,
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0.0, help="Stop after so long; the next call goes on.")
    ] = None,
    batch: Annotated[int | None, typer.Option("--batch", min=1, help="Crops an update.")] = None,
) -> None:
    """Train networks on the published benchmark and write the table beside the papers'. Needs the 'train' extra."""
    writable_folder(out)
    with train_extra():
        room = importlib.import_module("descant_export.benchmark.benchmark_command")
    say(str(room.benchmark(data, sets.split(","), networks.split(","), seeds, out, minutes, batch)))
