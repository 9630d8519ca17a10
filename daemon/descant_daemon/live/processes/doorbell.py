"""Waking another process: a byte in the pipe that is its standard input. The pipe's end is io's end."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from typing import IO


def ring(pipe: IO[bytes]) -> None:
    """Wake who waits at the other end; never blocks. A full pipe wakes it anyway, a torn one nobody."""
    with contextlib.suppress(OSError, ValueError):
        os.write(pipe.fileno(), b".")


def quiet_bell(pipe: IO[bytes]) -> None:
    """Ringing at this pipe is not to block."""
    if sys.platform != "win32":
        os.set_blocking(pipe.fileno(), False)


class Doorbell:
    """The waiting side."""

    def __init__(self, descriptor: int = 0) -> None:
        """At standard input unless said otherwise."""
        self._descriptor = descriptor
        self._rung = threading.Event()
        self._gone = False
        if sys.platform == "win32":  # where select knows no pipes
            threading.Thread(target=self._listen, daemon=True).start()

    def wait(self, timeout: float | None) -> bool:
        """Until rung, or for ``timeout`` s; False when whoever could ring is gone."""
        if sys.platform == "win32":
            self._rung.wait(timeout)
            self._rung.clear()
            return not self._gone
        if not select.select([self._descriptor], [], [], timeout)[0]:
            return True
        return bool(os.read(self._descriptor, 4096))

    def _listen(self) -> None:
        while os.read(self._descriptor, 4096):
            self._rung.set()
        self._gone = True
        self._rung.set()
