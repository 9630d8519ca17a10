"""The programs of a measurement, each a process that is ended whatever happens."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from types import TracebackType
from typing import IO, NamedTuple

from descant_daemon.loopback.recording import Recording
from descant_daemon.loopback.wire import WireJob
from descant_routing.environment import module_command
from descant_routing.errors import DescantError

COMING_UP = 30.0  # s that a program may take to be ready
PATIENCE = 20.0  # s beyond its score that the wire may take
LEAVING = 5.0  # s that a program may take to end its notes
POLL = 0.02  # s
READY = re.compile(r"is ready to be played: (?P<to>.+) → (?P<from>.+) \(.+\)\.$", re.MULTILINE)


class PortNames(NamedTuple):
    """Where a program listens, and where it sends."""

    to: str
    come_from: str


class Child:
    """A subprocess of this Python; its output goes to files, so that no full pipe ever stops it."""

    def __init__(self, name: str, module: str, *arguments: str) -> None:
        self.name = name
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._err = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            module_command(module, *arguments),
            stdin=subprocess.PIPE, stdout=self._out, stderr=self._err,
        )  # fmt: skip

    def __enter__(self) -> Child:
        """Is ended with the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """First asked, then made to."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        if not self.ended:
            self._process.terminate()
            try:
                self._process.wait(LEAVING)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._out.close()
        self._err.close()

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def give(self, text: str) -> None:
        """All that it is told."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended already; ``result`` says why
            self._process.stdin.write(text.encode())
            self._process.stdin.close()

    def cables(self) -> PortNames:
        """Wait until it says where it is. Raises DescantError when it does not."""
        end = time.monotonic() + COMING_UP
        while time.monotonic() < end:
            running = not self.ended
            found = READY.search(_read(self._err))
            if found:
                return PortNames(found["to"], found["from"])
            if not running:
                raise DescantError(f"{self.name} does not come up: {self.complaint()}.")
            time.sleep(POLL)
        raise DescantError(f"{self.name} was not ready to be played within {COMING_UP:g} s.")

    def result(self, seconds: float, tell: Callable[[], None]) -> str:
        """Wait for its end, and return what it wrote; ``tell`` is called meanwhile. Raises DescantError."""
        end = time.monotonic() + seconds
        while not self.ended:
            if time.monotonic() > end:
                raise DescantError(f"{self.name} did not end within {seconds:.0f} s.")
            tell()
            time.sleep(POLL)
        if self._process.returncode:
            raise DescantError(f"{self.name} failed: {self.complaint()}.")
        return _read(self._out)

    def complaint(self) -> str:
        """The last line that it wrote to standard error."""
        lines = _read(self._err).split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "without a word")
        return last.removeprefix("descant: ").rstrip(".")


def play(preset: str, system: str, *options: str) -> Child:
    """``descant play``, as a user would start it."""
    arguments = ("play", preset, "--backend", system, "--clock", "midi", *options)
    return Child("descant play", "descant_daemon.cli", *arguments)


def echo(system: str) -> Child:
    """The echo in its place."""
    return Child("the echo", "descant_daemon.loopback.echo", system)


def perform(job: WireJob, seconds: float, tell: Callable[[], None]) -> Recording:
    """Have the cues played and everything heard written down. Raises DescantError."""
    with Child("the measurement", "descant_daemon.loopback.wire") as wire:
        wire.give(job.encode())
        return Recording.decode(wire.result(seconds + PATIENCE, tell))


def _read(file: IO[bytes]) -> str:
    """Everything so far; the child writes at its own place, so it is not moved: they share one."""
    return os.pread(file.fileno(), 1 << 26, 0).decode(errors="replace")
