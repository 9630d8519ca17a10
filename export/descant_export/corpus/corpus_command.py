"""``descant corpus``, behind the command line: read a corpus, tell what is in it, write the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from descant_daemon.console import make_console, say, say_json
from descant_daemon.whole_file import write_whole
from descant_export.corpus.corpus_choice import CorpusChoice
from descant_export.corpus.corpus_page import Summary, page
from descant_export.corpus.folder import NOT_STATED
from descant_export.corpus.gathered import Gathered
from descant_export.corpus.mix import Mix
from descant_export.corpus.oddities import sentences
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.pictures import pictures
from descant_export.corpus.read import Corpus, Step, read_corpus
from descant_export.corpus.splits import Split, shares, split_corpus
from descant_export.corpus.tally import Tally, tally
from descant_routing.errors import DescantError, UsageError
from descant_routing.printable import printable

PAGE = "corpus.html"
console = make_console(err=True)
Read = TypeVar("Read")


def corpus(name: str, out: Path | None, split_list: Path | None, as_json: bool, **choices: object) -> None:
    """Read, tell, and write ``out``/corpus.html when a folder is given. ``choices``: of ``IngestOptions``."""
    options = IngestOptions.from_dict(dict(choices))
    if out is not None and out.exists() and not out.is_dir():
        raise UsageError(f"{out} is no folder to write {PAGE} to.")
    read = read_with_bar(name, options)
    found = tally(read.pieces, read.reports())
    figures = _figures(read, found, split_corpus(read, options, split_list))
    odd = sentences(found)
    if as_json:
        say_json({"figures": figures, "odd": odd, "files": dict(found.kinds)})
    else:
        table = Table(show_header=False, box=None, pad_edge=False)
        for row in figures.items():
            table.add_row(*row)
        make_console().print(table)
        say("\n".join(odd))
    if out is not None:
        path = write_page(out, read, found, figures, options.steps_per_beat)
        say(f"Written: {path}", err=as_json)


def read_with_bar(name: str, options: IngestOptions) -> Corpus:
    """``read_corpus``, with a progress bar while files are read."""
    return with_bar(lambda show: read_corpus(name, show, options))


def gather_with_bar(what: CorpusChoice | Mix) -> Gathered:
    """All that a run learns from, read and split."""
    return with_bar(what.gather)


def with_bar(read: Callable[[Callable[[Step], None]], Read]) -> Read:
    """``read``, which tells of each file, with a progress bar."""
    columns = TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def show(step: Step) -> None:
            if step.word:
                console.print(step.word, markup=False, highlight=False)
                return
            bar.update(task, completed=step.done, total=step.total)

        return read(show)


def summarise(out: Path, read: Corpus, steps_per_beat: int, split: Split) -> Path:
    """The page of a corpus that was read."""
    found = tally(read.pieces, read.reports())
    return write_page(out, read, found, _figures(read, found, split), steps_per_beat)


def write_page(out: Path, read: Corpus, found: Tally, figures: dict[str, str], steps_per_beat: int) -> Path:
    """``out``/corpus.html, whole or not at all; the folder is made."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DescantError(f"{out} cannot be made: {error.strerror or error}.") from error
    drawn = pictures(found, steps_per_beat)
    told = Summary(printable(read.name), figures, sentences(found), drawn, found.reports)
    write_whole(out / PAGE, page(told).encode("utf-8", "backslashreplace"))
    return out / PAGE


def _figures(read: Corpus, found: Tally, split: Split) -> dict[str, str]:
    """Name → value, as the terminal and the page show them."""
    voices = ", ".join(f"{count:,} of {voices}" for voices, count in found.voices.most_common(4))
    sounding = [key for key, count in enumerate(found.keys) if count]
    return {
        "Files": f"{sum(found.kinds.values()):,}",
        "Pieces": f"{found.pieces:,}",
        "Notes": f"{found.notes:,}",
        "Steps": f"{found.steps:,}",
        "Keys": f"{sounding[0]} to {sounding[-1]}",
        "Voices": f"pieces {voices}",
        "Split": shares(split),
        "Credit": _stated(read.credit, "CREDITS"),
        "Licence": _stated(read.licence, "LICENSE"),
    }


def _stated(words: str, file: str) -> str:
    """With how it is stated, where it is not: it goes into cards and into the files that are written."""
    return words if words != NOT_STATED else f"{words}: write it into a file called {file} in the folder"
