"""OSC, in the control process: parameters, panic and tap come in, the status goes out. On this machine only.

``/descant/NAME value`` sets a parameter of the table, ``/descant/2/NAME value`` that of the second instance alone;
``/descant/panic``, ``tap``, ``capture`` and the other actions do what they say. Out go ``/descant/late``,
``staleness``, ``bar``, ``beat``, ``bpm``, ``clock``, ``loops``, ``thinned`` and ``stalled`` (see ``status.Snapshot``),
and of each instance, from 1, ``/descant/1/preset``, ``mode``, ``state`` and ``next`` (the keys of the next tick), each
when it changes. Format: OSC 1.0 (opensoundcontrol.org).
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Sequence
from typing import Any

from pythonosc.osc_packet import OscPacket, ParseError
from pythonosc.udp_client import SimpleUDPClient

from descant_daemon.live.control.panel import Command
from descant_daemon.live.control.status import Snapshot
from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.row import Row, Value
from descant_daemon.settings.styles import row_of
from descant_routing.errors import DescantError, UsageError

HOST = "127.0.0.1"
ROOT = "/descant/"
LONGEST = 65_536  # bytes of a UDP packet
AT_ONCE = 500  # packets read before the commands are passed on
SPACING = 0.01  # s between two lots of commands, however many packets come
BUTTONS = ("panic", "tap", "capture")
TOLD = ("late", "staleness", "bar", "beat", "bpm", "clock", "loops", "thinned", "stalled")
TOLD_OF_EACH = ("preset", "mode", "state", "next")
Arguments = Sequence[Any]


class OscInlet:
    """A UDP port on this machine."""

    def __init__(self, port: int, styles: Sequence[str] = ()) -> None:
        """``styles``: the model's. Raises DescantError when the port is taken."""
        self._styles = styles
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((HOST, port))
        except OSError as error:
            self._socket.close()
            raise DescantError(f"OSC port {port} cannot be opened: {error.strerror}") from error
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self._complaint: str | None = None

    def commands(self, until: float) -> list[Command]:
        """What comes before ``until`` (``time.monotonic``), of each parameter the last value only."""
        if not select.select([self._socket], [], [], max(0.0, until - time.monotonic()))[0]:
            return []
        time.sleep(SPACING)
        values: dict[str, Value] = {}
        others: list[Command] = []
        with contextlib.suppress(BlockingIOError):
            for _ in range(AT_ONCE):
                self._take(self._socket.recv(LONGEST), values, others)
        once = [each for at, each in enumerate(others) if each not in others[:at]]
        return [*once, *({"set": {name: value}} for name, value in values.items())]

    def complaints(self) -> list[str]:
        """The last thing that was wrong, said once."""
        complaint, self._complaint = self._complaint, None
        return [complaint] if complaint else []

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()

    def _take(self, packet: bytes, values: dict[str, Value], others: list[Command]) -> None:
        try:
            for timed in OscPacket(packet).messages:
                self._obey(timed.message.address, list(timed.message), values, others)
        except (ParseError, UsageError, ValueError, IndexError) as error:
            self._complaint = f"OSC: {error}"

    def _obey(
        self, address: str, arguments: Arguments, values: dict[str, Value], others: list[Command]
    ) -> None:
        name = address.removeprefix(ROOT)
        if not address.startswith(ROOT):
            raise UsageError(f"there is nothing at {address[:60]!r}, all is under {ROOT}")
        if name in BUTTONS:
            if not arguments or arguments[0]:  # a button sends 0 when it is let go
                others.append({name: True})
        elif name in ACTIONS:
            if not arguments or arguments[0]:
                others.append({"act": name})
        elif len(arguments) != 1:
            raise UsageError(f"{address[:60]} takes one value, not {len(arguments)}")
        else:
            instance, slash, row = name.rpartition("/")
            if slash and not instance.isdecimal():
                raise UsageError(f"{address[:60]} begins with no instance: they count from 1")
            values[name] = _value(row_of(row, self._styles), arguments[0])


class OscOutlet:
    """Tells somebody what has changed."""

    def __init__(self, host: str, port: int) -> None:
        """UDP: nobody need be there."""
        self._client = SimpleUDPClient(host, port)
        self._told: Snapshot = {}

    def show(self, status: Snapshot) -> None:
        """Send what is new."""
        news = {name: status[name] for name in TOLD if name in status}
        for number, instance in enumerate(status.get("instances", ()), 1):
            news |= {f"{number}/{name}": instance[name] for name in TOLD_OF_EACH}
        for name, value in news.items():
            if value is not None and self._told.get(name) != value:
                self._told[name] = value
                with contextlib.suppress(OSError):
                    self._client.send_message(ROOT + name, value)

    def close(self) -> None:
        """Let go of the socket."""
        self._client.close()


def _value(row: Row, argument: Any) -> Value:
    """An OSC argument as the parameter has it: faders send floats for everything."""
    if isinstance(argument, str):
        return row.parse(argument)
    if row.kind == "bool" and isinstance(argument, (int, float)):
        return argument >= 0.5
    if row.kind == "int" and isinstance(argument, float):
        argument = round(argument)
    return row.check(argument)
