"""A recipe of several styles for one model: a YAML file that names a corpus for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from descant_daemon.settings.lined_yaml import FileError, Place, Plain, read_lined
from descant_daemon.user_folders import expanded
from descant_export.corpus.corpus_choice import CorpusChoice
from descant_export.corpus.gathered import Gathered, together
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.read import Step
from descant_routing.errors import UsageError
from descant_routing.wording import hint, shown

SUFFIXES = (".yaml", ".yml")
FROM, LIST = "from", "list"
OPTIONS = IngestOptions().as_dict()
KEYS = dict.fromkeys((FROM, LIST, *OPTIONS))


@dataclass(frozen=True)
class Mix:
    """``choices``: what each style learns from, by its name; at least one."""

    name: str
    choices: dict[str, CorpusChoice]

    @property
    def steps_per_beat(self) -> int:
        """The grid, which all of them share."""
        return next(iter(self.choices.values())).options.steps_per_beat

    def gather(self, progress: Callable[[Step], None]) -> Gathered:
        """Read and split each style's corpus."""
        read = {style: (choice, choice.read(progress)) for style, choice in self.choices.items()}
        return together({style: (corpus, choice.split(corpus)) for style, (choice, corpus) in read.items()})


def is_recipe(what: str) -> bool:
    """Whether this names a recipe, not a folder or a collection."""
    return what.lower().endswith(SUFFIXES) and not Path(what).is_dir()


def load_mix(path: Path) -> Mix:
    """Read a recipe: styles by name, each with ``from`` and, if need be, ``list`` (a split list) and what a folder
    may be read with. Paths are the recipe's neighbours. FileError names the line that makes no sense.
    """
    read = read_lined(path)
    styles = read.value
    if not isinstance(styles, dict) or not styles:
        raise FileError(path, None, "a recipe is a map of styles, such as 'hymn: {from: hymns}'")
    choices = {style: _choice(path, read.lines, style, values) for style, values in styles.items()}
    if len({choice.options.steps_per_beat for choice in choices.values()}) > 1:
        raise FileError(path, None, "all styles of a model share one steps_per_beat")
    return Mix(path.stem, choices)


def _choice(path: Path, lines: dict[Place, int], style: str, values: Plain) -> CorpusChoice:
    line = lines[(style,)]
    if not isinstance(values, dict) or not isinstance(what := values.get(FROM), str):
        raise FileError(
            path, line, f"{shown(style)} needs a folder or a collection, as in 'from: music21:bach'"
        )
    for name in values:
        if name not in KEYS:
            known = f"there is no {shown(name)} here{hint(name, KEYS)}"
            raise FileError(path, lines[style, name], known)
    try:
        options = IngestOptions.from_dict({name: each for name, each in values.items() if name in OPTIONS})
    except (UsageError, TypeError) as error:
        raise FileError(path, line, f"{style}: {error}") from error
    if not what.startswith("music21:"):
        what = str(path.parent / expanded(Path(what)))
    listed = values.get(LIST)
    return CorpusChoice(what, options, None if listed is None else path.parent / expanded(Path(str(listed))))
