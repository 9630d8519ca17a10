"""What a run learns from and is looked at with: the pieces of a corpus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from descant_export.corpus.piece import Piece
from descant_export.evaluate.held_out import excerpt
from descant_export.evaluate.scores import Score
from descant_export.evaluate.teacher_forcing import validate
from descant_export.families.network import Network
from descant_export.training.batches import Batch, Dataset
from descant_export.training.beginnings import begin_with
from descant_export.training.config import Config
from descant_export.training.masks import nothing, skyline
from descant_export.training.ranks import Ranks
from descant_export.training.samples import write_samples
from descant_routing.errors import DescantError


class Material(Protocol):
    """To the loop."""

    def begin(self, model: Network) -> None:
        """Give a network its first weights, as far as they are not random."""
        ...

    def batch(self, update: int, rows: Iterable[int]) -> Batch:
        """Some rows of an update; what they hold depends on seed, update and row alone."""
        ...

    def look(self, model: Network, ranks: Ranks, *, fast: bool) -> Sequence[Score]:
        """Held-out music; the sum of the totals says which weights are kept."""
        ...

    def sample(self, model: Network, stem: Path, title: str) -> None:
        """Write what the network plays by now."""
        ...


class PieceMaterial:
    """Segments of pieces in random keys; looked at alone and under the melody."""

    def __init__(
        self, config: Config, corpus: str, training: Sequence[Piece], validation: Sequence[Piece]
    ) -> None:
        """DescantError where there is nothing to learn from, or to validate with."""
        if not training or not validation:
            raise DescantError(f"{corpus} leaves no pieces to {'validate with' if training else 'train on'}.")
        self._config, self._shape = config, config.shape()
        self._source, self._validation = Dataset.of(training), excerpt(validation, config.look_at)

    def begin(self, model: Network) -> None:
        """See ``Material``."""
        if self._config.begin_from:
            begin_with(model, self._config, self._config.begin_from)

    def batch(self, update: int, rows: Iterable[int]) -> Batch:
        """See ``Material``."""
        return self._source.batch(self._config, self._shape, update, rows)

    def look(self, model: Network, ranks: Ranks, *, fast: bool) -> list[Score]:
        """See ``Material``."""
        return [
            validate(model, self._validation, given, fast=fast, ranks=ranks) for given in (nothing, skyline)
        ]

    def sample(self, model: Network, stem: Path, title: str) -> None:
        """See ``Material``."""
        if self._config.sample_bars:
            model.eval()
            write_samples(model, self._validation, self._config.sample_bars, stem, title)
            model.train()
