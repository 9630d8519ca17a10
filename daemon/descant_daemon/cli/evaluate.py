"""``descant evaluate``: what a model is worth under two protocols, and how near music is to human music."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from descant_daemon.cli.options import Json
from descant_daemon.cli.train_extra import train_extra
from descant_routing.errors import UsageError

SOURCE = "a folder, FILE.mid, FILE.zip[:PATTERN], FILE.mat or music21:bach, then :train, :valid or :test for a side"
BASELINES = ("random", "marginal", "markov")
SPLITS = ("train", "valid", "test")


def evaluate(
    run: Annotated[Path | None, typer.Argument(help="A run's folder, or a checkpoint.")] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Piano rolls (FILE.mat); with --map an archive of MIDI files."),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", help=f"Instead of a model: {', '.join(BASELINES)}.")
    ] = None,
    split: Annotated[str, typer.Option("--split", help=f"Which side: {', '.join(SPLITS)}.")] = "test",
    source_map: Annotated[
        Path | None, typer.Option("--map", help="source_map.json: the rolls' pieces at sixteenths.")
    ] = None,
    music: Annotated[str | None, typer.Option("--music", help=f"Music to judge: {SOURCE}.")] = None,
    human: Annotated[str | None, typer.Option("--human", help="Human music to hold it against.")] = None,
    training: Annotated[
        str | None, typer.Option("--training", help="Music that may have been copied.")
    ] = None,
    same_key: Annotated[bool, typer.Option("--same-key", help="A transposed copy is none.")] = False,
    as_json: Json = False,
) -> None:
    """Score a model, or judge music. Needs the 'train' extra.

    RUN: nats a step on the held-out pieces of its own corpus, and what given notes are worth, mask by mask.
    RUN --data FILE.mat: nats a time step under the published protocol (play only, 88 pitches).
    RUN --data FILE.zip --map MAP: nats a sixteenth of the same pieces, articulation and metre included.
    --music SET --human SET --training SET: statistics beside human music, and what is copied from training.
    """
    if split not in SPLITS:
        raise UsageError(f"There is no side {split!r}; there are {', '.join(SPLITS)}.")
    if music is not None:
        if run is not None or data is not None or baseline is not None or source_map is not None:
            raise UsageError("--music is judged by itself: without a run, --data, --baseline or --map.")
        if human is None and training is None:
            raise UsageError("--music is held against --human music, or --training music, or both.")
        _commands().music_beside(music, human, training, not same_key, as_json)
        return
    if human is not None or training is not None or same_key:
        raise UsageError("--human, --training and --same-key go with --music.")
    if data is None:
        if run is None or baseline is not None or source_map is not None:
            raise UsageError(
                "What is to be evaluated? RUN on its own corpus, RUN --data FILE.mat, or --music SET."
            )
        _commands().held_out(run, split, as_json)
        return
    if baseline is not None and baseline not in BASELINES:
        raise UsageError(f"There is no baseline {baseline!r}; there are {', '.join(BASELINES)}.")
    if source_map is not None:
        if baseline is not None:
            raise UsageError("With --map the baselines are always shown: leave out --baseline.")
        _commands().sixteenths(data, source_map, split, run, as_json)
    elif (run is None) == (baseline is None):
        raise UsageError("Give either a run, or a --baseline.")
    else:
        _commands().rolls(data, split, run, baseline, as_json)


def _commands() -> Any:
    with train_extra():
        return importlib.import_module("descant_export.evaluate.evaluate_command")
