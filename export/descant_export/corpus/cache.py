"""A corpus read once: notes and bars in flat files under the user's cache folder, read through memory maps.

A folder of its own for each corpus: ``notes.bin`` (``NOTE`` records, piece after piece), ``bars.bin`` (int16,
the place in its bar of each step), ``index.npz`` (names, and where each piece ends in both), and
``reports.jsonl`` (what became of each file). The index holds a checksum of each of the others.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, overload

import numpy as np
from numpy.typing import NDArray

from descant_daemon.user_folders import cache_folder
from descant_export.claim import LOCK, ClaimedError, claimed
from descant_export.corpus.facts import Facts, FileReport
from descant_export.corpus.piece import NOTE, Notes, Piece
from descant_routing.errors import DescantError

FORMAT = 5
BAR = np.dtype("<i2")
NOTES, BARS, INDEX, REPORTS = "notes.bin", "bars.bin", "index.npz", "reports.jsonl"
SUMMED = (NOTES, BARS, REPORTS)
AT_ONCE = 2**20  # bytes
LEFT_BEHIND = 24 * 60 * 60.0  # seconds; a folder that nobody claims is not being begun


class DamagedError(DescantError):
    """A cache that is not what was written; what was read can be read again."""


def cache_path(corpus: str, digest: str = "") -> Path:
    """Where the cache of a corpus lies; ``digest`` stands for what the content depends on."""
    safe = "".join(letter if letter.isalnum() else "-" for letter in corpus)[-60:]
    name = "-".join(part for part in (safe, digest, str(FORMAT)) if part)
    return cache_folder() / "corpora" / name


class _Mapped(NamedTuple):
    """A cache's files, mapped, and its index."""

    names: NDArray[np.str_]
    voices: NDArray[np.int64]
    styles: NDArray[np.int64]
    notes_end: NDArray[np.int64]
    bars_end: NDArray[np.int64]
    notes: Notes
    bars: NDArray[np.int16]


class LazyPieces(Sequence[Piece]):
    """Pieces that lie on disk: each is a view of the mapped files, and takes memory only while it is looked at."""

    def __init__(self, mapped: _Mapped, which: NDArray[np.int64], steps_per_beat: int) -> None:
        """Some of the pieces of a cache, by number; ``load`` gives all."""
        self._mapped, self._which, self._steps_per_beat = mapped, which, steps_per_beat

    def __len__(self) -> int:
        """How many pieces."""
        return len(self._which)

    @overload
    def __getitem__(self, index: int) -> Piece: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Piece]: ...
    def __getitem__(self, index: int | slice) -> Piece | Sequence[Piece]:
        """A piece, or a part of the pieces, as lazy as the whole."""
        if isinstance(index, slice):
            return self.chosen(range(len(self))[index])
        at, all_of = int(self._which[index]), self._mapped
        notes = slice(int(all_of.notes_end[at - 1]) if at else 0, int(all_of.notes_end[at]))
        bars = slice(int(all_of.bars_end[at - 1]) if at else 0, int(all_of.bars_end[at]))
        return Piece(
            str(all_of.names[at]),
            all_of.notes[notes],
            all_of.bars[bars],
            int(all_of.voices[at]),
            int(all_of.styles[at]),
            self._steps_per_beat,
        )

    def chosen(self, numbers: Iterable[int]) -> LazyPieces:
        """Some of these pieces, by their place in this sequence."""
        which = self._which[np.fromiter(numbers, np.int64)]
        return LazyPieces(self._mapped, which, self._steps_per_beat)


def _mapped(path: Path, kind: np.dtype[Any], ends: NDArray[np.int64]) -> NDArray[Any]:
    count = int(ends[-1]) if len(ends) else 0
    if path.stat().st_size != count * kind.itemsize:
        raise ValueError(f"{path.name} does not have the length that the index says")
    if not count:
        return np.empty(0, kind)
    return np.asarray(np.memmap(path, kind, "r"))


def _check_index(arrays: Mapping[str, NDArray[Any]]) -> None:
    if len({array.shape for array in arrays.values()}) > 1 or arrays["names"].ndim != 1:
        raise ValueError(f"{INDEX} does not say the same of every piece")
    for ends in (arrays["notes_end"], arrays["bars_end"]):
        if ends.dtype != np.int64 or (np.diff(ends, prepend=0) < 0).any():
            raise ValueError(f"{INDEX} does not say where pieces end")


def _checksum(path: Path) -> int:
    sum_so_far = 0
    with path.open("rb") as file:
        while part := file.read(AT_ONCE):
            sum_so_far = zlib.crc32(part, sum_so_far)
    return sum_so_far


