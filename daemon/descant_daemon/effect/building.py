"""From a preset and its model to what an effect is made of."""

from __future__ import annotations

from collections.abc import Mapping

from descant_daemon.effect.common import Program
from descant_daemon.model.card import ModelMetadata
from descant_daemon.settings.parameters import Parameters


def program_of(
    metadata: ModelMetadata, parameters: Parameters, cc: Mapping[int, str], model: int = 0, name: str = ""
) -> Program:
    """A model, the engine's number ``model``, played with these parameters; ``cc``: controller → parameter."""
    return Program(parameters, metadata.pitches, metadata.steps_per_beat, metadata.styles, cc, model, name)
