"""A process that io starts, and starts again when it dies."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from typing import IO

from descant_daemon.live.processes.doorbell import quiet_bell, ring
from descant_daemon.live.processes.rank import put_behind
from descant_daemon.live.processes.shared import Shared
from descant_routing.environment import module_command

PAUSE = 0.05  # s before the first restart; it doubles while the process dies young
LONGEST_PAUSE = 1.0
YOUNG = 1.5  # s; a process that is killed later than that is started again at once


class Worker:
    """``python -m MODULE HANDLE ARGUMENTS...``, with memory of its own that it shares with its starter.

    It is woken by ``ring``, and ends when that one does: its standard input then ends.
    """

    def __init__(
        self,
        module: str,
        arguments: list[str],
        size: int,
        begin: Callable[[Shared], None],
        died: Callable[[], None],
        output: int | None = None,
        *,
        lasting: bool = False,
        inherited: Sequence[Shared] = (),
    ) -> None:
        """``begin`` is told of new memory before the process starts, ``died`` of each death (from a thread).

        ``lasting``: the memory outlives the process, the next one finds it as it was left. ``inherited``: other
        memory that each of them sees; let go of when the worker is closed.
        """
        self._module = module
        self._arguments = arguments
        self._size = size
        self._begin = begin
        self._died = died
        self._output = output
        self._lasting = lasting
        self._inherited = inherited
        self._shared: Shared | None = None
        self._closing = threading.Event()
        self.starts = 0
        """How often it has been started."""
        self.process = self._start()
        self._thread = threading.Thread(target=self._supervise, name=module, daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Wake it; never blocks."""
        ring(self._bell)

    def kill(self) -> None:
        """It does not answer any more: another will be started."""
        with contextlib.suppress(OSError):
            self.process.kill()

    def close(self, patience: float = 0.5) -> None:
        """End it, within ``patience`` s and a half."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._bell.close()  # that is how it learns to end
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._thread.join(1.0)
        for memory in (self._shared, *self._inherited):
            if memory is not None:
                memory.close()

    def _start(self) -> subprocess.Popen[bytes]:
        shared = self._shared
        if shared is None:
            shared = Shared.create(self._size)
            self._begin(shared)
        with _signals_for_io():
            process = subprocess.Popen(
                module_command(self._module, shared.handle, *self._arguments),
                stdin=subprocess.PIPE,
                stdout=self._output,
                pass_fds=[each for memory in (shared, *self._inherited) for each in memory.descriptors],
                process_group=None
                if sys.platform == "win32"
                else 0,  # Ctrl-C is for io, which closes the notes first
            )
        if self._lasting:
            self._shared = shared
        else:
            shared.close()
        put_behind(process.pid)
        assert process.stdin is not None  # a pipe was asked for
        self._bell: IO[bytes] = process.stdin
        quiet_bell(self._bell)
        self.starts += 1
        return process

    def _supervise(self) -> None:
        pause = PAUSE
        while True:
            try:
                self.process.wait(YOUNG)
            except subprocess.TimeoutExpired:
                pause = PAUSE
                self.process.wait()
            if self._closing.is_set():
                return
            self._died()
            with contextlib.suppress(OSError):
                self._bell.close()
            if self._closing.wait(pause):
                return
            pause = min(2 * pause, LONGEST_PAUSE)
            self.process = self._start()
            if self._closing.is_set():
                self.process.kill()  # ``close`` was quicker, and has ended the one before


@contextlib.contextmanager
def _signals_for_io() -> Generator[None]:
    """A process that is started in here never gets the signals that ask for something: those are for io alone."""
    if sys.platform == "win32":
        yield
        return
    asking = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, asking)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
