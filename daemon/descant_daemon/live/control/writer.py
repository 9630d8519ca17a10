"""Writes to a stream from a thread of its own: whoever reads may take all the time there is, or never come back."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque

from descant_daemon.in_ascii import LIKE_IT

MOST = 50  # sentences that wait; of more the last


class Writer:
    """``say`` and ``show`` never wait. Each text leaves in one write."""

    def __init__(self, descriptor: int, encoding: str) -> None:
        """What the encoding has not got is written as something like it."""
        self._descriptor = descriptor
        self._encoding = encoding
        self._said: deque[str] = deque(maxlen=MOST)
        self._shown: str | None = None
        self._something = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def say(self, text: str) -> None:
        """To be read, after what was said before."""
        self._said.append(text)
        self._something.set()

    def show(self, text: str) -> None:
        """To be read unless something newer is there by then."""
        self._shown = text
        self._something.set()

    def close(self, patience: float) -> None:
        """Until everything is written, for so many s at most."""
        self._closing = True
        self._something.set()
        self._thread.join(patience)

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # whoever was reading has had enough
            while True:
                self._something.wait()
                self._something.clear()
                closing = self._closing  # before the look, so that nothing said before it is left
                while self._said:
                    self._write(self._said.popleft())
                shown, self._shown = self._shown, None
                if shown is not None:
                    self._write(shown)
                if closing:
                    return

    def _write(self, text: str) -> None:
        rest = text.encode(self._encoding, errors=LIKE_IT)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
