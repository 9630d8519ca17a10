"""``descant listen``: a page for ears, a blind test, and what came out of one."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from descant_daemon.cli import options
from descant_daemon.cli.corpus import KeepDuplicates, KeepUngridded, MaxBeats, MinBeats, SplitList, Tracks
from descant_daemon.cli.train_extra import train_extra
from descant_daemon.whole_file import writable_folder
from descant_routing.errors import UsageError

PAGE_BARS, CLIP_BARS = 16, 8


def listen(
    what: Annotated[
        list[str],
        typer.Argument(metavar="STYLE | ANSWERS...", help="A preset; with --results, files of answers."),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FOLDER", help="Where to; listen/STYLE.", show_default=False),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data", metavar="CORPUS", help="Human music of the style, read as `descant corpus` does."
        ),
    ] = None,
    takes: Annotated[
        int, typer.Option("--takes", min=1, max=64, help="How many takes, or clips of each kind.")
    ] = 8,
    bars: Annotated[
        int | None,
        typer.Option("--bars", min=2, max=256, help="How long; 16, in a blind test 8.", show_default=False),
    ] = None,
    tempo: Annotated[float, typer.Option("--tempo", min=10, max=999, help="Quarters a minute.")] = 100.0,
    mode: options.Mode = None,
    settings: options.Set = None,
    blind: Annotated[
        bool,
        typer.Option("--blind", help="A blind test: human clips, Descant's and baselines; needs --data."),
    ] = False,
    pick: Annotated[
        bool, typer.Option("--pick", help="With --blind: which of two is human, instead of 1 to 10.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="With --blind: another order, other clips.")] = 1,
    results: Annotated[
        bool, typer.Option("--results", help="Say what the answers to a blind test say.")
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option(
            "--key", help="With --results: the sealed key; found beside the answers.", show_default=False
        ),
    ] = None,
    tracks: Tracks = None,
    duplicates: KeepDuplicates = False,
    ungridded: KeepUngridded = False,
    shortest: MinBeats = 8,
    longest: MaxBeats = 16_000,
    split_list: SplitList = None,
    as_json: options.Json = False,
) -> None:
    """Write a page with takes of a style: sound, piano rolls, figures. Or a blind test of it.

    Sound needs FluidSynth; --data, --blind and --results need the 'train' extra.
    """
    if results:
        with train_extra():
            tell = importlib.import_module("descant_export.evaluate.listen.results")
        tell.results([Path(each) for each in what], key, as_json)
        return
    if len(what) != 1:
        raise UsageError(f"One style at a time, not {len(what)}; files of answers go with --results.")
    if output is not None:
        writable_folder(output)
    human: Any = None
    if data is not None:
        with train_extra():
            reader = importlib.import_module("descant_export.evaluate.takes.human")
            styles = importlib.import_module("descant_export.evaluate.takes.style")
        human = reader.read_human(
            data,
            split_list,
            styles.load_style(what[0]).steps_per_beat,
            tracks=tracks or [],
            keep_duplicates=duplicates,
            keep_ungridded=ungridded,
            min_beats=shortest,
            max_beats=longest,
        )
    chosen = {"count": takes, "tempo": tempo, "settings": settings or [], "mode": mode}
    if blind:
        if human is None:
            raise UsageError("A blind test needs human music: --data FOLDER, or music21:bach and the like.")
        with train_extra():
            kit = importlib.import_module("descant_export.evaluate.listen.blind_command")
        kit.blind(what[0], output, human, bars=bars or CLIP_BARS, pick=pick, seed=seed, **chosen)
        return
    if pick:
        raise UsageError("--pick goes with --blind.")
    page = importlib.import_module("descant_export.evaluate.listen.listen_command")
    page.listen(what[0], output, human and human.held_out, bars=bars or PAGE_BARS, **chosen)
