"""``descant service``: play whenever you are logged in, without a terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
import typer.main

from descant_daemon.cli import options, play
from descant_daemon.cli.setup import set_up
from descant_daemon.console import say, say_json
from descant_daemon.live.clocks import check_clock
from descant_daemon.service import install as service
from descant_daemon.service.manager import manager
from descant_daemon.service.order import order
from descant_daemon.settings.shelf import find, shelf

app = typer.Typer(name="service", help="Play whenever you are logged in.", no_args_is_help=True)
_play = typer.Typer(add_completion=False, rich_markup_mode=None)
_play.command()(play.play)


@app.command(context_settings={"ignore_unknown_options": True})
def install(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PRESET] [PLAY'S OPTIONS]", help="As `descant play` takes them."),
    ] = None,
) -> None:
    """Have `descant play` started at every login, and now; again to change its options."""
    which = manager()
    running = service.install(which, order(_checked(arguments or [])))
    say(f"Written: {which.path}.")
    if not running:
        say(f"There is no {which.name} here to be told; where there is: {which.by_hand}")
        return
    for note in ("Descant runs now, and from every login on.", *which.notes):
        say(note)
    say(f"What it says: {which.look}")


@app.command()
def remove() -> None:
    """Stop it, and start it no more."""
    which = manager()
    removed = service.remove(which)
    say(f"Removed: {which.path}." if removed else f"There is no service: no {which.path}.")


@app.command()
def status(as_json: options.Json = False) -> None:
    """Say whether the service is there, and runs."""
    found = service.status(manager())
    if as_json:
        say_json({**asdict(found), "path": str(found.path)})
    elif not found.installed:
        say(f"There is no service: no {found.path}.")
    elif not found.ours:
        say(f"{found.path} was not made by `descant service install`.")
    else:
        runs = {
            "runs": "and runs",
            "does not run": "but does not run",
            "unknown": "but nobody can say whether it runs",
        }
        say(f"The service is there, {runs[found.state]}: {found.path}.")


def _checked(arguments: list[str]) -> list[str]:
    """The arguments, when ``play`` would take them; a preset's path made absolute.

    What is wrong is to be said now, not in tonight's log. Raises UsageError and DescantError as ``play`` does.
    """
    given = typer.main.get_command(_play).make_context("descant play", list(arguments)).params
    set_up(given["preset"], given["settings"] or [], given["mode"], given["seed"])
    check_clock(given["clock_name"], send_clock=given["send_clock"])
    preset: str = given["preset"]
    if any(each.name == preset for each in shelf()):
        return arguments
    whole = str(find(preset).absolute())
    return [whole if word == preset else word for word in arguments]
