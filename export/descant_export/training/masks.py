"""Which notes of a piece the player is imagined to hold, so that the network learns to answer given notes.

A mask says for each of some notes whether it is given. It looks at those notes alone, so a batch asks it about
the notes of a window, and the cost of a piece's length is never paid.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_export.corpus.piece import Notes

Given = NDArray[np.bool_]
"""One truth for each note."""
Mask = Callable[[Notes], Given]

WIDEST_WINDOW = 24  # semitones: two hands reach no further


def nothing(notes: Notes) -> Given:
    """No note is given."""
    return np.zeros(len(notes), np.bool_)


def voices(chosen: Collection[int]) -> Mask:
    """All notes of some voices."""
    return lambda notes: np.isin(notes["voice"], list(chosen))


def keys(low: int, high: int) -> Mask:
    """Every note between two MIDI keys, both included."""
    return lambda notes: (notes["key"] >= low) & (notes["key"] <= high)


def skyline(notes: Notes) -> Given:
    """The melody as the ear has it: notes that are the highest for at least half as long as they sound."""
    return _outer(notes, notes["key"].astype(np.int64))


def bass(notes: Notes) -> Given:
    """Notes that are the lowest for at least half as long as they sound."""
    return _outer(notes, -notes["key"].astype(np.int64))


def some(share: float, seed: int) -> Mask:
    """Each note with the chance ``share``, by itself; the same ones whenever the same notes are asked about."""
    return lambda notes: np.random.default_rng((seed, len(notes))).random(len(notes)) < share


class Draw(NamedTuple):
    """What a mask is drawn from: the window's notes, how many voices the piece has, and the dice."""

    notes: Notes
    voices: int
    rng: np.random.Generator


def _voice(draw: Draw) -> Mask:
    return voices([int(draw.rng.integers(draw.voices))])


def _subset(draw: Draw) -> Mask:
    return voices(np.flatnonzero(draw.rng.random(draw.voices) < 0.5).tolist())


def _above(draw: Draw) -> Mask:
    return keys(_a_key(draw), 127)


def _below(draw: Draw) -> Mask:
    return keys(0, _a_key(draw))


def _between(draw: Draw) -> Mask:
    low = _a_key(draw)
    return keys(low, low + int(draw.rng.integers(1, WIDEST_WINDOW)))


MASKS: Mapping[str, Callable[[Draw], Mask]] = {
    "none": lambda _: nothing,
    "top": lambda _: voices([0]),
    "voice": _voice,
    "voices": _subset,
    "skyline": lambda _: skyline,
    "bass": lambda _: bass,
    "above": _above,
    "below": _below,
    "between": _between,
    "random": lambda draw: some(float(draw.rng.random()), int(draw.rng.integers(2**32))),
}
"""By the name that a config calls them, see ``config.py``."""


def drawn(name: str, draw: Draw) -> Given:
    """The given notes of a window. Where all would be given nothing is: there would be nothing to learn."""
    given = MASKS[name](draw)(draw.notes) if len(draw.notes) else nothing(draw.notes)
    return nothing(draw.notes) if given.all() else given


def _a_key(draw: Draw) -> int:
    return int(draw.rng.choice(draw.notes["key"]))


def _outer(notes: Notes, height: NDArray[np.int64]) -> Given:
    """The notes that no other tops in ``height`` for at least half of their steps."""
    if not len(notes):
        return nothing(notes)
    begin = int(notes["on"].min())
    on, off = notes["on"] - begin, notes["off"] - begin
    outermost = np.zeros(int(off.max()), np.int64)
    for index in np.argsort(height, kind="stable"):  # painted one over the other, the highest last
        outermost[on[index] : off[index]] = height[index]
    return np.array(
        [
            2 * np.count_nonzero(outermost[start:end] == at) >= end - start
            for start, end, at in zip(on, off, height, strict=True)
        ]
    )
