"""io's end of the engine: starts it, asks it, collects its answers, starts it again when it dies."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from descant_daemon.engine.engine import Answer, Ask
from descant_daemon.live.codec import decode_answer, encode_ask, read_frame, write_frame
from descant_daemon.live.engine_process import READY, REFUSED
from descant_routing.errors import DescantError

MOST_UNANSWERED = 32  # beyond it the engine is not keeping up, and writing to it could block
RESTART_PAUSE = 0.2  # s, so that an engine that dies at once does not spin


class EngineLost:
    """In the queue of answers: the engine has died and is being started again."""


class EngineLink:
    """Never blocks in ``ask`` or ``answers``; those two belong to the io thread."""

    def __init__(self, stem: Path, pitches: int, wake: Callable[[], None]) -> None:
        """``wake`` is called, from a thread of the link's, whenever there is something to collect."""
        self._stem = stem
        self._pitches = pitches
        self._wake = wake
        self._answers: queue.SimpleQueue[Answer | EngineLost] = queue.SimpleQueue()
        self._unanswered = 0
        self._ready = threading.Event()
        self._closing = False
        self._refusal: str | None = None
        self._process = self._start()
        self._thread = threading.Thread(target=self._supervise, name="engine-link", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The engine's process id."""
        return self._process.pid

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Until the engine can be asked; DescantError when it refuses its model or does not come up."""
        if not self._ready.wait(timeout):
            raise DescantError(self._refusal or f"The engine did not get ready within {timeout:.0f} s.")
        if self._refusal:
            raise DescantError(self._refusal)

    def ask(self, ask: Ask) -> bool:
        """Send a question; False when the engine is away or far behind (the step will be counted late)."""
        if not self._ready.is_set() or self._unanswered >= MOST_UNANSWERED or self._process.stdin is None:
            return False
        try:
            write_frame(self._process.stdin, encode_ask(ask))
        except (OSError, ValueError):
            return False  # it has just died; the supervisor sees it too
        self._unanswered += 1
        return True

    def answers(self) -> list[Answer | EngineLost]:
        """What has come since the last call."""
        collected: list[Answer | EngineLost] = []
        while not self._answers.empty():
            item = self._answers.get_nowait()
            self._unanswered = 0 if isinstance(item, EngineLost) else self._unanswered - 1
            collected.append(item)
        return collected

    def close(self) -> None:
        """End the engine process, within a second."""
        self._closing = True
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()  # that is how it learns to end
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(1.0)
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was still in it is of no use to anybody
                    pipe.close()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "descant_daemon.live.engine_process", str(self._stem)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is for io, which closes the notes first
        )

    def _supervise(self) -> None:
        while True:
            self._read_until_gone()
            if self._closing or self._refusal:
                return
            self._ready.clear()
            self._answers.put(EngineLost())
            self._wake()
            self._process.wait()
            self._close_pipes()
            time.sleep(RESTART_PAUSE)
            if self._closing:
                return
            self._process = self._start()

    def _read_until_gone(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None  # we asked for a pipe
        while (frame := read_frame(pipe)) is not None:
            if frame == READY:
                self._ready.set()
            elif frame.startswith(REFUSED):
                self._refusal = frame.removeprefix(REFUSED).decode()
                self._ready.set()
            else:
                self._answers.put(decode_answer(frame, self._pitches))
            self._wake()
