"""A take file, read line by line; one that breaks off is read up to there, and one that makes no sense up to where.

Takes come from strangers, too. What a line may say by itself, ``take_line`` knows; what it may say in this take, such
as of which cables, is looked at here, so that nobody who reads on has to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from descant_daemon.settings.rig.values import Rig
from descant_daemon.tape.former import heard_otherwise
from descant_daemon.tape.header import Header, read_header, read_rig
from descant_daemon.tape.take_line import Cycle, Hole, decode, from_json
from descant_daemon.whole_file import open_file
from descant_routing.errors import DescantError
from descant_routing.timed import MAIN
from descant_routing.wording import shown

LONGEST_LINE = 1 << 24  # bytes; a header of sixteen presets with all their words is a hundredth of it


class TakeFile:
    """A file on disk. ``lines`` reads it anew each time."""

    def __init__(self, path: Path) -> None:
        """Read the header. Raises DescantError when there is none."""
        self.path = path
        with self._open() as file:
            line = file.readline(LONGEST_LINE)
        self.header: Header = read_header(line, path)
        self._rig: object = from_json(line)["rig"]

    def lines(self) -> Iterator[Cycle | Hole]:
        """Up to the last whole line. Raises DescantError, naming the line, for one that is wrong."""
        sense = _Sense(self.header)
        for number, line in enumerate(self._lines(), 2):
            try:
                if not line.endswith(b"\n"):
                    raise ValueError(f"it is longer than {LONGEST_LINE // 2**20} MiB")
                read = decode(line, self.header.origin)
                if isinstance(read, Cycle):
                    sense.check(read)
            except ValueError as error:
                raise DescantError(f"{self.path}, line {number}: {error}.") from error
            yield read

    def count(self) -> int:
        """How many lines there are."""
        return sum(1 for _ in self._lines())

    def cycles(self) -> Iterator[Cycle]:
        """Without the holes."""
        return (line for line in self.lines() if isinstance(line, Cycle))

    def rigs(self) -> list[Rig]:
        """The one that it began with, and those that came while it was recorded. Raises DescantError as ``lines``."""
        return [self.header.rig, *(read_rig(facts) for facts in self._later())]

    @property
    def heard_otherwise(self) -> bool:
        """Whether a key that ``key: follow`` locks to was found otherwise when it was recorded."""
        return any(map(heard_otherwise, (self._rig, *self._later())))

    def _later(self) -> Iterator[object]:
        return (item[1] for cycle in self.cycles() for item in cycle.of("rig"))

    def _lines(self) -> Iterator[bytes]:
        """Whole ones, and pieces of one that is too long."""
        with self._open() as file:
            file.readline(LONGEST_LINE)
            while line := file.readline(LONGEST_LINE):
                if not line.endswith(b"\n") and len(line) < LONGEST_LINE:
                    return
                yield line

    def _open(self) -> IO[bytes]:
        try:
            return open_file(self.path)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            raise DescantError(f"{self.path} cannot be read: {reason or error}.") from error


class _Sense:
    """What a take's lines may speak of, as they go on."""

    def __init__(self, header: Header) -> None:
        self._own_clock = header.rig.clock == "internal"
        self._inputs: set[str] = set()
        self._outputs: set[str] = set()
        self._plug_in(header.rig)

    def check(self, cycle: Cycle) -> None:
        """Raises ValueError for an item that makes no sense here."""
        for item in cycle.items:
            match item:
                case ["in", _, _, *label]:
                    _among(self._inputs, "input", *label)
                case ["out", _, _, *label]:
                    _among(self._outputs, "output", *label)
                case ["unplugged" | "plugged", str(label)]:
                    _among(self._inputs | self._outputs, "cable", label)
                case ["start", _] if not self._own_clock:
                    raise ValueError("nobody starts a clock that is not Descant's own")
                case ["rig", dict(facts)]:
                    try:
                        self._plug_in(read_rig(facts))
                    except ValueError as error:
                        raise ValueError(f"the rig is wrong, {error}") from None
                case _:
                    pass

    def _plug_in(self, rig: Rig) -> None:
        """Cables that go are still heard of when their last notes end."""
        self._inputs.update(each.label for each in rig.inputs)
        self._outputs.update(each.label for each in rig.outputs)


def _among(labels: set[str], kind: str, label: str = MAIN) -> None:
    if label not in labels:
        raise ValueError(f"there is no {kind} {shown(label)}")
