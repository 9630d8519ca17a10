"""io's end of the tape: hands it lines, and sees to it that there is somebody to keep them."""

from __future__ import annotations

from descant_daemon.live.processes.shared import Shared
from descant_daemon.live.processes.worker import Worker
from descant_daemon.live.tape.reel import Reel, reel_bytes
from descant_daemon.live.tape.tape_process import LAST_CAPTURE, Orders
from descant_daemon.tape.header import Header

MODULE = "descant_daemon.live.tape.tape_process"
PATIENCE = (
    LAST_CAPTURE + 2.0
)  # s for a capture that is being made, and what a slow disk may take for the last lines


class TapeLink:
    """``write`` belongs to the io thread, and never waits."""

    def __init__(self, header: Header, orders: Orders) -> None:
        self._header = header.encode()
        self._reel: Reel
        size = reel_bytes(self._header)
        arguments = [str(size), *orders.encode()]
        self._worker = Worker(MODULE, arguments, size, self._begin, lambda: None, lasting=True)
        self.write = self._reel.write
        """Takes a line; False when there is no room for it."""

    @property
    def pid(self) -> int:
        """The tape process's id."""
        return self._worker.process.pid

    def close(self) -> None:
        """End it when it has kept everything, within seconds."""
        self._worker.close(PATIENCE)

    def _begin(self, shared: Shared) -> None:
        self._reel = Reel(shared)
        self._reel.load(self._header)
