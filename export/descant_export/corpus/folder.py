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
from descant_routing.errors import UsageError

NOT_STATED = "not stated"
HEADING = 32  # characters, fewer of which are no sentence
LONGEST = 300  # characters of a credit that fit into a model's card


class Folder(NamedTuple):
    """``names``: paths of the MIDI files within ``path``, sorted. ``others``: how many files are no MIDI."""

    path: Path
    names: tuple[str, ...]
    others: int


def look_into(path: Path) -> Folder:
    """The MIDI files in a folder and in those below, hidden ones left out. UsageError when there are none."""
    if not path.is_dir():
        raise UsageError(f"There is no folder {path}, and no corpus of that name.")
    names: list[str] = []
    others = 0
    for where, folders, files in os.walk(path):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__MACOSX")))
        for file in files:
            if file.lower().endswith(SUFFIXES) and not file.startswith("."):
                names.append((Path(where) / file).relative_to(path).as_posix())
            else:
                others += 1
    if not names:
        raise UsageError(f"There is no MIDI file in {path} (none ends in {', '.join(SUFFIXES)}).")
    return Folder(path, tuple(sorted(names)), others)


def content_hash(folder: Folder) -> Iterator[bytes]:
    """Name and content of each file, hashed; of one that cannot be read, the name alone."""
    for name in folder.names:
        file = folder.path / name
        content = hashlib.blake2b(os.fsencode(name) + b"\0", digest_size=16)
        try:
            if file.is_file() and file.stat().st_size <= LARGEST:
                content.update(file.read_bytes())
        except OSError:
            pass
        yield content.digest()


def credit_and_licence(path: Path) -> tuple[str, str]:
    """From CREDITS, LICENSE (or LICENCE, COPYING, COPYRIGHT) and index.json; ``NOT_STATED`` without."""
    texts = {file.stem.upper(): file for file in sorted(path.iterdir()) if file.is_file()}
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
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    found = {
        str(entry.get("license") or entry.get("licence") or "")
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    }
    return ", ".join(sorted(found - {""}))
