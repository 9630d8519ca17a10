"""The memory between io and control: the latest status one way, commands the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from descant_daemon.live.control.status import Snapshot, encode
from descant_daemon.live.processes.ring import BOARD_SLOTS, Board, Ring, ring_bytes
from descant_daemon.live.processes.shared import Shared

SLOTS, LONGEST_COMMAND, LONGEST_STATUS = 64, 1024, 65_536
_RING, _BOARD = ring_bytes(SLOTS, LONGEST_COMMAND), ring_bytes(BOARD_SLOTS, LONGEST_STATUS)
SIZE = _RING + _BOARD + ring_bytes(BOARD_SLOTS, 0)

Command = dict[str, Any]
"""``{"panic": true}``, ``{"tap": true}``, ``{"capture": true}``, ``{"act": name}`` or ``{"set": {name: value}}``."""


class Panel:
    """Both sides have one over the same memory; each uses its own half of the methods."""

    def __init__(self, shared: Shared) -> None:
        """``SIZE`` bytes."""
        memory = memoryview(shared.memory)
        self._commands = Ring(memory[:_RING], SLOTS, LONGEST_COMMAND)
        self._status = Board(memory[_RING : _RING + _BOARD], LONGEST_STATUS)
        self._pulse = Board(memory[_RING + _BOARD :], 0)

    # -- io's half -----------------------------------------------------------------------------------

    def show(self, status: Snapshot) -> None:
        """Pin it up, shortened where it is longer than the board."""
        self._status.write(encode(status, LONGEST_STATUS))

    @property
    def beats(self) -> int:
        """How often control has gone round; 0 while it is starting."""
        return self._pulse.count

    def commands(self, most: int) -> Iterator[Command]:
        """What control wants."""
        return (json.loads(frame) for frame in self._commands.read_all(most))

    # -- control's half ------------------------------------------------------------------------------

    def status(self) -> Snapshot | None:
        """The latest; None before the first, and now and then."""
        frame = self._status.read()
        return None if frame is None else json.loads(frame)

    @property
    def pinned(self) -> int:
        """How often io has pinned up a status, whether anything in it was new or not."""
        return self._status.count

    def beat(self) -> None:
        """Control has gone round once more."""
        self._pulse.write(b"")

    def command(self, command: Command) -> bool:
        """False when io is 64 commands behind."""
        return self._commands.write(json.dumps(command, ensure_ascii=False).encode(errors="replace"))
