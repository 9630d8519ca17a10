"""A corpus read once: pieces in one .npz file under the user's cache folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import platformdirs

from descant_export.corpus.piece import Piece

FORMAT = 1


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
        arrays[f"voices{index}"] = np.packbits(piece.voices.astype(bool), axis=None)
        arrays[f"shape{index}"] = np.array(piece.voices.shape)
        arrays[f"bar{index}"] = piece.step_in_bar
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".npz")
    with os.fdopen(handle, "wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    Path(temporary).replace(path)


def load(path: Path) -> list[Piece]:
    """The pieces, in the order in which they were saved."""
    with np.load(path) as arrays:
        pieces = []
        for index, name in enumerate(arrays["names"]):
            shape = arrays[f"shape{index}"]
            bits = np.unpackbits(arrays[f"voices{index}"], count=int(np.prod(shape)))
            pieces.append(Piece(str(name), bits.reshape(shape), arrays[f"bar{index}"]))
        return pieces
