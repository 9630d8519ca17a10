"""Music to be judged, from wherever it lies: folders and archives of MIDI files, piano rolls, corpora."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from descant_daemon.midi_bytes import LARGEST
from descant_daemon.midi_file import SUFFIXES
from descant_export.corpus.midi_piece import read_content
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.piece import Piece
from descant_export.corpus.read import read_corpus
from descant_export.corpus.splits import split_by_tune
from descant_export.evaluate.rolls import SPLITS, as_pieces, read_rolls
from descant_routing.errors import DescantError

LONGEST = 50_000  # beats: half a day of slow music; a file that claims more is broken
AS_IT_IS = IngestOptions(keep_duplicates=True, keep_ungridded=True, min_beats=0, max_beats=LONGEST)
"""Read as a corpus is, but kept however short, free or often there it is."""
SOURCES = "a folder, a .mid, .zip or .mat file, or a corpus such as music21:bach; :train, :valid or :test takes a side"


def read_music(source: str, tell: Callable[[str], None], steps_per_beat: int = 4) -> list[Piece]:
    """The pieces of a source, in sorted order of their names.

    ``FOLDER``, ``FILE.mid``, ``FILE.zip``, ``FILE.zip:PATTERN`` (``midi/*.mid``), ``FILE.mat`` or a corpus's
    name, each with ``:train``, ``:valid`` or ``:test`` for a side of its split (official for ``.mat``, else by tune).
    ``tell`` is told what is left out and why. DescantError when nothing is left.
    """
    name, colon, side = source.rpartition(":")
    if not colon or side not in SPLITS:
        name, side = source, ""
    if name.endswith(".mat"):
        rolls = read_rolls(Path(name))
        sides = [side] if side else list(SPLITS)
        return [piece for each in sides for piece in as_pieces(f"{rolls.name} {each}", rolls.side(each))]
    options = replace(AS_IT_IS, steps_per_beat=steps_per_beat)
    pieces = list(_pieces(name, tell, options))
    if side:
        split = split_by_tune(pieces, steps_per_beat=steps_per_beat)
        pieces = list({"train": split.train, "valid": split.valid, "test": split.test}[side])
    if not pieces:
        raise DescantError(f"There is no music in {source}.")
    return pieces


def read_midi(name: str, content: bytes, options: IngestOptions = AS_IT_IS) -> Piece:
    """A MIDI file, at sixteenths unless told, from its first note on. DescantError says why a file is not music."""
    report, piece = read_content(name, content, options)
    if piece is None:
        raise DescantError(f"{name} {report.reason}.")
    return piece


def archive_midi(path: Path) -> tuple[zipfile.ZipFile, list[str]]:
    """An open archive and the names of its MIDI files, sorted. DescantError when it is none."""
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise DescantError(f"{path} is not a zip file that can be read: {error}.") from error
    return archive, sorted(name for name in archive.namelist() if name.lower().endswith(SUFFIXES))


def member(archive: zipfile.ZipFile, name: str) -> bytes:
    """One file of an archive. DescantError when it is damaged or too large."""
    try:
        if archive.getinfo(name).file_size > LARGEST:
            raise DescantError(f"{name} in {archive.filename} has more than {LARGEST // 2**20} MB.")
        return archive.read(name)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise DescantError(f"{name} in {archive.filename} cannot be read: {error}.") from error


def _pieces(name: str, tell: Callable[[str], None], options: IngestOptions) -> Iterator[Piece]:
    path = Path(name)
    outer, zipped, pattern = name.partition(".zip:")
    if path.is_dir():
        files = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())
        yield from _each(((str(file.relative_to(path)), file.read_bytes) for file in files), tell, options)
    elif path.suffix.lower() == ".zip" or zipped:
        archive, names = archive_midi(Path(f"{outer}.zip") if zipped else path)
        with archive:
            chosen = [each for each in names if PurePosixPath(each).match(pattern or "*")]
            yield from _each(((each, _reader(archive, each)) for each in chosen), tell, options)
    elif path.suffix.lower() in SUFFIXES:
        yield from _each([(path.name, path.read_bytes)], tell, options)
    elif path.exists() or ":" not in name:
        raise DescantError(f"{name} is not music to read: that is {SOURCES}.")
    else:
        grid = IngestOptions(steps_per_beat=options.steps_per_beat)
        yield from read_corpus(name, lambda step: tell(str(step)), grid).pieces


def _reader(archive: zipfile.ZipFile, name: str) -> Callable[[], bytes]:
    return lambda: member(archive, name)


def _each(
    files: Iterable[tuple[str, Callable[[], bytes]]],
    tell: Callable[[str], None],
    options: IngestOptions,
) -> Iterator[Piece]:
    for name, content in files:
        try:
            yield read_midi(name, content(), options)
        except OSError as error:
            tell(f"left out {name}: {error.strerror or error}")
        except DescantError as error:
            tell(f"left out {error}")
