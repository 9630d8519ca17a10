"""``descant judge``: do takes sound like their style, and are they told from human music?"""

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

BARS, FREE_BARS = 16, 64
MOST_SEEDS = 1000
MELODIES = "melodies"


def judge(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="PRESET=CORPUS...",
            help="A preset (palette@hymn: at a style) and human music of it (also recipe.yaml:hymn); several times. "
            "With --harmony presets alone.",
        ),
    ],
    takes: Annotated[
        int,
        typer.Option("--takes", min=4, max=1000, help="How many takes of each; with --sweep, at each value."),
    ] = 24,
    bars: Annotated[
        int | None,
        typer.Option(
            "--bars",
            min=8,
            max=256,
            help="How long a take is, a multiple of 8; 16, with --free 64.",
            show_default=False,
        ),
    ] = None,
    music: Annotated[
        list[str] | None,
        typer.Option("--music", metavar="PRESET=SOURCE", help="Judge these MIDI files instead of rendering."),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain/--no-plain", help="Also the same model without the controls.")
    ] = True,
    sweep: Annotated[
        str | None,
        typer.Option("--sweep", metavar="NAME=LOW:HIGH", help="Instead: what a parameter does to the music."),
    ] = None,
    points: Annotated[
        int, typer.Option("--points", min=3, max=50, help="With --sweep: how many values.")
    ] = 5,
    harmony: Annotated[
        bool, typer.Option("--harmony", help="Instead: key, chords, voice leading, beside a human setting.")
    ] = False,
    over: Annotated[
        str | None,
        typer.Option(
            "--over",
            metavar="FOLDER",
            help="With --harmony: MIDI files; the track 'melody' is played, else the top line. Or what comes with "
            "Descant: melodies (if not said), exercises.",
            show_default=False,
        ),
    ] = None,
    seeds: Annotated[
        str,
        typer.Option("--seeds", metavar="1:4", help="With --harmony: these, both ends included; also 1,5,9."),
    ] = "1:4",
    detached: Annotated[
        bool,
        typer.Option("--detached", help="With --harmony: a sixteenth of air behind each note of the tune."),
    ] = False,
    shock: Annotated[
        bool, typer.Option("--shock", help="With --harmony: half-way the tune goes up a semitone.")
    ] = False,
    free: Annotated[bool, typer.Option("--free", help="With --harmony: no tune.")] = False,
    settings: options.Set = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the report and pictures of self-similarity there.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of what is drawn: excerpts, folds.")] = 0,
    tracks: Tracks = None,
    duplicates: KeepDuplicates = False,
    ungridded: KeepUngridded = False,
    shortest: MinBeats = 8,
    longest: MaxBeats = 16_000,
    split_list: SplitList = None,
    as_json: options.Json = False,
) -> None:
    """Judge takes by classifiers, statistics and what they copy, beside human music. Needs the 'train' extra.

    With several styles a judge who learned from human music alone names the style of each take. With --harmony
    what is played under a tune is counted: docs/harmony.md.
    """
    if harmony:
        if music or out or sweep is not None:
            raise UsageError("--harmony goes without --music, --sweep and --out.")
        _judge_harmony(
            what,
            over or MELODIES,
            how=_how(detached=detached, shock=shock, free=free and _nothing_beside(over)),
            seeds=_seeds(seeds),
            bars=bars or (FREE_BARS if free else BARS),
            settings=settings or [],
            json=as_json,
        )
        return
    if over or detached or shock or free:
        raise UsageError("--over, --detached, --shock and --free go with --harmony.")
    bars = bars or BARS
    if out is not None:
        writable_folder(out)
    choices = {
        "tracks": tracks or [],
        "keep_duplicates": duplicates,
        "keep_ungridded": ungridded,
        "min_beats": shortest,
        "max_beats": longest,
    }
    shared = {
        "count": takes,
        "bars": bars,
        "settings": settings or [],
        "json": as_json,
        "split_list": split_list,
        "choices": choices,
    }
    if sweep is not None:
        if len(what) != 1 or music or out:
            raise UsageError("--sweep takes one PRESET, or PRESET=CORPUS, without --music and --out.")
        preset, _, corpus = what[0].partition("=")
        _command().sweep(preset, corpus or None, *_span(sweep), points=points, **shared)
        return
    pairs = dict(_pair(each, "a preset and its human music") for each in what)
    if len(pairs) < len(what):
        raise UsageError("Each preset is judged once.")
    files = dict(_pair(each, "--music") for each in music or [])
    _command().judge(pairs, files, plain=plain, out=out, seed=seed, **shared)


def _judge_harmony(presets: list[str], over: str, **asked: object) -> None:
    with train_extra():
        command: Any = importlib.import_module("descant_export.evaluate.judge.harmony.harmony_command")
    command.judge_harmony(presets, over, **asked)


def _how(**ways: bool) -> str:
    chosen = [way for way, asked in ways.items() if asked]
    if len(chosen) > 1:
        raise UsageError(f"--{chosen[0]} and --{chosen[1]} are two ways to judge; choose one.")
    return chosen[0] if chosen else "plain"


def _nothing_beside(over: str | None) -> bool:
    if over is not None:
        raise UsageError("--free plays without a tune; --over gives one.")
    return True


def _seeds(text: str) -> list[int]:
    """``1:4`` or ``1,5,9``; at most ``MOST_SEEDS``."""
    found: list[int] = []
    for part in text.split(","):
        first, colon, last = part.strip().partition(":")
        if not first.isdecimal() or (colon and not last.isdecimal()):
            raise UsageError(f"--seeds is of the form 1:4 or 1,5,9, not {text!r}.")
        begin, end = int(first), int(last if colon else first)
        if not begin <= end < min(2**32, begin + MOST_SEEDS):
            raise UsageError(f"--seeds {text!r}: seeds go up, from 0 to {2**32 - 1}, at most {MOST_SEEDS}.")
        found += range(begin, end + 1)
    return list(dict.fromkeys(found))


def _command() -> Any:
    with train_extra():
        return importlib.import_module("descant_export.evaluate.judge.judge_command")


def _pair(text: str, what: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not equals or not left or not right:
        raise UsageError(f"{text!r} is not of the form PRESET=CORPUS, in which {what} must be given.")
    return left, right


def _span(text: str) -> tuple[str, float, float]:
    name, _, span = text.partition("=")
    low, colon, high = span.partition(":")
    try:
        if name and colon:
            return name, float(low), float(high)
    except ValueError:
        pass
    raise UsageError(f"--sweep is of the form NAME=LOW:HIGH, not {text!r}.")
