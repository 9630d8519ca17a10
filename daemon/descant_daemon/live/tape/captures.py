"""Captures are made on a thread of their own: whoever keeps what is played never waits for one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

Make = Callable[[Sequence[bytes]], str]
"""Makes one of these lines; returns, or raises DescantError with, the sentence that says so."""


class Captures:
    """What is asked for while one is made is answered by one more, of everything up to then."""

    def __init__(self, make: Make, say: Callable[[str], None]) -> None:
        """``say`` is called from the thread."""
        self._make = make
        self._say = say
        self._lock = threading.Lock()
        self._wanted: list[Sequence[bytes]] = []  # one at most
        self._thread: threading.Thread | None = None  # while something is to be made

    def ask(self, lines: Sequence[bytes]) -> None:
        """That was good: ``lines`` are all that is remembered. Returns at once."""
        with self._lock:
            self._wanted = [lines]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
                self._thread.start()

    def finish(self, patience: float) -> bool:
        """Until everything is made, for so many s at most; False when it is not, which has been said."""
        until = time.monotonic() + patience
        while (thread := self._thread) is not None:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                self._say("The last capture was not finished in time; what was recorded is whole.")
                return False
        return True

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._thread = None
                    return
                lines = self._wanted.pop()
            try:
                sentence = self._make(lines)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is said, and the next may do
                sentence = str(error) or type(error).__name__
            self._say(sentence)
