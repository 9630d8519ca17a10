"""``descant export``: the door to the exporter, which needs torch and says so when it is missing."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

from descant_daemon.cli.train_extra import train_extra


def export(
    run: Annotated[Path, typer.Argument(help="A run's folder, or a checkpoint.")],
    place: Annotated[
        Path,
        typer.Argument(
            metavar="PRESET",
            help="The folder of the preset to be, presets/NAME: two .onnx, a card, and a first preset.yaml.",
        ),
    ],
    mean: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="RUN", help="The mean of its weights and of these, as of a run that went on from it."
        ),
    ] = None,
    credit: Annotated[
        str | None,
        typer.Option(
            help="Whose music it learned from, instead of what the folder's CREDITS says.", show_default=False
        ),
    ] = None,
    licence: Annotated[
        str | None,
        typer.Option(
            "--licence", help="Its licence, instead of what the folder's LICENSE says.", show_default=False
        ),
    ] = None,
) -> None:
    """Write a trained model as the two graphs that the daemon plays, with its card. Needs the 'train' extra."""
    with train_extra():
        command = importlib.import_module("descant_export.exporting")
    command.export(run, place, mean or [], credit, licence)
