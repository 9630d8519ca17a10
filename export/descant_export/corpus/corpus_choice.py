"""What a run learns from: a corpus, how it is read and how it is split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from descant_export.corpus.gathered import Gathered, together
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.read import Corpus, Step, read_corpus
from descant_export.corpus.splits import Split, split_corpus
from descant_routing.printable import printable


@dataclass(frozen=True)
class CorpusChoice:
    """``what``: a folder or ``music21:bach`` and the like; ``split_list``: see ``split_by_list``."""

    what: str
    options: IngestOptions
    split_list: Path | None = None

    @property
    def name(self) -> str:
        """In a word."""
        here = Path(self.what)
        return printable(here.resolve().name) if here.exists() else self.what.partition(":")[2]

    @property
    def steps_per_beat(self) -> int:
        """The grid."""
        return self.options.steps_per_beat

    def read(self, progress: Callable[[Step], None]) -> Corpus:
        """The corpus."""
        return read_corpus(self.what, progress, self.options)

    def split(self, corpus: Corpus) -> Split:
        """The three sides of the corpus that was read."""
        return split_corpus(corpus, self.options, self.split_list)

    def gather(self, progress: Callable[[Step], None]) -> Gathered:
        """Read and split, as the one style that it is."""
        corpus = self.read(progress)
        return together({self.name: (corpus, self.split(corpus))})
