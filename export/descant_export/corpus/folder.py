"""A folder as a corpus: its MIDI files, what they hash to, and whose they are."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from descant_daemon.midi_bytes import LARGEST
from descant_daemon.midi_file import SUFFIXES
from descant_export.corpus.facts import FileReport
from descant_routing.errors import UsageError
from descant_routing.printable import printable

NOT_STATED = "not stated"
HEADING = 32  # characters, fewer of which are no sentence
LONGEST = 300  # characters of a credit that fit into a model's card


class Folder(NamedTuple):
    """``names``: paths of the MIDI files within ``path``, sorted, as the system has them. ``closed``: reports of the
    folders that could not be looked into.
    """

    path: Path
    names: tuple[str, ...]
    closed: tuple[FileReport, ...] = ()


def look_into(path: Path) -> Folder:
    """The MIDI files in a folder and in those below, hidden ones left out. UsageError when there are none.

    Links to folders are followed, each folder once, so a loop ends.
    """
    names: list[str] = []
    closed: list[FileReport] = []
    seen: set[tuple[int, int]] = set()

    def note(error: OSError) -> None:
        where = Path(error.filename)
        if where == path:
            raise UsageError(f"The folder {path} cannot be read: {error.strerror}.") from error
        reason = f"cannot be looked into: {error.strerror}"
        closed.append(FileReport(printable(f"{where.relative_to(path).as_posix()}/"), "broken", reason))

    if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder above is closed
        raise UsageError(f"There is no folder {path}, and no corpus of that name.")
    for where, folders, files in os.walk(path, onerror=note, followlinks=True):
        if _been_at(Path(where), seen):
            folders.clear()
            continue
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__MACOSX")))
        for file in files:
            if file.lower().endswith(SUFFIXES) and not file.startswith("."):
                names.append((Path(where) / file).relative_to(path).as_posix())
    if not names:
        raise UsageError(f"There is no MIDI file in {path} (none ends in {', '.join(SUFFIXES)}).")
    return Folder(path, tuple(sorted(names)), tuple(closed))


def _been_at(folder: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether this very folder was seen under another name; from now on it was."""
    try:
        status = folder.stat()
    except OSError:  # it has just gone
        return True
    at = (status.st_dev, status.st_ino)
    if at in seen:
        return True
    seen.add(at)
    return False


def content_hash(folder: Folder) -> Iterator[bytes]:
    """Name and content of each file, hashed; of one that cannot be read, the name alone."""
    for name in folder.names:
        file = folder.path / name
        content = hashlib.blake2b(os.fsencode(name) + b"\0", digest_size=16)
        try:
            if _is_file(file) and file.stat().st_size <= LARGEST:
                content.update(file.read_bytes())
        except OSError:
            pass
        yield content.digest()


def credit_and_licence(path: Path) -> tuple[str, str]:
    """From CREDITS, LICENSE (or LICENCE, COPYING, COPYRIGHT) and index.json; ``NOT_STATED`` without."""
    texts = {file.stem.upper(): file for file in sorted(path.iterdir()) if _is_file(file)}
    credit = _first_words(texts.get("CREDITS"))
    licence = next(
        (
            words
            for name in ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT")
            if (words := _first_words(texts.get(name)))
        ),
        "",
    )
    return credit or NOT_STATED, licence or _from_index(path / "index.json") or NOT_STATED


def _is_file(path: Path) -> bool:
    """A pipe or a device would be waited for."""
    try:
        return path.is_file()
    except OSError:  # a loop of links
        return False


def _first_words(file: Path | None) -> str:
    """The first paragraph, on one line; a short one is a heading, and the next belongs to it."""
    if file is None:
        return ""
    try:
        text = file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
    words = ""
    for paragraph in text.split("\n\n"):
        if len(words) >= HEADING:
            break
        words = " ".join([words, *paragraph.split()]).strip()
    return words[:LONGEST]


def _from_index(path: Path) -> str:
    """Every licence that a list of files names, sorted."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8")) if _is_file(path) else []
    except (OSError, ValueError, RecursionError):
        return ""
    found = {
        str(entry.get("license") or entry.get("licence") or "")
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    }
    return ", ".join(sorted(found - {""}))
