"""The commands, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from descant_daemon.cli import (
    bench,
    benchmark,
    corpus,
    demo,
    doctor,
    evaluate,
    export,
    judge,
    learn,
    listen,
    play,
    ports,
    presets,
    render,
    rig,
    service,
    train,
)
from descant_daemon.console import hush, say, settle
from descant_daemon.user_folders import expanded
from descant_routing.environment import leave_current_folder
from descant_routing.errors import DescantError

app = typer.Typer(
    name="descant",
    help="A MIDI effect that plays along: neural polyphony on your DAW's clock.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(play.play)
app.command()(demo.demo)
app.command()(render.render)
app.add_typer(rig.app)
app.command()(presets.presets)
app.command()(ports.ports)
app.command()(doctor.doctor)
app.command()(learn.learn)
app.command()(bench.bench)
app.add_typer(service.app)
app.command()(corpus.corpus)
app.command()(train.train)
app.command()(export.export)
app.command()(evaluate.evaluate)
app.command()(listen.listen)
app.command()(judge.judge)
app.command()(benchmark.benchmark)


@app.callback(invoke_without_command=True)
def _descant(
    show_version: Annotated[bool, typer.Option("--version", help="Say the version.")] = False,
) -> None:
    if show_version:
        say(f"descant {version('descant')}")
        raise typer.Exit


def at_home(argument: str) -> str:
    """``--out=~/x`` and ``folk=~/x`` as they are meant: shells leave a ``~`` alone that stands after ``=``."""
    before, _, path = argument.partition("=~")
    if not path:  # a lone ~ is YAML's word for nothing
        return argument
    return f"{before}={expanded(Path(f'~{path}'))}"


def main() -> None:
    """``descant``: exit 0 done, 1 failed, 2 wrong usage."""
    settle()
    leave_current_folder()
    try:
        app([at_home(argument) for argument in sys.argv[1:]])
    except DescantError as error:
        with suppress(DescantError):
            say(f"descant: {error}", err=True)
        sys.exit(error.exit_code)
    finally:
        hush()
