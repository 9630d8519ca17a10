"""What systemd wants to hear from a service: that it is ready, that it lives, that it stops.

One datagram each, to the socket that ``$NOTIFY_SOCKET`` names; see sd_notify(3) and sd_watchdog_enabled(3).
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping

PER_INTERVAL = 3  # signs of life in the time within which one is expected


class Notifier:
    """Says nothing, and costs nothing, where nobody asked to be told."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Reads ``NOTIFY_SOCKET``, ``WATCHDOG_USEC`` and ``WATCHDOG_PID``; raises nothing."""
        address = environment.get("NOTIFY_SOCKET", "")
        # "@" stands for the NUL of Linux's abstract sockets.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.interval = _interval(environment) if address else None
        """Within how many seconds ``alive`` must be called again, or None where nobody waits for it."""

    def ready(self) -> None:
        """Whoever started Descant may tell the musician that it can be played."""
        self._say("READY=1")

    def alive(self) -> None:
        """A sign of life for the watchdog."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """The last notes are being ended."""
        self._say("STOPPING=1")

    def _say(self, state: str) -> None:
        if not self._address or sys.platform == "win32":
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
                channel.setblocking(False)
                channel.sendto(state.encode(), self._address)
        except OSError:
            return  # a listener that is gone, or deaf, must not disturb the music


class Watchdog:
    """Gives a sign of life only when io has gone round since the last one: a hung io is to be noticed."""

    def __init__(self, notifier: Notifier, reached: Callable[[], int], wake: Callable[[], None]) -> None:
        """``reached``: how far io has come, any number that grows with every cycle; ``wake`` asks for one."""
        self._notifier = notifier
        self._reached = reached
        self._wake = wake
        self._last: int | None = None
        self._due = 0.0
        self._every = notifier.interval / PER_INTERVAL if notifier.interval else None

    def look(self, now: float) -> None:
        """Call it several times a second, ``now`` in seconds of a monotonic clock."""
        if self._every is None or now < self._due:
            return
        reached = self._reached()
        if reached == self._last:
            self._wake()  # it may just have had nothing to do
            return
        self._last, self._due = reached, now + self._every
        self._notifier.alive()


def _interval(environment: Mapping[str, str]) -> float | None:
    """In seconds; None where the watchdog is off, or watches another process."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    text = environment.get("WATCHDOG_USEC", "")
    return int(text) / 1e6 if text.isascii() and text.isdigit() and int(text) else None
