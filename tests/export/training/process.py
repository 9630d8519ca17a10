"""A training process that a test starts: ``python process.py FOLDER [killed MOMENT]``, under torchrun or by itself.

It runs the tiny configuration and leaves ``gradients.pt`` of one batch in FOLDER when it is the first of several.
MOMENT is when it kills itself, as SIGKILL would from outside: ``row N`` after the curve's row of update N is written,
``part N`` half-way through writing the checkpoint of update N, ``best N`` between best.pt and last.pt.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import torch
from tests.export.training.tiny import TINY, tiny_pieces

from descant_export.model.biaxial import Biaxial
from descant_export.training.batches import Source
from descant_export.training.checkpoint import Checkpoint
from descant_export.training.dropout import key_dropout
from descant_export.training.logbook import Logbook
from descant_export.training.ranks import joined
from descant_export.training.train import climb, train


def environment() -> dict[str, str]:
    """For such a process: this checkout's tests and packages, one thread each."""
    root = Path(__file__).parents[3]
    rooms = [root, *(root / room for room in ("daemon", "routing", "export"))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, rooms)), "OMP_NUM_THREADS": "1"}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(moment: str, update: int) -> None:
    """Put the kill where it belongs."""
    write, save = Logbook.write, Checkpoint.save

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


def gradients(folder: Path) -> None:
    """Of one batch, dropout on, in float32."""
    with joined() as ranks:
        torch.manual_seed(5)
        model = Biaxial(TINY.shape())
        rows = ranks.share(TINY.batch)
        for axis, dropout in enumerate(key_dropout(model)):
            dropout.begin([(TINY.seed, 0, row, 1 + axis) for row in rows])
        batch = Source.of(tiny_pieces()).batch(TINY, model.shape, 0, rows)
        likelihood = climb(ranks.wrap(model), batch, ranks, fast=False)
        if ranks.first:
            kept = {name: weight.grad for name, weight in model.named_parameters()}
            torch.save({"likelihood": likelihood, "gradients": kept}, folder / "gradients.pt")


def main() -> None:
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    match sys.argv[2:]:
        case [moment, update]:
            die_at(moment, int(update))
        case _:
            gradients(folder)
    pieces = tiny_pieces()
    train(TINY, "tiny", pieces[1:], pieces[:1], folder, lambda _: None)


if __name__ == "__main__":
    main()
