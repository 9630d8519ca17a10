"""A MIDI file as a piece at sixteenths."""

from __future__ import annotations

from typing import Any

import numpy as np
import symusic
from numpy.typing import NDArray

from descant_export.corpus.piece import Piece, from_notes
from descant_routing.errors import DescantError

STEPS_PER_BEAT = 4
LONGEST = 200_000  # steps: half a day of slow music; a file that claims more is broken
LARGEST = 32 * 2**20  # bytes


def read_midi(name: str, content: bytes) -> Piece:
    """A MIDI file at sixteenths, every track but drums a voice; bars by its time signatures, from its first tick.

    DescantError says why a file is not music.
    """
    try:
        if len(content) > LARGEST:
            raise DescantError(f"{name} has more than {LARGEST // 2**20} MB.")
        score: Any = symusic.Score.from_midi(content)
        beat = int(score.ticks_per_quarter)
        tracks = [track.notes.numpy() for track in score.tracks if not track.is_drum and len(track.notes)]
        metres = [(int(at.time), int(at.numerator), int(at.denominator)) for at in score.time_signatures]
    except (RuntimeError, ValueError, UnicodeDecodeError) as error:
        raise DescantError(f"{name} is torn or not a MIDI file.") from error
    if beat <= 0 or not tracks:
        raise DescantError(f"{name} has no notes." if beat > 0 else f"{name} counts time in film frames.")
    grid = STEPS_PER_BEAT / beat
    voices: list[list[tuple[int, ...]]] = []
    last = 0
    for notes in tracks:
        on = np.floor(notes["time"] * grid + 0.5).astype(np.int64)
        off = np.floor((notes["time"] + notes["duration"]) * grid + 0.5).astype(np.int64)
        last = max(last, int(np.maximum(off, on + 1).max()))
        table = np.stack([on, off, notes["pitch"], notes["velocity"]], -1)
        voices.append([tuple(row) for row in table.tolist()])
    if last > LONGEST:
        raise DescantError(f"{name} says that it lasts {last} sixteenths; {LONGEST} is the longest.")
    changes = [(int(np.floor(at * grid + 0.5)), upper, lower) for at, upper, lower in sorted(metres)]
    return from_notes(name, voices, bars(last, changes))


def bars(steps: int, metres: list[tuple[int, int, int]]) -> NDArray[np.int16]:
    """Where in its bar each of ``steps`` steps lies; ``metres``: (first step, numerator, denominator), 4/4 until one.

    A change of metre begins a bar.
    """
    step_in_bar = np.arange(steps)
    lengths = [(0, 16), *((at, max(1, round(16 * upper / max(1, lower)))) for at, upper, lower in metres)]
    for begin, length in lengths:
        step_in_bar[begin:] = (np.arange(begin, steps) - begin) % length
    return step_in_bar.astype(np.int16)
