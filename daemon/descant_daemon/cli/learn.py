"""``descant train`` and ``descant export``: doors to the part that needs torch, named when it is missing."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from descant_routing.errors import DescantError

Updates = Annotated[
    int | None, typer.Option("--updates", min=1, help="How many updates; the preset's default.")
]


def train(
    corpus: Annotated[str, typer.Argument(help="What to learn: music21:bach.")] = "music21:bach",
    run: Annotated[Path, typer.Option("--run", help="The run's folder; a run found there goes on.")] = Path(
        "runs/bach-chorale"
    ),
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="Hyperparameters; --write-config shows all."),
    ] = None,
    write_config: Annotated[
        Path | None,
        typer.Option("--write-config", metavar="FILE", help="Write a commented config to change, and stop."),
    ] = None,
    updates: Updates = None,
    tensorboard: Annotated[
        bool,
        typer.Option("--tensorboard", help="Also write curves for TensorBoard, which must be installed."),
    ] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A hyperparameter; several times.")
    ] = None,
) -> None:
    """Train a model; stop and start at will. Needs the 'train' extra."""
    if write_config is not None:
        _commands().write_config(write_config)
        return
    _commands().train(corpus, run, config, updates, settings or [], tensorboard)


def export(
    run: Annotated[Path, typer.Argument(help="A run's folder, or a checkpoint.")],
    stem: Annotated[
        Path, typer.Argument(help="Where to: writes STEM.time.onnx, STEM.note.onnx and the card.")
    ],
) -> None:
    """Write a trained model as the two graphs that the daemon plays, with its card. Needs the 'train' extra."""
    _commands().export(run, stem)


def _commands() -> Any:
    try:
        return importlib.import_module("descant_export.commands")
    except ModuleNotFoundError as error:
        raise DescantError(
            f"Training needs the 'train' extra ({error.name} is not installed): pip install 'descant[train]'."
        ) from error
