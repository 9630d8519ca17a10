"""The MIDI files behind the published piano rolls: the official split again, at sixteenths and with articulation."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, TypeAdapter, ValidationError

from descant_export.corpus.piece import Piece
from descant_export.evaluate.music import archive_midi, member, read_midi
from descant_export.evaluate.rolls import SPLITS
from descant_routing.errors import DescantError, UsageError

# The least agreement of roll and MIDI file at which they are the same piece; dance tunes are all alike.
LEAST_SCORE = {"piano_midi": 0.8, "nottingham": 0.9}


class Entry(BaseModel, frozen=True):
    """One sequence of a roll file: its split, its MIDI file, the semitones from file to roll, their agreement."""

    split: Literal["train", "valid", "test"]
    file: str
    transpose: int
    score: float


class Mapped(NamedTuple):
    """The pieces found of each split, in the key of the rolls, and how many sequences the split has."""

    name: str
    pieces: dict[str, list[Piece]]
    sequences: dict[str, int]


def set_of(archive: Path) -> str:
    """The set that an archive is named after. UsageError when it is none that has a source map."""
    for name in LEAST_SCORE:
        if archive.name.startswith(name):
            return name
    raise UsageError(f"{archive} must be named after its set: {' or '.join(LEAST_SCORE)}.")


def read_source_map(path: Path, name: str) -> list[Entry]:
    """The entries of set ``name``, in the order of the file. DescantError when it is no such map."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or name not in content:
            raise DescantError(f"{path} has no {name}; a source map names its sets.")
        return TypeAdapter(list[Entry]).validate_python(content[name])
    except OSError as error:
        raise DescantError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DescantError(f"{path}: {name}.{where} is not right: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:
        raise DescantError(f"{path} is not JSON: {error}.") from error


def mapped_pieces(map_path: Path, name: str, archive_path: Path, tell: Callable[[str], None]) -> Mapped:
    """The official pieces of set ``name`` that the map finds in an archive of MIDI files.

    A file is looked for by its name; of several the one in the outermost folder is meant.
    """
    entries = read_source_map(map_path, name)
    archive, names = archive_midi(archive_path)
    with archive:
        by_name: dict[str, str] = {}
        for path in sorted(names, key=lambda each: (each.count("/"), each)):
            by_name.setdefault(PurePosixPath(path).name, path)
        pieces: dict[str, list[Piece]] = {split: [] for split in SPLITS}
        for entry in entries:
            if entry.score < LEAST_SCORE[name]:
                continue
            if entry.file not in by_name:
                raise DescantError(f"{archive_path} has no {entry.file}, which {map_path} asks for.")
            try:
                piece = read_midi(entry.file, member(archive, by_name[entry.file]))
            except DescantError as error:
                tell(f"left out {error}")
                continue
            pieces[entry.split].append(_transposed(piece, entry.transpose))
    sequences = {split: sum(entry.split == split for entry in entries) for split in SPLITS}
    return Mapped(name, pieces, sequences)


def _transposed(piece: Piece, semitones: int) -> Piece:
    keys = piece.notes["key"].astype(np.int64) + semitones
    known = (keys >= 0) & (keys <= 127)
    notes = piece.notes[known].copy()
    notes["key"] = keys[known]
    return replace(piece, notes=notes)
