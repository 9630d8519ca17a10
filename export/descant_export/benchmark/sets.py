"""The sets of the benchmark: sequences of frames, in the official splits."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from descant_daemon.midi_file import read_song
from descant_daemon.note_state import PitchRange
from descant_export.evaluate.rolls import SPLITS, read_rolls
from descant_export.families.published_kernels import PIANO, SEVENTY_EIGHT
from descant_routing.errors import UsageError

Frames = NDArray[np.uint8]
"""``[steps, pitches, planes]``, values 0 and 1."""

MAT_FILES = {
    "jsb": "JSB_Chorales.mat",
    "muse": "MuseData.mat",
    "nottingham": "Nottingham.mat",
    "piano": "Piano_midi.mat",
}
PIANO_16THS = "piano-16"
"""Piano-midi.de as Kotecha & Young took it: 16ths, articulation, keys 24 to 101, ten pieces held out."""
PIANO_ZIP = "piano_midi_de.zip"
HELD_OUT = 10  # pieces, twice: validation and test

TITLES = {
    "jsb": "JSB Chorales",
    "muse": "MuseData",
    "nottingham": "Nottingham",
    "piano": "Piano-midi.de",
    PIANO_16THS: "Piano-midi.de at 16ths",
}


@dataclass(frozen=True, eq=False)
class RollSet:
    """A set and its split. ``pitches``: what the columns of the frames are."""

    name: str
    pitches: PitchRange
    train: Sequence[Frames]
    valid: Sequence[Frames]
    test: Sequence[Frames]

    @property
    def planes(self) -> int:
        """1: play; 2: play and articulate."""
        return int(self.train[0].shape[-1])

    @property
    def train_steps(self) -> int:
        """Time steps to learn from."""
        return sum(len(frames) for frames in self.train)

    def rates(self) -> NDArray[np.float64]:
        """``[P, planes]``: how often each pitch plays in training, and is struck where it plays.

        Add-one smoothing: what training never did is unlikely, not impossible.
        """
        seen = np.full((self.pitches.size, self.planes), self.train_steps, np.float64)
        done = sum(frames.sum(0, dtype=np.int64) for frames in self.train)
        seen[:, 1:] = np.asarray(done)[:, :1]
        rates: NDArray[np.float64] = (done + 1) / (seen + 2)
        return rates


def read_set(folder: Path, name: str) -> RollSet:
    """The set called ``name`` out of ``folder``. Raises UsageError for a name or folder that does not exist."""
    if name not in TITLES:
        raise UsageError(f"There is no benchmark set {name!r}; there are {', '.join(TITLES)}.")
    file = folder / MAT_FILES[name] if name in MAT_FILES else folder.parent / PIANO_ZIP
    if not file.is_file():
        raise UsageError(f"The benchmark set {name} needs {file}, which is not there.")
    return _from_mat(name, file) if name in MAT_FILES else _piano_16ths(file)


def _from_mat(name: str, file: Path) -> RollSet:
    rolls = read_rolls(file)
    train, valid, test = ([roll[..., None] for roll in rolls.side(split)] for split in SPLITS)
    return RollSet(name, PIANO, train, valid, test)


def _piano_16ths(file: Path, seed: int = 0) -> RollSet:
    pieces: list[Frames] = []
    with zipfile.ZipFile(file) as archive, tempfile.TemporaryDirectory() as folder:
        for name in sorted(archive.namelist()):
            if name.endswith(".mid"):
                state, _ = read_song(Path(archive.extract(name, folder))).states(SEVENTY_EIGHT, 4)
                pieces.append(state.astype(np.uint8))
    order = [pieces[index] for index in np.random.default_rng(seed).permutation(len(pieces))]
    test, valid, train = order[:HELD_OUT], order[HELD_OUT : 2 * HELD_OUT], order[2 * HELD_OUT :]
    return RollSet(PIANO_16THS, SEVENTY_EIGHT, train, valid, test)
