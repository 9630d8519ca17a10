"""``descant corpus``: what a folder of MIDI files would teach."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

from descant_daemon.cli.options import Json
from descant_daemon.cli.train_extra import train_extra
from descant_daemon.whole_file import writable_folder

StepsPerBeat = Annotated[int, typer.Option("--grid", help="Steps a beat: 4, or 12 for triplets as they are.")]
Tracks = Annotated[
    list[str] | None,
    typer.Option(
        "--track", metavar="PATTERN", help="Only these: name:VIOLIN*, program:1-8, channel:1; several times."
    ),
]
KeepDuplicates = Annotated[bool, typer.Option("--duplicates", help="Keep copies of a piece.")]
KeepUngridded = Annotated[bool, typer.Option("--ungridded", help="Keep what was performed without a grid.")]
MinBeats = Annotated[int, typer.Option("--shortest", metavar="BEATS", help="Leave shorter pieces out.")]
MaxBeats = Annotated[int, typer.Option("--longest", metavar="BEATS", help="Leave longer pieces out.")]
SplitList = Annotated[
    Path | None, typer.Option("--split", help="A text file: lines of train, valid or test, and a name.")
]


def corpus(
    what: Annotated[str, typer.Argument(help="A folder of MIDI files, or music21:bach and the like.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the summary page to this folder.")] = None,
    steps_per_beat: StepsPerBeat = 4,
    tracks: Tracks = None,
    duplicates: KeepDuplicates = False,
    ungridded: KeepUngridded = False,
    shortest: MinBeats = 8,
    longest: MaxBeats = 16_000,
    split_list: SplitList = None,
    as_json: Json = False,
) -> None:
    """Read a corpus, say what is in it and what is odd, and draw it. Needs the 'train' extra."""
    if out is not None:
        writable_folder(out)
    with train_extra():
        command = importlib.import_module("descant_export.corpus.corpus_command")
    command.corpus(
        what,
        out,
        split_list,
        as_json,
        steps_per_beat=steps_per_beat,
        tracks=tracks or [],
        keep_duplicates=duplicates,
        keep_ungridded=ungridded,
        min_beats=shortest,
        max_beats=longest,
    )
