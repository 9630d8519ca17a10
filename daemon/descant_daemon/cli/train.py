"""``descant train``: the door to training, which needs torch and says so when it is missing."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from descant_daemon.cli.corpus import (
    KeepDuplicates,
    KeepUngridded,
    MaxBeats,
    MinBeats,
    SplitList,
    StepsPerBeat,
    Tracks,
)
from descant_daemon.cli.train_extra import train_extra
from descant_daemon.console import say
from descant_daemon.whole_file import writable_folder

Updates = Annotated[
    int | None, typer.Option("--updates", min=1, help="How many updates; the preset's default.")
]


def train(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER",
            help="A folder of MIDI files, music21:bach and the like, or a recipe of several styles (.yaml).",
        ),
    ] = "music21:bach",
    run: Annotated[
        Path | None,
        typer.Option(
            "--run", help="The run's folder, runs/NAME; a run found there goes on.", show_default=False
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="Hyperparameters; --write-config shows all."),
    ] = None,
    write_config: Annotated[
        Path | None,
        typer.Option("--write-config", metavar="FILE", help="Write a commented config to change, and stop."),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            "--size",
            metavar="small|medium|large",
            help="Of the network; small learns in about a quarter of an hour on two cores.",
        ),
    ] = None,
    family: Annotated[
        str | None,
        typer.Option("--family", help="The kind of network; help lists them.", show_default="biaxial"),
    ] = None,
    updates: Updates = None,
    tensorboard: Annotated[
        bool,
        typer.Option("--tensorboard", help="Also write curves for TensorBoard, which must be installed."),
    ] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A hyperparameter; several times.")
    ] = None,
    steps_per_beat: StepsPerBeat = 4,
    tracks: Tracks = None,
    duplicates: KeepDuplicates = False,
    ungridded: KeepUngridded = False,
    shortest: MinBeats = 8,
    longest: MaxBeats = 16_000,
    split_list: SplitList = None,
) -> None:
    """Train a model; stop and start at will. Needs the 'train' extra."""
    if family == "help":
        say(_commands().families())
        return
    if run is not None:
        writable_folder(run)
    if write_config is not None:
        _commands().write_config(write_config, family)
        return
    _commands().train(
        what,
        run,
        config,
        updates,
        settings or [],
        tensorboard,
        split_list,
        size=size,
        family=family,
        steps_per_beat=steps_per_beat,
        tracks=tracks or [],
        keep_duplicates=duplicates,
        keep_ungridded=ungridded,
        min_beats=shortest,
        max_beats=longest,
    )


def _commands() -> Any:
    with train_extra():
        return importlib.import_module("descant_export.commands")
