"""OSC, in the control process: parameters, panic and tap come in, the status goes out.

``/descant/NAME value`` sets a parameter of the table, ``/descant/2/NAME value`` that of the second instance alone;
``/descant/panic``, ``tap``, ``capture`` and the other actions do what they say. An address may be a pattern. Out go
``/descant/late``, ``staleness``, ``bar``, ``beat``, ``bpm``, ``clock``, ``loops``, ``thinned`` and ``stalled`` (see
``status.Snapshot``), and of each instance, from 1, ``/descant/1/preset``, ``mode``, ``state``, ``next`` (the keys of
the next tick) and ``chord`` (what sounds, by name), each when it changes. Format: OSC 1.0 (opensoundcontrol.org).
"""

from __future__ import annotations

import contextlib
import ipaddress
import select
import socket
import time
from collections.abc import Sequence
from typing import NamedTuple

from pythonosc.udp_client import SimpleUDPClient

from descant_daemon.live.control.complaints import Complaints
from descant_daemon.live.control.osc_packets import read
from descant_daemon.live.control.osc_wishes import ROOT, Wishes
from descant_daemon.live.control.panel import Command
from descant_daemon.live.control.status import Snapshot
from descant_daemon.settings.rig.values import MOST_INSTANCES
from descant_routing.errors import DescantError, UsageError
from descant_routing.wording import shown

HOST = "127.0.0.1"
LONGEST = 65_536  # bytes of a UDP packet
AT_ONCE = 500  # packets read before the commands are passed on
SPACING = 0.01  # s between two lots of commands, however many packets come
WORK = 0.05  # s of reading at a time, whatever is in the packets
TOLD = ("late", "staleness", "bar", "beat", "bpm", "clock", "loops", "thinned", "stalled")
TOLD_OF_EACH = ("preset", "mode", "state", "next", "chord")


class Address(NamedTuple):
    """Where UDP packets go to, or come in."""

    host: str
    port: int

    @staticmethod
    def parse(text: str, option: str, host: str | None = None) -> Address:
        """``HOST:PORT``, ``[IPv6]:PORT``; ``PORT`` alone where a ``host`` goes without saying. Raises UsageError."""
        name, colon, port = text.rpartition(":")
        name = name.removeprefix("[").removesuffix("]") if colon else host or ""
        number = int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else 0
        if not name or not 0 < number < 65536:
            forms = (
                "PORT or HOST:PORT, such as 9000 or 0.0.0.0:9000"
                if host
                else "HOST:PORT, such as 127.0.0.1:9001"
            )
            raise UsageError(f"{option} takes {forms}, not {shown(text)}")
        return Address(name, number)

    def found(self) -> tuple[socket.AddressFamily, Address]:
        """By number instead of by name. Raises DescantError where nobody knows the name."""
        try:
            family, _, _, _, place = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)[0]
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "no such name"
            raise DescantError(f"OSC: there is no host {shown(self.host)} ({reason}).") from error
        return family, Address(str(place[0]), self.port)

    @property
    def local(self) -> bool:
        """Whether only programs of this machine reach it, by its number."""
        try:
            return ipaddress.ip_address(self.host.partition("%")[0]).is_loopback
        except ValueError:
            return False


class OscInlet:
    """A UDP port, of this machine alone unless a host is named."""

    def __init__(self, port: int, styles: Sequence[str] = (), host: str = HOST) -> None:
        """``styles``: the model's. Raises DescantError when the port is taken, or the host is not ours."""
        self._wishes = Wishes(styles, [""] * MOST_INSTANCES)
        self._complaints = Complaints()
        family, place = Address(host, port).found()
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.bind(place)
        except OSError as error:
            self._socket.close()
            where = port if host == HOST else f"{host}:{port}"
            raise DescantError(f"OSC port {where} cannot be opened: {error.strerror or error}") from error
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]

    def name_instances(self, names: Sequence[str]) -> None:
        """These are playing now."""
        self._wishes.instances = names

    def commands(self, until: float) -> list[Command]:
        """What comes before ``until`` (``time.monotonic``), of each parameter the last value only."""
        if not select.select([self._socket], [], [], max(0.0, until - time.monotonic()))[0]:
            return []
        time.sleep(SPACING)
        enough = time.monotonic() + WORK
        with contextlib.suppress(
            OSError
        ):  # nothing more; Windows says here, too, that nobody is where Descant sent to
            for _ in range(AT_ONCE):
                self._take(self._socket.recv(LONGEST))
                if time.monotonic() > enough:
                    break
        return self._wishes.take()

    def complaints(self) -> list[str]:
        """What was wrong, said now and then."""
        return self._complaints.due(time.monotonic())

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()

    def _take(self, packet: bytes) -> None:
        messages, faults = read(packet)
        for message in messages:
            faults += self._wishes.ask(message)
        for fault in faults:
            self._complaints.add(f"OSC: {fault}")


class OscOutlet:
    """Tells somebody what has changed."""

    def __init__(self, host: str, port: int) -> None:
        self._client = SimpleUDPClient(host, port, allow_broadcast=True)
        self._told: Snapshot = {}

    def show(self, status: Snapshot) -> None:
        """Send what is new."""
        news = {name: status[name] for name in TOLD if name in status}
        for number, instance in enumerate(status.get("instances", ()), 1):
            news |= {f"{number}/{name}": instance.get(name) for name in TOLD_OF_EACH}
        for name, value in news.items():
            if value is not None and self._told.get(name) != value:
                self._told[name] = value
                with contextlib.suppress(OSError):
                    self._client.send_message(ROOT + name, value)

    def close(self) -> None:
        """Let go of the socket."""
        self._client.close()
