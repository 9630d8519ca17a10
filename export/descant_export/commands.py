"""``descant train`` and ``descant export``, behind the command line."""

from __future__ import annotations

from pathlib import Path

import typer
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
from descant_export.training.config import Config
from descant_export.training.config_file import changed, load_config, save_config
from descant_export.training.ranks import first_of_all
from descant_export.training.report import measure, model_card
from descant_export.training.train import Progress as Trained
from descant_export.training.train import train as run_training
from descant_routing.errors import UsageError

console = Console(stderr=True)

MAY_CHANGE = ("updates", "patience", "evaluate_every", "keep_every", "sample_bars")
"""Of a run that goes on: all else would make it another run."""


def train(
    corpus_name: str,
    folder: Path,
    config_file: Path | None,
    updates: int | None,
    settings: list[str],
    tensorboard: bool,
) -> None:
    """Train, with a progress bar; go on where an earlier run in ``folder`` stopped."""
    console.quiet = not first_of_all()
    config = _config(folder, config_file, updates, settings)
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
            speed = f"{state.note_steps / 1000:.0f}k note-steps a second, {state.busy:.0%} of the matrix rate"
            bar.update(task, completed=state.update, told=f"train {state.train:.3f}; {speed}")
            if state.validation is not None:
                alone, under = state.validation
                console.print(
                    f"update {state.update}: validation {alone:.3f} nats a step alone, "
                    f"{under:.3f} under a given melody ({state.seconds:.0f} s; {speed})"
                )

        best = run_training(
            config, corpus.name, split.train, split.valid, folder, report, tensorboard=tensorboard
        )
    console.print(f"Best model so far: {best}")


def write_config(path: Path) -> None:
    """Write the defaults, every value under its meaning, to be changed and given to ``--config``."""
    save_config(Config(), path)
    typer.echo(f"{path}: change it, then descant train FOLDER --config {path}")


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


def _config(folder: Path, path: Path | None, updates: int | None, settings: list[str]) -> Config:
    """What is asked for; a run that is found in ``folder`` goes on with its own, where nothing else is said."""
    last = checkpoint.load(folder / "last.pt") if (folder / "last.pt").exists() else None
    config = load_config(path) if path else last.config if last else Config()
    config = changed(config, settings + ([] if updates is None else [f"updates={updates}"]))
    if last is None:
        return config
    begun, now = last.config.as_dict(), config.as_dict()
    for name in begun:
        if begun[name] != now[name] and name not in MAY_CHANGE:
            raise UsageError(
                f"The run in {folder} was begun with {name}={begun[name]}, not {now[name]}; "
                f"another --run begins anew. What may change on the way: {', '.join(MAY_CHANGE)}."
            )
    return config
