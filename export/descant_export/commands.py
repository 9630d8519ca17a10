"""``descant train`` and ``descant export``, behind the command line."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from descant_daemon.console import make_console, say
from descant_daemon.model.card import ModelMetadata, model_paths
from descant_daemon.model.contract import PLANES, VELOCITY
from descant_daemon.whole_file import write_whole
from descant_export.corpus.choice import Choice
from descant_export.corpus.command import PAGE, gather_with_bar, summarise
from descant_export.corpus.kept import choice_of, keep
from descant_export.corpus.mix import Mix, is_recipe, load_mix
from descant_export.corpus.options import IngestOptions
from descant_export.first_preset import PRESET, first_preset
from descant_export.onnx_graphs.export import export as write_graphs
from descant_export.onnx_graphs.parity import check_parity
from descant_export.training import checkpoint
from descant_export.training.config import Config
from descant_export.training.config_file import changed, load_config, save_config
from descant_export.training.fitted import fitted, settled
from descant_export.training.ranks import first_of_all
from descant_export.training.report import measure, model_card
from descant_export.training.sizes import SIZES
from descant_export.training.train import Progress as Trained
from descant_export.training.train import train as run_training
from descant_routing.errors import UsageError

console = make_console(err=True)

MAY_CHANGE = ("updates", "patience", "evaluate_every", "keep_every", "sample_bars")
"""Of a run that goes on: all else would make it another run."""


def train(
    what: str,
    folder: Path | None,
    config_file: Path | None,
    updates: int | None,
    settings: list[str],
    tensorboard: bool,
    split_list: Path | None = None,
    size: str | None = None,
    **choices: object,
) -> None:
    """Train, with a progress bar; go on where an earlier run in ``folder`` stopped.

    ``choices``: of ``IngestOptions``. The corpus's summary page is written into the folder first.
    """
    console.quiet = not first_of_all()
    choice = _chosen(what, split_list, choices)
    folder = folder or Path("runs") / choice.name
    begun = _begun(folder, config_file)
    if size is not None and size not in SIZES:
        raise UsageError(f"There is no size {size!r}; there are {', '.join(SIZES)}.")
    changes = [*SIZES[size or "medium"], *settings, *([] if updates is None else [f"updates={updates}"])]
    changed(begun or Config(), changes)  # what is wrong is said before anything is read
    gathered = gather_with_bar(choice)
    corpus, split = gathered.corpus, gathered.split
    config = changed(begun or fitted(corpus.pieces, tuple(gathered.styles), choice.steps_per_beat), changes)
    config = settled(config, split.train)
    if isinstance(choice, Mix) and config.styles != tuple(gathered.styles):
        raise UsageError(
            f"The recipe's styles are {', '.join(gathered.styles)}, the config's {', '.join(config.styles)}."
        )
    _check_same_run(folder, config)
    if first_of_all():
        keep(choice, folder)
        if not (folder / PAGE).exists():
            summarise(folder, corpus, choice.steps_per_beat, split)
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
    say(f"{path}: change it, then descant train FOLDER --config {path}")


def export(run: Path, stem: Path, also: Sequence[Path] = ()) -> None:
    """Write graphs and card of a run's best checkpoint; nothing is kept unless they agree with PyTorch.

    With ``also``, of the mean of its weights and of those runs'. Where no preset stands beside them yet, a first one
    is written, so that the folder can be played.
    """
    state = checkpoint.mean_of(
        [checkpoint.load(each / "best.pt" if each.is_dir() else each) for each in (run, *also)]
    )
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=stem.parent):
            pass  # it can be written to: better known now than after the measuring
    except OSError as error:
        raise UsageError(f"{stem.parent} is no folder to export to: {error.strerror or error}.") from error
    config, model = state.config, state.network()
    choice = choice_of(run, state.corpus)
    gathered = gather_with_bar(choice)
    corpus, split = gathered.corpus, gathered.split
    report = measure(model, split)
    metadata = ModelMetadata(
        pitch_low=config.pitch_low,
        pitch_high=config.pitch_high,
        steps_per_beat=choice.steps_per_beat,
        planes=(*PLANES, VELOCITY) if model.shape.velocities else PLANES,
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
    with tempfile.TemporaryDirectory(dir=stem.parent, prefix=".export.") as folder:
        made = Path(folder) / stem.name
        whole = write_graphs(model, metadata, made)
        worst = check_parity(model, made, split.test[0])
        for new, path in zip(model_paths(made), model_paths(stem), strict=True):
            new.replace(path)
    card = model_card(stem.name, state, corpus, split, report, whole.pair, [each.name for each in also])
    write_whole(stem.parent / "card.md", card.encode())
    if not (stem.parent / PRESET).exists():
        preset = first_preset(config.styles, stem.name, corpus, split.train)
        write_whole(stem.parent / PRESET, preset.encode())
    say(
        f"{stem}: agrees with PyTorch to {worst:.1e} of a logit; {report.scores['this model'].total:.3f} nats a step."
    )


def _chosen(what: str, split_list: Path | None, choices: dict[str, object]) -> Choice | Mix:
    """A recipe says for each of its styles what the options say for a folder."""
    options = IngestOptions.from_dict(dict(choices))
    if not is_recipe(what):
        return Choice(what, options, split_list)
    if split_list is not None or options != IngestOptions():
        raise UsageError(f"How the corpora of {what} are read stands in the recipe, not in options.")
    return load_mix(Path(what))


def _begun(folder: Path, config_file: Path | None) -> Config | None:
    """The config that is asked for, or that of the run that is found in ``folder``; None when there is neither."""
    if config_file is not None:
        return load_config(config_file)
    return checkpoint.load(folder / "last.pt").config if (folder / "last.pt").exists() else None


def _check_same_run(folder: Path, config: Config) -> None:
    """A run that goes on is the same run, or UsageError says what is not."""
    if not (folder / "last.pt").exists():
        return
    begun, now = checkpoint.load(folder / "last.pt").config.as_dict(), config.as_dict()
    for name in begun:
        if begun[name] != now[name] and name not in MAY_CHANGE:
            raise UsageError(
                f"The run in {folder} was begun with {name}={begun[name]}, not {now[name]}; "
                f"another --run begins anew. What may change on the way: {', '.join(MAY_CHANGE)}."
            )
