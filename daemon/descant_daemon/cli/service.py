"""``descant service``: play whenever you are logged in, without a terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from descant_daemon.cli import options
from descant_daemon.cli.service_options import check
from descant_daemon.console import say, say_json, say_row
from descant_daemon.service import install as service
from descant_daemon.service.manager import manager
from descant_daemon.service.order import order
from descant_daemon.whole_file import make_folder

app = typer.Typer(name="service", help="Play whenever you are logged in.", no_args_is_help=True)


@app.command(context_settings={"ignore_unknown_options": True})
def install(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PRESET] [PLAY'S OPTIONS]", help="As `descant play` takes them."),
    ] = None,
) -> None:
    """Have `descant play` started at every login, and now; again to change its options."""
    which = manager()
    checked = check(arguments or [])
    for folder in checked.folders:
        make_folder(folder)
    running = service.install(which, order(checked.arguments, folders=checked.folders))
    say(f"Written: {which.path}.")
    for note in checked.notes:
        say_row("Beware: ", note)
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
