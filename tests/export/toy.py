"""Metadata for networks that were never trained."""

from __future__ import annotations

from descant_daemon.model.contract import PLANES, VELOCITY
from descant_daemon.model.forms import BiaxialMetadata
from descant_export.families.biaxial import Biaxial


def metadata(model: Biaxial) -> BiaxialMetadata:
    """What a model that learned nothing says of itself: two styles, nobody's music."""
    shape = model.shape
    return BiaxialMetadata(
        pitch_low=shape.kernel.pitches.low,
        pitch_high=shape.kernel.pitches.high,
        steps_per_beat=4,
        planes=(*PLANES, VELOCITY) if shape.velocities else PLANES,
        features="kernel-1",
        time_layers=shape.time_layers,
        note_layers=shape.note_layers,
        vicinity=12,
        beat_cycle=16,
        styles=("one", "two"),
        corpus="none",
        licences=("none",),
        steps=0,
        seconds=0.0,
        test_log_likelihood=-1.0,
        pair="0" * 64,
    )
