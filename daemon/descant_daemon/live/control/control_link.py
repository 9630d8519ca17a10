"""io's end of control: shows it what is going on, takes its commands, sees to it that there is one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from descant_daemon.live.control.panel import SIZE, Command, Panel
from descant_daemon.live.control.status import Snapshot
from descant_daemon.live.processes.shared import Shared
from descant_daemon.live.processes.worker import Worker

MODULE = "descant_daemon.live.control.control_process"
HUNG = 50  # looks in a row at a control that has not gone round: it hangs
HUNG_AT_START = 600  # while it has not gone round at all: it may be loading, on a machine that is busy


@dataclass(frozen=True)
class Outlets:
    """Where control shows the status, and where it listens."""

    line: bool = False  # on stderr, for eyes
    lines: bool = False  # JSON on stdout, for scripts
    osc_in: tuple[str, int] | None = None  # where to listen
    osc_out: tuple[str, int] | None = None
    styles: tuple[str, ...] = ()  # the model's: what comes by OSC is held against them

    def encode(self) -> str:
        """For the command line of the control process."""
        return json.dumps(asdict(self))

    @staticmethod
    def decode(text: str) -> Outlets:
        """Back from ``encode``."""
        fields = json.loads(text)
        tuples = {
            name: None if fields[name] is None else tuple(fields[name])
            for name in ("osc_in", "osc_out", "styles")
        }
        return Outlets(**fields | tuples)


class ControlLink:
    """Nothing here waits for control."""

    def __init__(self, outlets: Outlets) -> None:
        self._panel: Panel
        self._seen: tuple[Panel | None, int] = None, 0  # how far it was at the last look
        self._hung = 0  # looks since
        self._worker = Worker(MODULE, [outlets.encode()], SIZE, self._begin, lambda: None)

    @property
    def pid(self) -> int:
        """Control's process id."""
        return self._worker.process.pid

    @property
    def beats(self) -> int:
        """How often it has gone round; 0 while it is starting."""
        return self._panel.beats

    def show(self, status: Snapshot) -> None:
        """Pin up the status."""
        self._panel.show(status)

    def commands(self, most: int) -> Iterator[Command]:
        """What control wants."""
        return self._panel.commands(most)

    def look(self) -> None:
        """Ten times a second, from the main thread: one that hangs is replaced as one that is dead."""
        seen = self._panel, self._panel.beats
        self._hung = self._hung + 1 if seen == self._seen else 0
        self._seen = seen
        if self._hung >= (HUNG if seen[1] else HUNG_AT_START):
            self._hung = 0
            self._worker.kill()

    def close(self) -> None:
        """End it, within a second."""
        self._worker.close()

    def _begin(self, shared: Shared) -> None:
        self._panel = Panel(shared)
