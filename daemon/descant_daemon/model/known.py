"""Models as a rig knows them: what is said of each beside its weights, each read and checked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.model.model_files import ModelFiles, check_model_files
from descant_daemon.settings.rig.values import ModelFacts, Rig


def facts_of(metadata: ModelMetadata, stem: Path = Path(), number: int = 0) -> ModelFacts:
    """What a rig knows of a model whose files lie at ``stem``; ``number``: its place in the engine."""
    return ModelFacts(
        metadata.pitches, metadata.steps_per_beat, metadata.abilities, number, stem, metadata.pair
    )


class Models(dict[Path, ModelFiles]):
    """By stem: those that were looked at."""

    def look(self, stem: Path) -> ModelFacts:
        """What is known of the model at ``stem``. Raises DescantError for one that is missing or damaged."""
        if stem not in self:
            self[stem] = check_model_files(stem)
        return facts_of(self[stem].metadata, stem)

    def of(self, rig: Rig) -> dict[Path, ModelFiles]:
        """Those that a rig plays from, in its order."""
        return {stem: self[stem] for stem in dict.fromkeys(each.model.stem for each in rig.programs)}


def numbered(rig: Rig, number: Callable[[Path], int]) -> Rig:
    """The rig with the engine's ``number`` of each model, by stem."""
    return rig.with_models(lambda model: replace(model, number=number(model.stem)))
