"""What an instance tells by controllers, with its notes: for lights, meters and whatever listens to MIDI."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from descant_daemon.effect.cables.outbox import Outlet
from descant_daemon.settings.choices import MODES
from descant_daemon.settings.parameters import Parameters
from descant_routing import message

TOP = 127


class PlayState(IntEnum):
    """What an instance does, as ``state_cc`` tells it."""

    IDLE = 0
    LISTENING = 1
    PLAYING = 2


class PlayStatus(NamedTuple):
    """``bar`` and ``beat`` from 1; ``staleness``: how many steps in a row have come late."""

    doing: PlayState
    bar: int
    beat: int
    staleness: int


class StatusCC:
    """Each controller is sent when its value has changed, and only where a parameter gives it a number."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[int, int]] = {}  # → controller, value

    def tell(
        self, parameters: Parameters, channel: int, status: PlayStatus, outlet: Outlet, now: int
    ) -> None:
        """What is new goes out on the channel of the notes."""
        values = {
            "late_cc": min(TOP, status.staleness),
            "state_cc": int(status.doing),
            "bar_cc": status.bar % (TOP + 1),
            "beat_cc": status.beat,
            "mode_cc": MODES.index(parameters.mode),
        }
        for name, value in values.items():
            number: int = getattr(parameters, name)
            if number and self._told.get(name) != (number, value):
                self._told[name] = number, value
                outlet.send(now, [message.control_change(channel, number, value)])
