"""What systemd is told: the test holds the socket that systemd would hold."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from descant_daemon.service.notify import Notifier, Watchdog


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.setblocking(False)
        yield channel


def told(listener: socket.socket) -> list[str]:
    """Everything said so far, a datagram each."""
    out: list[str] = []
    while True:
        try:
            out.append(listener.recv(100).decode())
        except BlockingIOError:
            return out


def environment(listener: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": listener.getsockname(), **more}


def test_ready_alive_stopping(listener: socket.socket) -> None:
    notifier = Notifier(environment(listener))
    notifier.ready()
    notifier.alive()
    notifier.stopping()
    assert told(listener) == ["READY=1", "WATCHDOG=1", "STOPPING=1"]


def test_an_address_with_an_at_sign_is_an_abstract_socket() -> None:
    name = f"descant-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(f"\0{name}")
        channel.setblocking(False)
        Notifier({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert told(channel) == ["READY=1"]


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@nobody-listens-here", "x" * 300])
def test_where_nobody_listens_nothing_happens(address: str) -> None:
    Notifier({"NOTIFY_SOCKET": address}).ready()


def test_a_listener_that_does_not_read_does_not_hold_us_up(listener: socket.socket) -> None:
    notifier = Notifier(environment(listener))
    for _ in range(10_000):  # more than any socket keeps; a blocking send would hang here
        notifier.alive()
    assert 0 < len(told(listener)) < 10_000


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("10000000", None, 10.0),
        ("10000000", os.getpid(), 10.0),
        ("10000000", os.getpid() + 1, None),
        ("0", None, None),
        ("", None, None),
        ("soon", None, None),
        ("²", None, None),
    ],
    ids=("everybody's", "ours", "another's", "none", "empty", "a word", "no digit"),
)
def test_the_interval(listener: socket.socket, usec: str, pid: int | None, seconds: float | None) -> None:
    more = {"WATCHDOG_USEC": usec} | ({} if pid is None else {"WATCHDOG_PID": str(pid)})
    assert Notifier(environment(listener, **more)).interval == seconds


class Io:
    """A thread that goes round when it has something to do, or is woken: unless it hangs."""

    def __init__(self, listener: socket.socket, **more: str) -> None:
        self.cycles, self.hangs = 1, False
        self.watchdog = Watchdog(Notifier(environment(listener, **more)), lambda: self.cycles, self.wake)

    def wake(self) -> None:
        self.cycles += not self.hangs

    def live(self, begin: int, end: int) -> None:
        for tenth in range(begin * 10, end * 10):
            self.watchdog.look(tenth / 10)


def test_a_watchdog_is_fed_three_times_an_interval_even_while_nothing_is_played(
    listener: socket.socket,
) -> None:
    Io(listener, WATCHDOG_USEC="9000000").live(0, 20)  # a socket keeps no more than ten
    assert told(listener) == ["WATCHDOG=1"] * 7


def test_a_watchdog_is_not_fed_while_io_hangs_and_is_when_it_goes_on(listener: socket.socket) -> None:
    io = Io(listener, WATCHDOG_USEC="9000000")
    io.live(0, 10)
    assert told(listener)
    io.hangs = True
    io.live(10, 14)
    told(listener)
    io.live(14, 100)
    assert told(listener) == []
    io.hangs = False
    io.live(100, 101)
    assert told(listener) == ["WATCHDOG=1"]


def test_no_watchdog_no_word_and_nobody_is_woken(listener: socket.socket) -> None:
    io = Io(listener)
    io.live(0, 100)
    assert told(listener) == []
    assert io.cycles == 1
