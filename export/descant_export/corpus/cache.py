"""A corpus read once: notes and bars in flat files under the user's cache folder, read through memory maps.

A folder of its own for each corpus: ``notes.bin`` (``NOTE`` records, piece after piece), ``bars.bin`` (int16,
the place in its bar of each step), ``index.npz`` (names, and where each piece ends in both), and
``reports.jsonl`` (what became of each file).
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from descant_daemon.user_folders import cache_folder
from descant_export.corpus.facts import Facts, FileReport
from descant_export.corpus.piece import NOTE, Notes, Piece
from descant_routing.errors import DescantError

FORMAT = 3
BAR = np.dtype("<i2")


def cache_path(corpus: str, digest: str = "") -> Path:
    """Where the cache of a corpus lies; ``digest`` stands for what the content depends on."""
    safe = "".join(letter if letter.isalnum() else "-" for letter in corpus)[-60:]
    name = "-".join(part for part in (safe, digest, str(FORMAT)) if part)
    return cache_folder() / "corpora" / name


class LazyPieces(Sequence[Piece]):
    """Pieces that lie on disk: each is a view of the mapped files, and takes memory only while it is looked at."""

    def __init__(self, folder: Path, which: NDArray[np.int64] | None = None) -> None:
        """The pieces of a cache, or some of them, by number. DescantError when the cache is not whole."""
        self.folder = folder
        try:
            with np.load(folder / "index.npz") as index:
                self._names, self._voices, self._styles = index["names"], index["voices"], index["styles"]
                self._notes_end, self._bars_end = index["notes_end"], index["bars_end"]
            self._notes: Notes = _mapped(folder / "notes.bin", NOTE, self._notes_end)
            self._bars = _mapped(folder / "bars.bin", BAR, self._bars_end)
        except (OSError, KeyError, ValueError) as error:
            raise DescantError(f"The corpus cache {folder} is damaged ({error}); delete it.") from error
        self._which = np.arange(len(self._names)) if which is None else which

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
        at = int(self._which[index])
        notes = slice(int(self._notes_end[at - 1]) if at else 0, int(self._notes_end[at]))
        bars = slice(int(self._bars_end[at - 1]) if at else 0, int(self._bars_end[at]))
        return Piece(
            str(self._names[at]),
            self._notes[notes],
            self._bars[bars],
            int(self._voices[at]),
            int(self._styles[at]),
        )

    def chosen(self, numbers: Iterable[int]) -> LazyPieces:
        """Some of these pieces, by their place in this sequence."""
        return LazyPieces(self.folder, self._which[np.fromiter(numbers, np.int64)])


def _mapped(path: Path, kind: np.dtype[Any], ends: NDArray[np.int64]) -> NDArray[Any]:
    count = int(ends[-1]) if len(ends) else 0
    if path.stat().st_size != count * kind.itemsize:
        raise ValueError(f"{path.name} has not the length that the index says")
    if not count:
        return np.empty(0, kind)
    return np.asarray(np.memmap(path, kind, "r"))


class CacheWriter:
    """``with CacheWriter(path) as cache``: the cache appears whole at the end, or not at all."""

    def __init__(self, path: Path) -> None:
        """Nothing is written before ``with``. ``path``: the folder to be."""
        self._path = path
        self._names: list[str] = []
        self._ends: list[tuple[int, int]] = []
        self._kinds: list[tuple[int, int]] = []

    def __enter__(self) -> Self:
        """Begin in a folder beside the one to be."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._part = Path(tempfile.mkdtemp(dir=self._path.parent, prefix=f".{self._path.name[:40]}."))
        with ExitStack() as files:
            self._notes = files.enter_context((self._part / "notes.bin").open("wb"))
            self._bars = files.enter_context((self._part / "bars.bin").open("wb"))
            self._reports = files.enter_context((self._part / "reports.jsonl").open("w", encoding="ascii"))
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
        """Put the folder in its place, unless something went wrong."""
        self._files.close()
        try:
            if kind is None:
                ends = np.array(self._ends, np.int64).reshape(-1, 2)
                kinds = np.array(self._kinds, np.int64).reshape(-1, 2)
                np.savez(
                    self._part / "index.npz",
                    names=np.array(self._names, np.str_),
                    notes_end=ends[:, 0],
                    bars_end=ends[:, 1],
                    voices=kinds[:, 0],
                    styles=kinds[:, 1],
                )
                try:
                    self._part.rename(self._path)
                except OSError:
                    if not self._path.exists():  # another process may have written the same meanwhile
                        raise
        finally:
            shutil.rmtree(self._part, ignore_errors=True)


def save(path: Path, pieces: Iterable[Piece]) -> None:
    """Write the pieces; the cache appears whole or not at all."""
    with CacheWriter(path) as cache:
        for piece in pieces:
            cache.add(piece)


def load(path: Path) -> LazyPieces:
    """The pieces, in the order in which they were saved."""
    return LazyPieces(path)


def reports(path: Path) -> Iterator[FileReport]:
    """What became of each file, in the order in which they were read."""
    with (path / "reports.jsonl").open(encoding="ascii") as lines:
        for line in lines:
            values: dict[str, Any] = json.loads(line)
            facts: dict[str, Any] | None = values.pop("facts")
            if facts is None:
                yield FileReport(**values)
            else:
                facts.update({name: tuple(facts[name]) for name in ("metres", "tempos")})
                yield FileReport(**values, facts=Facts(**facts))
