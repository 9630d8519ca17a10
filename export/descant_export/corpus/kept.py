"""What a run learns from, kept in the run's folder: ``corpus.json``, and copies of the split lists."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from descant_daemon.whole_file import make_folder, write_whole
from descant_export.corpus.corpus_choice import CorpusChoice
from descant_export.corpus.mix import Mix
from descant_export.corpus.options import IngestOptions
from descant_routing.errors import DescantError, UsageError

FILE, LIST, LISTS = "corpus.json", "split.txt", "splits"


def keep(what: CorpusChoice | Mix, run: Path) -> CorpusChoice | Mix:
    """Write it into the run's folder; returns what will be found there.

    UsageError when the run learns from something else.
    """
    kept = load_kept(run)
    if kept is not None:
        if _without_lists(kept) != _without_lists(what):
            raise UsageError(
                f"The run in {run} learns from {_told(kept)}, read in its own way; another --run begins anew."
            )
        return kept
    make_folder(run)
    values: dict[str, Any]
    if isinstance(what, Mix):
        styles = {
            style: _written(choice, run / LISTS / f"{number}.txt")
            for number, (style, choice) in enumerate(what.choices.items())
        }
        values = {"name": what.name, "styles": styles}
    else:
        values = _written(what, run / LIST)
    write_whole(run / FILE, (json.dumps(values, indent=2) + "\n").encode())
    found = load_kept(run)
    assert found is not None  # it has just been written
    return found


def load_kept(run: Path) -> CorpusChoice | Mix | None:
    """What ``keep`` wrote into a run's folder; None when there is nothing. Raises DescantError."""
    path = run / FILE
    try:
        values = json.loads(path.read_bytes())
        if "styles" not in values:
            return _read(values, run / LIST)
        styles = enumerate(values["styles"].items())
        return Mix(
            str(values["name"]),
            {style: _read(each, run / LISTS / f"{number}.txt") for number, (style, each) in styles},
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DescantError(f"{path} does not say what the run learned from ({error}).") from error


def choice_of(run: Path, corpus: str) -> CorpusChoice | Mix:
    """What a run's folder, or a checkpoint in it, learned from; ``corpus`` as it comes where nothing is kept."""
    kept = load_kept(run if run.is_dir() else run.parent)
    return kept or CorpusChoice(corpus, IngestOptions())


def _written(choice: CorpusChoice, copy: Path) -> dict[str, Any]:
    """For JSON; the split list is copied."""
    if choice.split_list is not None:
        make_folder(copy.parent)
        write_whole(copy, _content(choice.split_list))
    return {
        "what": _absolute(choice.what),
        "options": choice.options.as_dict(),
        "split": choice.split_list is not None,
    }


def _read(values: dict[str, Any], copy: Path) -> CorpusChoice:
    options = IngestOptions.from_dict(values["options"])
    return CorpusChoice(str(values["what"]), options, copy if values["split"] else None)


def _without_lists(what: CorpusChoice | Mix) -> CorpusChoice | dict[str, CorpusChoice]:
    """What can be compared: the lists were copied."""
    if isinstance(what, Mix):
        return {style: _bare(choice) for style, choice in what.choices.items()}
    return _bare(what)


def _bare(choice: CorpusChoice) -> CorpusChoice:
    return replace(choice, what=_absolute(choice.what), split_list=None)


def _absolute(what: str) -> str:
    return str(Path(what).resolve()) if Path(what).exists() else what


def _told(what: CorpusChoice | Mix) -> str:
    return what.name if isinstance(what, Mix) else what.what


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"The split list {path} cannot be read: {error.strerror or error}.") from error
