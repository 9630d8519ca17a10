"""io's end of control: shows it what is going on, takes its commands, sees to it that there is one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from descant_daemon.live.control.panel import SIZE, Command, Panel
from descant_daemon.live.control.status import Snapshot
from descant_daemon.live.processes.shared import Shared
from descant_daemon.live.processes.worker import Worker

MODULE = "descant_daemon.live.control.control_process"


@dataclass(frozen=True)
class Outlets:
    """Where control shows the status, and where it listens."""

    line: bool = False  # on stderr, for eyes
    lines: bool = False  # JSON on stdout, for scripts
    osc_in: int | None = None  # UDP port on 127.0.0.1
    osc_out: tuple[str, int] | None = None
    styles: tuple[str, ...] = ()  # the model's: what comes by OSC is held against them

    @property
    def any(self) -> bool:
        """Whether there is anything for control to do."""
        return replace(self, styles=()) != Outlets()

    def encode(self) -> str:
        """For the command line of the control process."""
        return json.dumps(asdict(self))

    @staticmethod
    def decode(text: str) -> Outlets:
        """Back from ``encode``."""
        fields = json.loads(text)
        out, styles = fields.pop("osc_out"), tuple(fields.pop("styles"))
        return Outlets(**fields, osc_out=None if out is None else (out[0], out[1]), styles=styles)


class ControlLink:
    """Nothing here waits for control."""

    def __init__(self, outlets: Outlets) -> None:
        """Start it."""
        self._panel: Panel
        self._worker = Worker(MODULE, [outlets.encode()], SIZE, self._begin, lambda: None)

    @property
    def pid(self) -> int:
        """Control's process id."""
        return self._worker.process.pid

    def show(self, status: Snapshot) -> None:
        """Pin up the status."""
        self._panel.show(status)

    def commands(self, most: int) -> Iterator[Command]:
        """What control wants."""
        return self._panel.commands(most)

    def close(self) -> None:
        """End it, within a second."""
        self._worker.close()

    def _begin(self, shared: Shared) -> None:
        self._panel = Panel(shared)
