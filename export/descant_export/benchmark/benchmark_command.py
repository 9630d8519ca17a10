"""``descant benchmark``, behind the command line."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import torch
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from descant_daemon.console import make_console
from descant_export.benchmark.recipes import RECIPES, Recipe
from descant_export.benchmark.run import IsOver, Run
from descant_export.benchmark.sets import RollSet, read_set
from descant_export.benchmark.store import Result, Store
from descant_export.benchmark.table import write_table
from descant_export.families.table_networks import TABLES
from descant_export.freed_memory import keep_freed_memory
from descant_export.training.train import UpdateReport
from descant_routing.errors import DescantError, UsageError

console = make_console(err=True)
CUDA_BATCH = 4  # times the recipe's batch, where a graphics card would be idle with less


def benchmark(
    data: Path,
    sets: list[str],
    networks: list[str],
    seeds: int,
    out: Path,
    minutes: float | None,
    batch: int | None,
) -> Path:
    """Train what is not done yet, for ``minutes`` at most; write the table. Returns its path.

    Called several times at once, each process takes runs that no other is at. Ctrl-C and SIGTERM end the time.
    """
    for network in networks:
        if network not in RECIPES:
            raise UsageError(f"There is no network {network!r}; there are {', '.join(RECIPES)}.")
        for name in sets:
            if name not in (RECIPES[network].sets or (name,)):
                raise UsageError(
                    f"{network} trains on {', '.join(RECIPES[network].sets or ())}, not on {name}."
                )
    keep_freed_memory()
    torch.backends.cudnn.allow_tf32 = False  # training asks for bf16; scoring in float32 means float32
    roll_sets = [read_set(data, name) for name in sets]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DescantError(f"{out} cannot be made: {error.strerror or error}.") from error
    with _time(minutes) as is_over:
        _train_all(roll_sets, networks, seeds, out, is_over, batch)
    return out / "table.md"


@contextmanager
def _time(minutes: float | None) -> Generator[IsOver]:
    """Whether the time is over; to be stopped only makes it shorter, so that what was learned is scored."""
    deadline = math.inf if minutes is None else time.monotonic() + 60 * minutes
    stopped = threading.Event()

    def stop(*_: object) -> None:
        console.print("Stopping: the weights so far are scored first.")
        stopped.set()

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: stopped.is_set() or time.monotonic() >= deadline
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _train_all(
    roll_sets: list[RollSet], networks: list[str], seeds: int, out: Path, is_over: IsOver, batch: int | None
) -> None:
    # Seeds outside: the first row of every set comes before the second of any.
    for seed in range(1, seeds + 1):
        for roll_set in roll_sets:
            for network in networks:
                if roll_set.planes == TABLES[network].shape(roll_set.pitches).kernel.planes:
                    _go_on(network, roll_set, seed, out, is_over, batch)
                    write_table(out, _results(out))
                else:
                    raise UsageError(f"{network} has no articulation to learn from {roll_set.name}.")


def _go_on(network: str, roll_set: RollSet, seed: int, out: Path, is_over: IsOver, batch: int | None) -> None:
    store = Store(out / network / roll_set.name / f"seed-{seed}")
    with store.taken() as ours:
        known = store.result()
        if ours and not is_over() and not (known is not None and known.ended):
            _train(network, roll_set, seed, store, is_over, batch)


def _train(
    network: str, roll_set: RollSet, seed: int, store: Store, is_over: IsOver, batch: int | None
) -> None:
    recipe = RECIPES[network]
    run = Run(network, recipe, roll_set, seed, store, batch or _crops(recipe, roll_set.name))
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(f"{network} on {roll_set.name}, seed {seed}", told="")

        def report(now: UpdateReport) -> None:
            if now.validation is None:
                bar.update(task, told=f"update {now.update} {now.train:.2f} nats a step, {now.busy:.0%} busy")
                return
            (valid,) = now.validation
            better = "best" if valid >= now.best else f"best {now.best:.3f}"
            console.print(
                f"{network} {roll_set.name} {seed}: update {now.update}, training {now.train:.3f}, "
                f"validation {valid:.3f} ({better}), {now.seconds:.0f} s"
            )

        run.train(is_over, report)
    if run.ended:
        console.print(f"{network} on {roll_set.name}, seed {seed}, is over: {run.ended}")
    if (result := run.result()) is not None:
        console.print(f"{network} on {roll_set.name}, seed {seed}: test {result.test:.3f} nats a step")


def _crops(recipe: Recipe, name: str) -> int:
    """Crops an update, as the machine likes it."""
    return recipe.crops(name) * (CUDA_BATCH if torch.cuda.is_available() else 1)


def _results(out: Path) -> list[Result]:
    """Every result under ``out``, of earlier calls too."""
    found = [Store(path.parent).result() for path in sorted(out.glob("*/*/seed-*/result.json"))]
    return [result for result in found if result is not None]
