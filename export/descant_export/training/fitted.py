"""The first config of a corpus that nobody has written one for: its keys, its bar, its styles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from descant_daemon.note_state import PIANO
from descant_export.corpus.piece import Piece
from descant_export.training.config import Config

HALF = 0.5  # of the notes at least have a velocity of their own in a corpus with dynamics


def settled(config: Config, pieces: Sequence[Piece]) -> Config:
    """The config with ``velocity`` decided where it says auto."""
    return replace(config, velocity=has_dynamics(pieces)) if config.velocity == "auto" else config


def has_dynamics(pieces: Sequence[Piece]) -> bool:
    """Whether the pieces teach how loud notes are; the velocity of one without dynamics is 0."""
    known = sum(int((piece.notes["velocity"] > 0).sum()) for piece in pieces)
    return known >= HALF * sum(len(piece.notes) for piece in pieces)


def fitted(pieces: Sequence[Piece], styles: tuple[str, ...], steps_per_beat: int) -> Config:
    """The defaults, with a range that holds every piece as far as it is transposed, and the commonest bar."""
    default = Config()
    low, high = 127, 0
    bars: Counter[int] = Counter()
    for piece in pieces:
        low, high = min(low, piece.keys[0]), max(high, piece.keys[1])
        bars[int(piece.step_in_bar.max()) + 1] += piece.steps
    return replace(
        default,
        pitch_low=max(PIANO.low, low - default.transpose),
        pitch_high=min(PIANO.high, high + default.transpose),
        beat_cycle=max(bars, key=lambda bar: (bars[bar], bar), default=4 * steps_per_beat),
        styles=styles,
        velocity=has_dynamics(pieces),
    )