class CacheWriter:
    """``with CacheWriter(path) as cache``: the cache appears whole at the end, or not at all.

    It is written in a hidden folder beside the one to be. What a killed process left of such is tidied away.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is written before ``with``. ``path``: the folder to be."""
        self._path = path
        self._names: list[str] = []
        self._ends: list[tuple[int, int]] = []
        self._kinds: list[tuple[int, int]] = []

    def __enter__(self) -> Self:
        """Begin in a folder beside the one to be."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        _tidy(self._path.parent)
        with ExitStack() as files:
            self._part = Path(tempfile.mkdtemp(dir=self._path.parent, prefix=f".{self._path.name[:40]}."))
            files.callback(shutil.rmtree, self._part, ignore_errors=True)
            files.enter_context(claimed(self._part))
            self._notes = files.enter_context((self._part / NOTES).open("wb"))
            self._bars = files.enter_context((self._part / BARS).open("wb"))
            self._reports = files.enter_context((self._part / REPORTS).open("w", encoding="ascii"))
            self._files = files.pop_all()
        return self

    def add(self, piece: Piece) -> None:
        """Append a piece."""
        self._notes.write(piece.notes.tobytes())
        self._bars.write(piece.step_in_bar.astype(BAR).tobytes())
        notes, bars = self._ends[-1] if self._ends else (0, 0)
        self._names.append(piece.name)
        self._ends.append((notes + len(piece.notes), bars + piece.steps))
        self._kinds.append((piece.voices, piece.style))

    def report(self, report: FileReport) -> None:
        """Append what became of a file."""
        facts = report.facts._asdict() if report.facts else None
        self._reports.write(json.dumps({**report._asdict(), "facts": facts}) + "\n")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the folder in its place, unless something went wrong; nothing else is left, whatever fails here."""
        with self._files:
            if kind is None:
                for file in (self._notes, self._bars, self._reports):
                    file.close()
                self._write_index()
                self._put_in_place()

    def _write_index(self) -> None:
        ends = np.array(self._ends, np.int64).reshape(-1, 2)
        kinds = np.array(self._kinds, np.int64).reshape(-1, 2)
        np.savez(
            self._part / INDEX,
            names=np.array(self._names, np.str_),
            notes_end=ends[:, 0],
            bars_end=ends[:, 1],
            voices=kinds[:, 0],
            styles=kinds[:, 1],
            checksums=np.array([_checksum(self._part / name) for name in SUMMED], np.int64),
        )

    def _put_in_place(self) -> None:
        with tempfile.TemporaryDirectory(dir=self._part) as folder:
            whole = Path(folder) / "whole"
            whole.mkdir(0o700)
            for name in (*SUMMED, INDEX):
                (self._part / name).rename(whole / name)
            try:
                whole.rename(self._path)
            except OSError:
                if not self._path.exists():  # another process may have written the same meanwhile
                    raise


def _tidy(folder: Path) -> None:
    """Remove what killed processes left of caches: nobody claims it. What is being written is somebody's."""
    for part in folder.glob(".*"):
        with suppress(OSError, ClaimedError):
            if (part / LOCK).exists():
                with claimed(part):
                    pass
            elif time.time() - part.stat().st_mtime < LEFT_BEHIND:
                continue
            shutil.rmtree(part)


def remove(path: Path) -> None:
    """Delete a cache, or whatever has its name."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def save(path: Path, pieces: Iterable[Piece]) -> None:
    """Write the pieces; the cache appears whole or not at all."""
    with CacheWriter(path) as cache:
        for piece in pieces:
            cache.add(piece)


def load(path: Path, steps_per_beat: int = 4) -> LazyPieces:
    """The pieces, in the order in which they were saved. DamagedError when not every byte is as it was written.

    ``steps_per_beat``: with which they were read.
    """
    try:
        with (path / INDEX).open("rb") as file, np.load(file) as index:
            arrays = {name: index[name] for name in _Mapped._fields[:5]}
            checksums = index["checksums"].tolist()
        _check_index(arrays)
        notes: Notes = _mapped(path / NOTES, NOTE, arrays["notes_end"])
        bars = _mapped(path / BARS, BAR, arrays["bars_end"])
        for name, checksum in zip(SUMMED, checksums, strict=True):
            if _checksum(path / name) != checksum:
                raise ValueError(f"{name} is not what was written")
    except (OSError, EOFError, LookupError, ValueError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        # numpy raises whatever its parsing meets
        raise DamagedError(
            f"The corpus cache {path} is damaged ({error or type(error).__name__})."
        ) from error
    everything = np.arange(len(arrays["names"]))
    return LazyPieces(_Mapped(**arrays, notes=notes, bars=bars), everything, steps_per_beat)


def reports(path: Path) -> Iterator[FileReport]:
    """What became of each file, in the order in which they were read."""
    with (path / REPORTS).open(encoding="ascii") as lines:
        for line in lines:
            values: dict[str, Any] = json.loads(line)
            facts: dict[str, Any] | None = values.pop("facts")
            if facts is None:
                yield FileReport(**values)
            else:
                facts.update({name: tuple(facts[name]) for name in ("metres", "tempos")})
                yield FileReport(**values, facts=Facts(**facts))
