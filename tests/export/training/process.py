"""The training processes that tests start: ``python process.py FOLDER``.

In ``FOLDER/killed`` a run is killed at each of MOMENTS, and goes on each time; ``FOLDER/ranks`` is trained in by two
processes, which also leave ``gradients.pt`` of one batch. One interpreter is started and forks the others before it
computes anything, because importing PyTorch costs more than all else.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from tests.export.training.tiny import TINY, tiny_pieces

from descant_export.families.biaxial import Biaxial
from descant_export.training.batches import Dataset
from descant_export.training.checkpoint import Checkpoint
from descant_export.training.config import Config
from descant_export.training.dropout import key_dropout
from descant_export.training.logbook import Logbook
from descant_export.training.ranks import joined
from descant_export.training.train import train
from descant_export.training.update import Heads, backward

MOMENTS = (("row", 3), ("part", 6), ("best", 8))
"""After the curve's row of an update is written; half-way through a checkpoint; between best.pt and last.pt."""
LOUD = TINY.but(velocity=True)
SHORT = TINY.but(updates=4, keep_every=60)


def start(folder: Path) -> None:
    """From a test: this checkout's tests and packages, one thread each."""
    root = Path(__file__).parents[3]
    rooms = [root, *(root / room for room in ("daemon", "routing", "export"))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, rooms)), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, __file__, str(folder)], cwd=root, env=environment,
        check=False, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def learn(config: Config, folder: Path) -> None:
    """The run that tests compare."""
    pieces = tiny_pieces()
    train(config, "tiny", pieces[1:], pieces[:1], folder, lambda _: None)


def gradients(folder: Path) -> None:
    """Of one batch, dropout on, in float32."""
    with joined() as ranks:
        torch.manual_seed(5)
        model = Biaxial(LOUD.shape())
        rows = ranks.share(LOUD.batch)
        for axis, dropout in enumerate(key_dropout(model)):
            dropout.begin([(LOUD.seed, 0, row, 1 + axis) for row in rows], ranks.device)
        batch = Dataset.of(tiny_pieces()).batch(LOUD, model.shape, 0, rows)
        likelihood = backward(ranks.wrap(Heads(model)), batch, ranks, fast=False)
        if ranks.first:
            kept = {name: weight.grad for name, weight in model.named_parameters()}
            torch.save({"likelihood": likelihood, "gradients": kept}, folder / "gradients.pt")


def forked(task: Callable[[], None]) -> int:
    """Start a process that does ``task``; returns its id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        torch.set_num_threads(1)
        task()
        status = 0
    finally:
        os._exit(status)


def killed(folder: Path) -> None:
    """One process after the other, each killed; after each the curve has a line that the kill tore."""
    for moment, update in MOMENTS:

        def doomed(moment: str = moment, update: int = update) -> None:
            die_at(moment, update)
            learn(TINY, folder)

        _, status = os.waitpid(forked(doomed), 0)
        assert os.WIFSIGNALED(status), moment
        with (folder / "curve.csv").open("a") as curve:
            curve.write("9,0.0")


def die_at(moment: str, update: int) -> None:
    """Put the kill where it belongs: as from outside, nothing is tidied up."""
    write, save = Logbook.write, Checkpoint.save

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def written(self: Logbook, rows: Any) -> None:
        write(self, rows)
        if moment == "row" and rows[-1].update == update:
            die()

    def saved(self: Checkpoint, path: Path) -> None:
        if moment == "part" and self.update == update:
            path.with_suffix(".part").write_bytes(b"PK\x03\x04 torn")
            die()
        save(self, path)
        if moment == "best" and self.update == update and path.name == "best.pt":
            die()

    Logbook.write = written  # type: ignore[method-assign]
    Checkpoint.save = saved  # type: ignore[method-assign]


def ranks(folder: Path) -> None:
    """Two processes as torchrun would start them; they meet twice, each time at a port of its own."""
    with socket.socket() as one, socket.socket() as other:
        for free in (one, other):
            free.bind(("127.0.0.1", 0))
        ports = [str(free.getsockname()[1]) for free in (one, other)]
    os.environ |= {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}

    def shared(rank: int) -> None:
        os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank)}
        tasks: tuple[Callable[[Path], None], ...] = (gradients, partial(learn, SHORT))
        for port, task in zip(ports, tasks, strict=True):
            os.environ["MASTER_PORT"] = port
            task(folder)

    children = [forked(lambda rank=rank: shared(rank)) for rank in range(2)]  # type: ignore[misc]
    for child in children:
        _, status = os.waitpid(child, 0)
        assert status == 0


if __name__ == "__main__":
    for slow in ("torch._dynamo", "matplotlib.backends.backend_agg"):
        import_module(slow)  # as the first optimiser and the first picture would, in each fork anew
    for task in (killed, ranks):
        place = Path(sys.argv[1]) / task.__name__
        place.mkdir()
        task(place)
