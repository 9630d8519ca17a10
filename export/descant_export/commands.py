"""``descant train`` and ``descant export``, behind the command line."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import typer
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from descant_daemon.midi_file import write_whole
from descant_daemon.model.card import ModelMetadata
from descant_export.corpus.music21_scores import STEPS_PER_BEAT
from descant_export.corpus.read import Corpus, read_corpus
from descant_export.corpus.splits import split_by_tune
from descant_export.onnx_graphs.export import check_parity
from descant_export.onnx_graphs.export import export as write_graphs
from descant_export.training import checkpoint
from descant_export.training.config import OPTIMISERS, Config
from descant_export.training.report import measure, model_card
from descant_export.training.train import Progress as Trained
from descant_export.training.train import train as run_training
from descant_routing.errors import DescantError, UsageError

console = Console(stderr=True)


def train(corpus_name: str, folder: Path, updates: int | None, settings: list[str]) -> None:
    """Train, with a progress bar; go on where an earlier run in ``folder`` stopped."""
    config = _config(settings, updates)
    corpus = _read(corpus_name)
    split = split_by_tune(corpus.pieces)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("updates", total=config.updates, told="")

        def report(state: Trained) -> None:
            bar.update(task, completed=state.update, told=f"train {state.train:.3f}")
            if state.validation is not None:
                alone, under = state.validation
                console.print(
                    f"update {state.update}: validation {alone:.3f} nats a step alone, "
                    f"{under:.3f} under a given top voice ({state.seconds:.0f} s)"
                )

        best = run_training(config, corpus.name, split.train, split.valid, folder, report)
    console.print(f"Best model so far: {best}")


def export(run: Path, stem: Path) -> None:
    """Write graphs and card of a run's best checkpoint; nothing is kept unless they agree with PyTorch."""
    state = checkpoint.load(run / "best.pt" if run.is_dir() else run)
    if not stem.parent.is_dir():
        raise UsageError(f"There is no folder {stem.parent} to export to.")
    config, model = state.config, state.network()
    corpus = _read(state.corpus)
    split = split_by_tune(corpus.pieces)
    report = measure(model, split)
    metadata = ModelMetadata(
        pitch_low=config.pitch_low,
        pitch_high=config.pitch_high,
        steps_per_beat=STEPS_PER_BEAT,
        planes=("play", "articulate"),
        features="kernel-1",
        time_layers=config.time_layers,
        note_layers=config.note_layers,
        vicinity=config.vicinity,
        beat_cycle=config.beat_cycle,
        styles=config.styles,
        corpus=corpus.credit,
        licences=(corpus.licence,),
        steps=state.update,
        seconds=state.seconds,
        test_log_likelihood=report.scores["this model"].total,
        pair="0" * 64,
    )
    whole = write_graphs(model, metadata, stem)
    worst = check_parity(model, stem, split.test[0])
    card = model_card(stem.name, state, corpus, split, report, whole.pair)
    write_whole(stem.parent / "card.md", card.encode())
    typer.echo(
        f"{stem}: agrees with PyTorch to {worst:.1e} of a logit; {report.scores['this model'].total:.3f} nats a step."
    )


def _read(name: str) -> Corpus:
    return read_corpus(name, lambda what: console.print(f"reading {what}"))


def _config(settings: list[str], updates: int | None) -> Config:
    """The defaults, changed by ``name=value`` in YAML's notation (``time_layers=[300, 300]``)."""
    fields = {field.name: field for field in dataclasses.fields(Config)}
    changes: dict[str, Any] = {} if updates is None else {"updates": updates}
    for text in settings:
        name, equals, value = text.partition("=")
        if not equals or name not in fields:
            raise UsageError(f"There is no hyperparameter {text!r}; there are {', '.join(fields)}.")
        try:
            changes[name] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise UsageError(f"{name}={value} is not a value.") from None
    if (optimiser := changes.get("optimiser", Config.optimiser)) not in OPTIMISERS:
        raise UsageError(f"There is no optimiser {optimiser!r}; there are {', '.join(OPTIMISERS)}.")
    default = Config().as_dict()
    for name, value in changes.items():
        expected = type(default[name]) if not isinstance(default[name], tuple) else list
        if not isinstance(value, (int, float) if expected is float else expected) or isinstance(value, bool):
            raise UsageError(f"{name} must be like {default[name]!r}, not {value!r}.")
    config = Config.from_dict({**default, **changes})
    if config.pitch_low >= config.pitch_high:
        raise DescantError("pitch_low must be below pitch_high.")
    return config
