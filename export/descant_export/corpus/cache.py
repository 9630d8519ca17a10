"""A corpus read once: pieces in one .npz file under the user's cache folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import platformdirs

from descant_export.corpus.piece import Piece

FORMAT = 2


def cache_path(corpus: str) -> Path:
    """Where the cache of a corpus lies; the name carries what the content depends on."""
    safe = "".join(letter if letter.isalnum() else "-" for letter in corpus)
    return Path(platformdirs.user_cache_dir("descant")) / "corpora" / f"{safe}-{FORMAT}.npz"


def save(path: Path, pieces: Sequence[Piece]) -> None:
    """Write the pieces; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {
        "names": np.array([piece.name for piece in pieces])
    }
    for index, piece in enumerate(pieces):
        arrays[f"notes{index}"] = piece.notes
        arrays[f"voices{index}"] = np.array(piece.voices)
        arrays[f"bar{index}"] = piece.step_in_bar
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".npz")
    with os.fdopen(handle, "wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    Path(temporary).replace(path)


def load(path: Path) -> list[Piece]:
    """The pieces, in the order in which they were saved."""
    with np.load(path) as arrays:
        return [
            Piece(str(name), arrays[f"notes{index}"], arrays[f"bar{index}"], int(arrays[f"voices{index}"]))
            for index, name in enumerate(arrays["names"])
        ]
