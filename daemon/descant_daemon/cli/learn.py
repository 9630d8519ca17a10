"""``descant learn``: which knob moves what, by moving it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from descant_daemon.console import say
from descant_daemon.controls.learn_ear import LearnEar
from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.bindings import movable
from descant_daemon.settings.cc_file import CcFile
from descant_daemon.settings.parameters import TABLE
from descant_daemon.settings.source import Source
from descant_daemon.whole_file import writable
from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.api import Cables
from descant_routing.ports.select import BACKENDS, open_backend
from descant_routing.timed import MAIN, Timed

LOOK = 0.1  # s between two looks at the ports


def learn(
    name: Annotated[str, typer.Argument(help="A parameter, or an action such as capture.")],
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write it into this preset.yaml or rig, and leave the rest as it is."
        ),
    ] = None,
    instance: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --into a rig: which of its instances.")
    ] = None,
    input_port: Annotated[str | None, typer.Option("--input", help="Listen to this port.")] = None,
    backend_name: Annotated[str, typer.Option("--backend", help=f"One of {', '.join(BACKENDS)}.")] = "auto",
    timeout: Annotated[float, typer.Option(min=1, max=3600, help="Seconds to wait for the knob.")] = 60.0,
) -> None:
    """Say which controller moves a parameter, or which button, pad or key does an action: use it, and it is found."""
    movable(name)
    if instance is not None and into is None:
        raise UsageError("--instance says where to write in a rig: name the file with --into")
    file = None if into is None else CcFile(into, instance)
    if into is not None:
        writable(into)
    before = [] if file is None else file.bindings.names.values()
    source = _listen(name, input_port, backend_name, timeout)
    say(f"{name}: {source}")
    if file is None:
        return
    file.put(name, source)
    lost = [moved for moved in before if moved not in file.bindings.names.values()]
    said = f" Nothing moves {' and '.join(lost)} any more." if lost else ""
    say(f"Written into {into}.{said}", err=True)


def _listen(name: str, port: str | None, backend_name: str, timeout: float) -> Source:
    listener = Listener(LearnEar(button=is_button(name), keys=name in ACTIONS))
    backend, _ = open_backend(backend_name, Cables({MAIN: port}, {}))
    where = port or backend.inputs[MAIN]
    try:
        backend.start(listener)
        say(f"{_invitation(name)} (listening on {where})", err=True)
        until = time.monotonic() + timeout
        while not listener.done.wait(LOOK):
            if backend.lost:
                raise DescantError(backend.lost)
            if time.monotonic() > until:
                raise DescantError(
                    f"nothing moved {name} within {timeout:g} s: does what you moved send controllers, and does it "
                    f"lead to {where}?"
                )
    finally:
        backend.close()
    assert listener.source is not None, "was found"
    return listener.source


def is_button(name: str) -> bool:
    """Whether it is done by a press: an action, or a switch."""
    return name in ACTIONS or TABLE[name].kind == "bool"


class Listener:
    """The ear as a back-end drives it: hears everything, sends nothing."""

    def __init__(self, ear: LearnEar) -> None:
        """``done`` is set, by the thread that drives it, when ``source`` has been found."""
        self.source: Source | None = None
        self.done = threading.Event()
        self._ear = ear

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        """See ``Driven``."""
        for event in arrived:
            self._ear.hear(event.data, event.time)
        if self.source is None:
            self.source = self._ear.verdict(until)
            if self.source is not None:
                self.done.set()
        return ()

    def settle(self) -> None:
        """See ``Driven``; nothing is asked for."""

    def next_deadline(self) -> int | None:
        """See ``Driven``."""
        return self._ear.deadline() if self.source is None else None

    def unplugged(self, port: str, now: int) -> None:
        """See ``Driven``; what was heard is not forgotten."""

    def plugged(self, port: str, now: int) -> None:
        """See ``Driven``."""


def _invitation(name: str) -> str:
    if name in ACTIONS:
        return f"Press the button, pad or key for {name}. {ACTIONS[name].meaning}"
    how = "Press the button" if is_button(name) else "Move the knob"
    return f"{how} for {name}. {TABLE[name].meaning}"
