"""A take file, read line by line; one that breaks off is read up to there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from descant_daemon.tape.header import Header, read_header
from descant_daemon.tape.line import Cycle, Hole, decode
from descant_routing.errors import DescantError

LONGEST_HEADER = 1 << 24  # bytes; sixteen presets with all their words are a hundredth of it


class Take:
    """A file on disk. ``lines`` reads it anew each time."""

    def __init__(self, path: Path) -> None:
        """Read the header. Raises DescantError when there is none."""
        self.path = path
        with self._open() as file:
            self.header: Header = read_header(file.readline(LONGEST_HEADER), path)

    def lines(self) -> Iterator[Cycle | Hole]:
        """Up to the last whole line. Raises DescantError, naming the line, for one that is wrong."""
        with self._open() as file:
            file.readline(LONGEST_HEADER)
            for number, line in enumerate(file, 2):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield decode(line, self.header.origin)
                except ValueError as error:
                    raise DescantError(f"{self.path}, line {number}: {error}.") from error

    def count(self) -> int:
        """How many lines there are."""
        with self._open() as file:
            return sum(1 for _ in file) - 1

    def cycles(self) -> Iterator[Cycle]:
        """Without the holes."""
        return (line for line in self.lines() if isinstance(line, Cycle))

    def _open(self) -> IO[bytes]:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise DescantError(f"{self.path} cannot be read: {error.strerror or error}.") from error
