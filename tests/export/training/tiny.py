"""What the tests of training share with the processes that they start."""

from __future__ import annotations

from descant_daemon.note_state import PitchRange
from descant_export.corpus.piece import Piece, from_notes
from descant_export.training.config import Config

PITCHES = PitchRange(40, 75)
TINY = Config().but(
    pitch_low=40, pitch_high=75, time_layers=(8,), note_layers=(6,), dropout=0.5, updates=12, batch=4,
    segment=8, evaluate_every=4, warm_up=1, keep_every=0, sample_bars=0,
)  # fmt: skip


def tiny_pieces() -> list[Piece]:
    """Three tunes over a bass, the second busier than the first, the third in a higher key.

    Tunes are louder than the bass, and loudest at the beat.
    """
    slow = [(step, step + 4, 60 + (step * 5) % 12, 90) for step in range(0, 24, 4)]
    quick = [(step, step + 2, 60 + (step * 5) % 12, 90 if step % 4 == 0 else 70) for step in range(0, 24, 2)]
    bass = [(step, step + 4, 45 + (step % 3), 50) for step in range(0, 24, 4)]
    bar = [(step + 12) % 16 for step in range(24)]
    high = [(on, off, key + 2, loud) for on, off, key, loud in quick]
    return [
        from_notes(name, [tune, bass], bar)
        for name, tune in (("slow", slow), ("quick", quick), ("high", high))
    ]
