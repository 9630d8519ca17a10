"""What a run leaves to be looked at: its curve as CSV and picture, music at every look, TensorBoard if wished."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from descant_daemon.whole_file import write_whole
from descant_routing.errors import DescantError, UsageError

HEAD = ("update", "learning_rate", "train", "alone", "under_melody", "train_velocity", "velocity")
NOTES_ALONE = 5
"""Columns of a model that does not say how loud its notes are."""


class LogRow(NamedTuple):
    """One update: log-likelihoods in nats a step, of its batch and, where it was a look, of the held-out pieces.

    ``train_velocity``, ``velocity``: of how loud notes are, in the batch and in the held-out pieces, alone.
    """

    update: int
    learning_rate: float
    train: float
    alone: float | None = None
    under_melody: float | None = None
    train_velocity: float | None = None
    velocity: float | None = None


class Logbook:
    """``curve.csv`` holds nothing but what the seed decides, so two runs can be compared byte by byte."""

    def __init__(self, folder: Path, after: int, *, velocity: bool, tensorboard: bool) -> None:
        """Go on after update ``after``: rows that a killed run wrote beyond it are written again, the same.

        ``velocity``: whether the model says how loud its notes are.
        """
        self._columns = len(HEAD) if velocity else NOTES_ALONE
        self._path, self._picture = folder / "curve.csv", folder / "curve.png"
        self._rows = [row for row in _read(self._path) if row.update <= after]
        write_whole(self._path, self._text([HEAD, *self._rows]).encode())
        self._board: Any = _board(folder) if tensorboard else None

    def write(self, rows: Sequence[LogRow]) -> None:
        """Append the rows."""
        try:
            with self._path.open("a", encoding="ascii", newline="") as file:
                file.write(self._text(rows))
        except OSError as error:
            raise DescantError(f"{self._path} cannot be written: {error.strerror or error}.") from error
        self._rows += rows
        if self._board is not None:
            for row in rows:
                for name, value in list(zip(HEAD, row, strict=True))[1 : self._columns]:
                    if value is not None:
                        self._board.add_scalar(name, value, row.update)

    def _text(self, rows: Sequence[tuple[object, ...]]) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(map(_cell, row[: self._columns]) for row in rows)
        return text.getvalue()

    def draw(self) -> None:
        """The picture of all rows so far."""
        figure = Figure(figsize=(9, 5), layout="constrained")
        axes = figure.subplots()
        width = max(1, len(self._rows) // 200)
        groups = [self._rows[at : at + width] for at in range(0, len(self._rows), width)]
        middle = [sum(row.train for row in group) / len(group) for group in groups]
        axes.plot([group[-1].update for group in groups], middle, label="training", color="0.6", linewidth=1)
        alone = [(row.update, row.alone) for row in self._rows if row.alone is not None]
        under = [(row.update, row.under_melody) for row in self._rows if row.under_melody is not None]
        for looks, label in ((alone, "held out, alone"), (under, "held out, under its melody")):
            if looks:
                axes.plot(*zip(*looks, strict=True), "o-", label=label, markersize=3)
        loud = [(row.update, row.velocity) for row in self._rows if row.velocity is not None]
        if loud and self._columns > NOTES_ALONE:
            axes.plot(*zip(*loud, strict=True), "s--", label="held out, how loud", markersize=3)
        axes.set_xlabel("update")
        axes.set_ylabel("log-likelihood, nats a step")
        if alone:  # the first updates are far below all that is of interest
            axes.set_ylim(bottom=min(value for _, value in [*alone, *loud]) - 1)
        axes.grid(color="0.9")
        axes.legend()
        content = io.BytesIO()
        figure.savefig(content, format="png", dpi=120)
        write_whole(self._picture, content.getvalue())


def _cell(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else repr(value)


def _read(path: Path) -> list[LogRow]:
    """The whole rows of a curve; the last line of a killed run may be torn, and what it said comes again."""
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="ascii").split("\n")[:-1]
        return [
            LogRow(int(update), *(float(value) if value else None for value in values))  # type: ignore[arg-type]
            for update, *values in csv.reader(lines[1:])
        ]
    except OSError as error:
        raise DescantError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, TypeError):
        raise DescantError(f"{path} is not the curve of a run.") from None


def _board(folder: Path) -> Any:
    try:
        return importlib.import_module("torch.utils.tensorboard").SummaryWriter(str(folder / "board"))
    except ModuleNotFoundError:
        raise UsageError("--tensorboard needs TensorBoard: pip install tensorboard.") from None
