"""``descant train``, behind the command line."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from descant_daemon.console import make_console, say
from descant_daemon.whole_file import make_folder
from descant_export.claim import ClaimedError, claimed
from descant_export.corpus.corpus_choice import CorpusChoice
from descant_export.corpus.corpus_command import PAGE, gather_with_bar, summarise
from descant_export.corpus.gathered import Gathered
from descant_export.corpus.kept import keep
from descant_export.corpus.mix import Mix, is_recipe, load_mix
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.splits import Split, shares
from descant_export.evaluate.baselines import hold_last_step
from descant_export.evaluate.held_out import excerpt
from descant_export.evaluate.scores import score
from descant_export.families import FAMILIES
from descant_export.training import checkpoint
from descant_export.training.config import Config
from descant_export.training.config_file import changed, load_config, save_config
from descant_export.training.fitted import fitted, settled
from descant_export.training.ranks import first_of_all
from descant_export.training.sizes import SIZES
from descant_export.training.telling import Teller
from descant_export.training.train import train as run_training
from descant_export.verdict import quoted, verdict
from descant_routing.errors import DescantError, UsageError
from descant_routing.wording import hint

console = make_console(err=True)

ENOUGH = 20_000  # steps of training music that tell how often a note goes on
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
    *,
    size: str | None = None,
    family: str | None = None,
    **choices: object,
) -> None:
    """Train, with a progress bar; go on where an earlier run in ``folder`` stopped.

    ``choices``: of ``IngestOptions``. The corpus's summary page is written into the folder first.
    """
    console.quiet = not first_of_all()
    if family is not None and family not in FAMILIES:
        raise UsageError(
            f"There is no family {family!r}{hint(family, FAMILIES)}; there are {', '.join(FAMILIES)}."
        )
    choice = _chosen(what, split_list, choices)
    folder = folder or Path("runs") / choice.name
    begun = _begun(folder, config_file)
    default = changed(begun or Config(), [] if family is None else [f"family={family}"])
    if default.network.family not in SIZES:
        raise UsageError("The networks of the tables do not play: descant benchmark trains them.")
    sizes = SIZES[default.network.family]
    if size is not None and size not in sizes:
        raise UsageError(f"There is no size {size!r}; there are {', '.join(sizes)}.")
    changes = [*sizes[size or "medium"], *settings, *([] if updates is None else [f"updates={updates}"])]
    changed(default, changes)  # what is wrong is said before anything is read
    with ExitStack() as ours:
        if first_of_all():
            ours.enter_context(_alone_in(folder))
        gathered = gather_with_bar(choice)
        corpus, split = gathered.corpus, gathered.split
        config = changed(
            default
            if begun
            else fitted(corpus.pieces, tuple(gathered.styles), choice.steps_per_beat, default),
            changes,
        )
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
        for words in _sides(gathered):
            console.print(words, soft_wrap=True)
        hold = _hold(config, split)
        with Teller(console, config.updates, hold) as teller:
            best = run_training(
                config, corpus.name, split.train, split.valid, folder, teller.show, tensorboard=tensorboard
            )
    console.print(f"Best model so far: {best}. {verdict(teller.best, hold)}", soft_wrap=True)
    console.print(
        f"Now: descant export {quoted(folder)} {quoted(Path('presets') / choice.name)}", soft_wrap=True
    )


@contextmanager
def _alone_in(folder: Path) -> Generator[None]:
    """No other training works in the folder meanwhile; where nothing comes of it, it is not left behind."""
    new = not folder.exists()
    make_folder(folder)
    try:
        with claimed(folder):
            yield
    except ClaimedError as other:
        who = "another process" if other.process is None else f"process {other.process}"
        raise DescantError(
            f"The run in {folder} is being trained by {who}: wait for it, stop it, or name another --run."
        ) from None
    except OSError as error:
        raise DescantError(f"{folder} cannot be worked in: {error.strerror or error}.") from error
    finally:
        if new:
            with suppress(OSError):
                folder.rmdir()  # where something is in it, it stays


def _sides(gathered: Gathered) -> list[str]:
    """What is learned from and what is held out, style by style, in words."""
    split = gathered.split
    if len(gathered.styles) == 1:
        return [f"Split: {shares(split)}."]
    sides = [
        Split(*([piece for piece in side if piece.style == number] for side in split))
        for number in range(len(gathered.styles))
    ]
    return [f"Split of {name}: {shares(each)}." for name, each in zip(gathered.styles, sides, strict=True)]


def _hold(config: Config, split: Split) -> float:
    """What holding the last note is worth on the music that is looked at, nats a step."""
    if not split.train or not split.valid:
        return 0.0  # the training will refuse
    training, valid = excerpt(split.train, ENOUGH), excerpt(split.valid, config.look_at)
    return score(hold_last_step(training, config.network.pitches), valid).total


def families() -> str:
    """A line for each family."""
    wide = max(map(len, FAMILIES))
    return "\n".join(f"{name:<{wide}}  {sizes.line}" for name, sizes in FAMILIES.items())


def write_config(path: Path, family: str | None = None) -> None:
    """Write the defaults, every value under its meaning, to be changed and given to ``--config``."""
    save_config(changed(Config(), [] if family is None else [f"family={family}"]), path)
    say(f"{path}: change it, then descant train FOLDER --config {path}")


def _chosen(what: str, split_list: Path | None, choices: dict[str, object]) -> CorpusChoice | Mix:
    """A recipe says for each of its styles what the options say for a folder."""
    options = IngestOptions.from_dict(dict(choices))
    if not is_recipe(what):
        return CorpusChoice(what, options, split_list)
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
        if begun[name] != now.get(name) and name not in MAY_CHANGE:
            raise UsageError(
                f"The run in {folder} was begun with {name}={begun[name]}, not {now.get(name)}; "
                f"another --run begins anew. What may change on the way: {', '.join(MAY_CHANGE)}."
            )
