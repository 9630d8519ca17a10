"""The first config of a corpus that nobody has written one for: its keys, its bar, its styles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from descant_daemon.note_state import PIANO
from descant_export.corpus.piece import Piece
from descant_export.families.velocity import LOUDEST
from descant_export.training.config import Config

HALF = 0.5  # of the notes at least have a velocity of their own in a corpus with dynamics
LEVELS = 8.0  # velocities in effect; notation programs write some three: a beat is louder than what is off it


def settled(config: Config, pieces: Sequence[Piece]) -> Config:
    """The config with ``velocity`` decided where it says auto."""
    if config.velocity != "auto":
        return config
    return config.but(velocity=config.network.tells_velocity and has_dynamics(pieces))


def has_dynamics(pieces: Sequence[Piece]) -> bool:
    """Whether the pieces teach how loud notes are: most have a velocity (0 is none), and those differ enough.

    The velocities in effect are the exponential of the entropy of their distribution.
    """
    counts = np.zeros(LOUDEST)
    for piece in pieces:
        counts += np.bincount(piece.notes["velocity"], minlength=LOUDEST)
    notes, known = counts.sum(), counts[1:][counts[1:] > 0]
    if not len(known) or known.sum() < HALF * notes:
        return False
    shares = known / known.sum()
    return bool(np.exp(-(shares * np.log(shares)).sum()) >= LEVELS)


def fitted(pieces: Sequence[Piece], styles: tuple[str, ...], steps_per_beat: int, default: Config) -> Config:
    """``default`` with a range that holds every piece as far as it is transposed, and the commonest bar."""
    low, high = 127, 0
    bars: Counter[int] = Counter()
    for piece in pieces:
        low, high = min(low, piece.keys[0]), max(high, piece.keys[1])
        bars[int(piece.step_in_bar.max()) + 1] += piece.steps
    return default.but(
        pitch_low=max(PIANO.low, low - default.transpose),
        pitch_high=min(PIANO.high, high + default.transpose),
        beat_cycle=max(bars, key=lambda bar: (bars[bar], bar), default=4 * steps_per_beat),
        styles=styles,
        velocity=default.network.tells_velocity and has_dynamics(pieces),
    )
