"""``descant service install``: play's options as a service can use them, and what it will not be able to do.

A service starts in another folder, without a terminal, and may write only where it is allowed to: paths are made whole,
the folders that options name are made, and what is wrong is said now, not in tonight's log.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import typer
import typer.main

from descant_daemon.cli import play
from descant_daemon.cli.setup import set_up
from descant_daemon.live.clocks import check_clock
from descant_daemon.model.known import Models
from descant_daemon.settings.rig.rig_file import load_rig
from descant_daemon.settings.shelf import find, shelf
from descant_daemon.user_folders import expanded, music_folder
from descant_daemon.whole_file import writable_folder

CAPTURES, RECORD, RIG, PROGRAMS = "--captures", "--record", "--rig", "--programs"
_play = typer.Typer(add_completion=False, rich_markup_mode=None)
_play.command()(play.play)


class Checked(NamedTuple):
    """``folders`` are to be there and to be written into; ``notes``: what to beware of, a sentence each."""

    arguments: list[str]
    folders: list[Path]
    notes: list[str]


def check(arguments: Sequence[str]) -> Checked:
    """The arguments, when ``play`` would take them. Raises UsageError and DescantError as ``play`` does."""
    command = typer.main.get_command(_play)
    given = command.make_context("descant play", list(arguments)).params
    flags = {option for each in command.params if getattr(each, "is_flag", False) for option in each.opts}
    rig: Path | None = given["rig_file"]
    if rig is not None:
        load_rig(expanded(rig), look=Models().look)
    else:
        set_up(given["preset"], given["settings"] or [], given["mode"], given["seed"])
    check_clock(given["clock_name"], send_clock=given["send_clock"])
    whole = list(_whole(arguments, given["preset"], flags))
    captures: Path | None = given["captures"]
    if captures is None:
        music = music_folder()
        captures = (Path.home() if music is None else music) / "Descant"
        whole += [CAPTURES, str(captures)]
    folders = [expanded(captures).absolute()]
    if given["record"] is not None:
        folders.append(expanded(given["record"]).absolute().parent)
    for folder in folders:
        writable_folder(folder)
    return Checked(whole, folders, list(_notes(given)))


def _whole(arguments: Sequence[str], preset: str, flags: Collection[str]) -> Iterator[str]:
    """Each argument, with its path made absolute where it is one; an option that is no flag has the next word."""
    before = ""
    for word in arguments:
        option, equals, value = word.partition("=")
        if before in (CAPTURES, RECORD, RIG):
            yield _path(word)
        elif option in (CAPTURES, RECORD, RIG) and equals:
            yield f"{option}={_path(value)}"
        elif before == PROGRAMS:
            yield _programs(word)
        elif option == PROGRAMS and equals:
            yield f"{option}={_programs(value)}"
        elif word == preset and (not before.startswith("-") or "=" in before or before in flags):
            yield _preset(word)
        else:
            yield word
        before = word


def _path(text: str) -> str:
    return str(expanded(Path(text)).absolute())


def _programs(text: str) -> str:
    return ",".join(map(_preset, text.split(",")))


def _preset(name: str) -> str:
    """A preset of the shelf by its name, any other by its whole path."""
    return name if any(each.name == name for each in shelf()) else str(find(name).absolute())


def _notes(given: dict[str, Any]) -> Iterator[str]:
    if "jack" in (given["backend_name"], given["clock_name"]):
        yield (
            "JACK has to run within eight minutes of your login; a service has no display to start QjackCtl on. "
            "After that: systemctl --user restart descant, or log in again."
        )
    if given["rig_file"] is None and (given["input_port"] or given["output_port"]):
        yield (
            "A port that --input or --output names has to be there at your login; a rig file waits for what is "
            "unplugged (docs/rigs.md)."
        )
    if given["record"] is not None:
        yield "Every login records to another file, with the next free number, and none is ever deleted."
