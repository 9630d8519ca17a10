"""A corpus by its name, or a folder of MIDI files: read once, and then from the cache."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from descant_export.corpus import cache
from descant_export.corpus.duplicates import Print, copy_of, fingerprint
from descant_export.corpus.facts import FileReport, Reading
from descant_export.corpus.folder import content_hash, credit_and_licence, look_into
from descant_export.corpus.midi_piece import read_midi
from descant_export.corpus.music21_scores import read_score, score_names
from descant_export.corpus.music21_table import COLLECTIONS
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.piece import Piece
from descant_export.corpus.pool import read_in_order
from descant_routing.errors import DescantError, UsageError
from descant_routing.printable import printable

KILLED = "ended the process that read it"


class Corpus(NamedTuple):
    """Pieces, and what is owed for them. ``reports``: what became of each file, read anew when asked."""

    name: str
    pieces: Sequence[Piece]
    credit: str
    licence: str
    reports: Callable[[], Iterable[FileReport]] = tuple


class Step(NamedTuple):
    """How far reading has come: ``done`` of ``total`` files, the last one ``name``. ``word``: said once, of its own."""

    done: int
    total: int
    name: str
    word: str = ""

    def __str__(self) -> str:
        """For a line of text."""
        return self.word or f"{self.name} ({self.done} of {self.total})"


class Source(NamedTuple):
    """Where a corpus comes from. ``digest``: of its content. ``read``: a name to what it became; pickles.
    ``closed``: what became of folders in it.

    ``copies``: whether a piece that is there twice stays; what editors chose does, a split keeps it together.
    """

    name: str
    names: Sequence[str]
    digest: str
    read: Callable[[str], Reading]
    copies: bool
    credit: str
    licence: str
    closed: Sequence[FileReport] = ()


def read_corpus(
    name: str,
    progress: Callable[[Step], None],
    options: IngestOptions | None = None,
    processes: int | None = None,
) -> Corpus:
    """The corpus called ``name``, or the folder at that path; ``progress`` is told each file that was read.

    UsageError when there is neither. DescantError when nothing in it can be learned from.
    """
    options = options or IngestOptions()
    source = _collection(name, options) if name.startswith("music21:") else _folder(name, options)
    path = cache.cache_path(source.name, source.digest)
    pieces = _cached(
        path,
        partial(cache.load, path, options.steps_per_beat),
        lambda: _ingest(source, path, progress, processes),
        progress,
    )
    if not len(pieces):
        first = next(iter(cache.reports(path)))
        raise DescantError(
            f"There is no piece to learn from in {printable(name)}: {first.name} {first.reason}, and so on."
        )
    return Corpus(name, pieces, source.credit, source.licence, partial(cache.reports, path))


def _cached(
    path: Path,
    read: Callable[[], cache.LazyPieces],
    ingest: Callable[[], None],
    progress: Callable[[Step], None],
) -> cache.LazyPieces:
    """What is in the cache, or comes into it; a damaged one is made anew."""
    try:
        if path.exists():
            try:
                return read()
            except cache.DamagedError as error:
                progress(Step(0, 0, "", f"{error} The files are read again."))
                cache.remove(path)
        ingest()
    except OSError as error:
        raise DescantError(
            f"The corpus cache {path} cannot be written: {error.strerror or error}."
        ) from error
    return read()


def _collection(name: str, options: IngestOptions) -> Source:
    collection = COLLECTIONS.get(name)
    if collection is None:
        raise UsageError(f"There is no corpus {name!r}; there are {', '.join(COLLECTIONS)}.")
    digest = _digest(options, [importlib.metadata.version("music21").encode()])
    read = partial(read_score, collection, options)
    return Source(name, score_names(collection), digest, read, True, collection.credit, collection.licence)


def _folder(name: str, options: IngestOptions) -> Source:
    folder = look_into(Path(name))
    credit, licence = credit_and_licence(folder.path)
    digest = _digest(options, content_hash(folder))
    read = partial(read_midi, folder.path, options)
    return Source(
        folder.path.resolve().name,
        folder.names,
        digest,
        read,
        options.keep_duplicates,
        credit,
        licence,
        folder.closed,
    )


def _digest(options: IngestOptions, content: Iterable[bytes]) -> str:
    """Of what pieces depend on."""
    digest = hashlib.blake2b(json.dumps(options.as_dict(), sort_keys=True).encode(), digest_size=8)
    for part in content:
        digest.update(part)
    return digest.hexdigest()


def _ingest(
    source: Source,
    path: Path,
    progress: Callable[[Step], None],
    processes: int | None,
) -> None:
    """Read every file into the cache; copies of a piece are reported and left out, unless they are wanted.

    DescantError, and no cache, when no file was read because each ended the process that read it.
    """
    first: dict[bytes, tuple[str, Print]] = {}
    survived = False
    readings = read_in_order(source.read, source.names, _killed, processes)
    with cache.CacheWriter(path) as writer:
        for done, (report, piece) in enumerate(readings, 1):
            progress(Step(done, len(source.names), report.name))
            survived = survived or report.reason != KILLED
            told = report
            if piece is not None:
                found = fingerprint(piece)
                name, original = first.setdefault(found.shape, (report.name, found))
                if name != report.name and not source.copies:
                    reason = copy_of(name, found.lowest - original.lowest)
                    told = report._replace(kind="duplicate", reason=reason)
                else:
                    writer.add(piece)
            writer.report(told)
        for report in source.closed:
            writer.report(report)
        if not survived:
            raise DescantError(
                f"No file of {printable(source.name)} was read: each {KILLED}. Is there too little memory?"
            )


def _killed(name: str) -> Reading:
    return Reading(FileReport(printable(name), "broken", KILLED))
