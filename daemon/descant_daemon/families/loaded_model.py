"""What a loaded model offers beside playing (``engine/model_protocol.py``)."""

from __future__ import annotations

from typing import Protocol

from descant_daemon.engine.model_protocol import Model
from descant_daemon.model.metadata import ModelMetadata


class LoadedModel(Model, Protocol):
    """A model from its files."""

    @property
    def metadata(self) -> ModelMetadata:
        """What its files say of it."""
        ...

    @property
    def worst(self) -> int:
        """How many times a step may need ``once``."""
        ...

    def once(self) -> None:
        """The longest piece of a step's work that cannot be cut short, to no effect."""
        ...

    def warm(self) -> None:
        """Run everything until its first, slow runs are behind."""
        ...
