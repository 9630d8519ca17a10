"""The piano rolls of Boulanger-Lewandowski, Bengio & Vincent (2012), from their ``.mat`` files."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.io
from numpy.typing import NDArray

from descant_daemon.note_state import PIANO, PitchRange, notes_of
from descant_export.corpus.piece import Piece, from_notes
from descant_export.workers import fresh_pool
from descant_routing.errors import DescantError

Roll = NDArray[np.uint8]
"""``[steps, 88]`` of 0 and 1: which of the MIDI keys 21 to 108 play in a step. No roll says what is struck."""
LARGEST = 16 * 2**20  # bytes; the largest of the four sets has 1 MB
SPLITS = ("train", "valid", "test")


class Rolls(NamedTuple):
    """The sequences of one file in their official split, in the file's order."""

    name: str
    train: tuple[Roll, ...]
    valid: tuple[Roll, ...]
    test: tuple[Roll, ...]

    def side(self, split: str) -> tuple[Roll, ...]:
        """The sequences called ``split``, one of ``SPLITS``."""
        return {"train": self.train, "valid": self.valid, "test": self.test}[split]


def read_rolls(path: Path) -> Rolls:
    """Read a file with ``traindata``, ``validdata`` and ``testdata``, each a row of rolls.

    DescantError says in which sequence anything is not a roll of 88 pitches.
    """
    # In a process of its own: one wrong byte in the right place makes scipy's reader crash (tried).
    with fresh_pool(1) as pool:
        try:
            return pool.submit(parse_rolls, path).result()
        except BrokenProcessPool:
            raise DescantError(f"{path} is damaged: the MATLAB reader crashed on it.") from None


def parse_rolls(path: Path) -> Rolls:
    """``read_rolls`` in this process, which a damaged file can take along."""
    try:
        if path.stat().st_size > LARGEST:
            raise DescantError(
                f"{path} has more than {LARGEST // 2**20} MB; no set of piano rolls is so large."
            )
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            variables: dict[str, Any] = scipy.io.loadmat(file)
    except OSError as error:
        raise DescantError(f"{path} cannot be read: {error.strerror or error}.") from error
    except DescantError:
        raise
    except (
        Exception
    ) as error:  # scipy raises whatever its parsing meets: ValueError, zlib.error, TypeError...
        why = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise DescantError(f"{path} is torn or not a MATLAB file: {why}.") from error
    sides = [tuple(_rolls(path, f"{split}data", variables)) for split in SPLITS]
    return Rolls(path.stem, *sides)


def as_pieces(name: str, rolls: Sequence[Roll], pitches: PitchRange = PIANO) -> list[Piece]:
    """Rolls as pieces; there is no bar (each step is step 0 of one).

    Every run of a pitch is one note, but where a roll says what is struck: ``[steps, P, 2]`` of (play, articulate).
    """
    return [_as_piece(f"{name} {index}", roll, pitches) for index, roll in enumerate(rolls)]


def _as_piece(name: str, roll: Roll, pitches: PitchRange) -> Piece:
    state = np.zeros((len(roll), pitches.size, 2), np.float32)
    state[..., : 1 if roll.ndim == 2 else roll.shape[2]] = roll[..., None] if roll.ndim == 2 else roll
    notes = [(note.step, note.step + note.length, note.key) for note in notes_of(state, pitches)]
    return from_notes(name, [notes], np.zeros(len(roll), np.int16))


def _rolls(path: Path, variable: str, variables: dict[str, Any]) -> Iterator[Roll]:
    cells = variables.get(variable)
    if not isinstance(cells, np.ndarray) or cells.dtype != object or not cells.size:
        raise DescantError(f"{path} has no sequences called {variable}; a set of piano rolls has them.")
    for index, cell in enumerate(cells.ravel()):
        where = f"{path}: sequence {index} of {variable}"
        if not isinstance(cell, np.ndarray) or cell.dtype.kind not in "uifb" or cell.ndim != 2:
            raise DescantError(f"{where} is not a matrix of numbers.")
        if not len(cell) or cell.shape[1] != PIANO.size:
            shape = " x ".join(map(str, cell.shape))
            raise DescantError(f"{where} is {shape}; it must be steps x {PIANO.size} pitches.")
        if not np.isin(cell, (0, 1)).all():
            raise DescantError(f"{where} holds more than 0 and 1.")
        yield cell.astype(np.uint8)
