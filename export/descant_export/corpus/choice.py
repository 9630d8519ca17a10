"""What a run learns from: a corpus, how it is read and how it is split; kept in the run's folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from descant_daemon.midi_file import write_whole
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.read import Corpus
from descant_export.corpus.splits import Split, split_corpus
from descant_routing.errors import DescantError, UsageError

FILE, LIST = "corpus.json", "split.txt"


@dataclass(frozen=True)
class Choice:
    """``what``: a folder or ``music21:bach`` and the like; ``split_list``: see ``split_by_list``."""

    what: str
    options: IngestOptions
    split_list: Path | None = None

    @property
    def name(self) -> str:
        """In a word."""
        return Path(self.what).resolve().name if Path(self.what).exists() else self.what.partition(":")[2]

    def split(self, corpus: Corpus) -> Split:
        """The three sides of the corpus that was read."""
        return split_corpus(corpus, self.options, self.split_list)

    def keep(self, run: Path) -> Choice:
        """Write it into the run's folder, with a copy of the list; returns what will be found there.

        UsageError when the run learns from something else.
        """
        kept = load_choice(run)
        absolute = str(Path(self.what).resolve()) if Path(self.what).exists() else self.what
        if kept is not None:
            if (kept.what, kept.options) != (absolute, self.options):
                raise UsageError(
                    f"The run in {run} learns from {kept.what}, read in its own way; another --run begins anew."
                )
            return kept
        run.mkdir(parents=True, exist_ok=True)
        if self.split_list is not None:
            write_whole(run / LIST, _content(self.split_list))
        values = {"what": absolute, "options": self.options.as_dict(), "split": self.split_list is not None}
        write_whole(run / FILE, (json.dumps(values, indent=2) + "\n").encode())
        found = load_choice(run)
        assert found is not None  # it has just been written
        return found


def load_choice(run: Path) -> Choice | None:
    """What ``keep`` wrote into a run's folder; None when there is nothing. Raises DescantError."""
    path = run / FILE
    try:
        values = json.loads(path.read_bytes())
        options = IngestOptions.from_dict(values["options"])
        return Choice(str(values["what"]), options, run / LIST if values["split"] else None)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DescantError(f"{path} does not say what the run learned from ({error}).") from error


def choice_of(run: Path, corpus: str) -> Choice:
    """What a run's folder, or a checkpoint in it, learned from; ``corpus`` as it comes where nothing is kept."""
    kept = load_choice(run if run.is_dir() else run.parent)
    return kept or Choice(corpus, IngestOptions())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"The split list {path} cannot be read: {error.strerror or error}.") from error
