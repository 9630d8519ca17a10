"""From a preset and its model to what an effect is made of."""

from __future__ import annotations

from descant_daemon.effect.common import Program
from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.settings.bindings import Bindings
from descant_daemon.settings.parameters import Parameters


def program_of(
    metadata: ModelMetadata, parameters: Parameters, bindings: Bindings, model: int = 0, name: str = ""
) -> Program:
    """A model, the engine's number ``model``, played with these parameters and moved by these ``bindings``."""
    return Program(
        parameters, metadata.pitches, metadata.steps_per_beat, metadata.abilities, bindings, model, name
    )
