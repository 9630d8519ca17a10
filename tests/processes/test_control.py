"""Control: what it shows and passes on, that nobody can hold it up, and that one that hangs is replaced."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.processes.osc_bytes import message, number, whole

from descant_daemon.live.control.control_link import HUNG, ControlLink, Outlets
from descant_daemon.live.control.control_process import STILL, Control
from descant_daemon.live.control.panel import SIZE, SLOTS, Panel
from descant_daemon.live.control.writer import Writer
from descant_daemon.live.processes.shared import Shared

STATUS: dict[str, Any] = {
    "running": True,
    "clock": "running",
    "bar": 1,
    "beat": 1,
    "bpm": 120.0,
    "held": [],
    "sounding": [],
    "engine": True,
    "late": 0,
    "staleness": 0,
    "dropped": 0,
    "thinned": 0,
    "refused_changes": 0,
    "refusal": "",
    "instances": [{"preset": "hymn"}] * 2,
}
PATIENCE = 30.0  # s


class Stand:
    """A control in this process, its streams pipes, io a panel."""

    def __init__(self, **outlets: Any) -> None:
        shared = Shared.create(SIZE)
        self.io, panel = Panel(shared), Panel(shared)
        self.errors, errors = os.pipe()
        self.lines, lines = os.pipe()
        self.writers = Writer(errors, "utf-8"), Writer(lines, "ascii")
        self.ends = [self.errors, errors, self.lines, lines]
        self.control = Control(panel, Outlets(**outlets), *self.writers)
        self.now = 100.0

    def turn(self, seconds: float = 0.1) -> None:
        self.now += seconds
        self.control.turn(self.now, time.monotonic())

    def read(self) -> str:
        """What has been said so far."""
        self.control.close()
        os.close(self.ends.pop(1))
        said = b""
        while piece := os.read(self.errors, 65_536):
            said += piece
        return said.decode()


@pytest.fixture
def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        return int(other.getsockname()[1])


@pytest.fixture
def stand() -> Iterator[Stand]:
    made = Stand(line=True, lines=True)
    yield made
    for writer in made.writers:
        writer.close(0)
    for end in made.ends:
        os.close(end)


def test_a_sentence_and_the_status_line_never_share_a_line(stand: Stand) -> None:
    stand.io.show(STATUS)
    stand.turn()
    stand.io.show(STATUS | {"looping": [""]})
    stand.turn()
    said = stand.read()
    assert said.count("A loop: ") == 1
    for line in said.split("\n"):
        shown = line.rpartition("\r")[2]
        assert ("descant: " in shown) + ("▶" in shown) <= 1


def test_the_line_is_drawn_again_when_somebody_may_have_written_over_it(stand: Stand) -> None:
    for _ in range(50):
        stand.io.show(STATUS)
        stand.turn()
        time.sleep(0.001)  # so that the writer gets to it
    assert 3 <= stand.read().count("▶") <= 8


def test_io_that_pins_nothing_up_has_stopped(stand: Stand) -> None:
    for _ in range(5):
        stand.io.show(STATUS)
        stand.turn()
    stand.turn(STILL + 0.5)
    said = stand.read()
    assert "nothing is played" in said
    assert json.loads(os.read(stand.lines, 65_536).splitlines()[-1])["stalled"] is True


def test_what_io_would_not_do_is_said(stand: Stand) -> None:
    stand.io.show(STATUS)
    stand.turn()
    stand.io.show(STATUS | {"refused_changes": 3, "refusal": "a bar of 7/8 is not a whole number of steps"})
    stand.turn()
    assert "descant: OSC: a bar of 7/8 is not a whole number of steps (and 2 more like it)" in stand.read()


def test_who_does_not_read_holds_nobody_up(stand: Stand) -> None:
    """Catches a control that no longer hears OSC's panic because its terminal was paused."""
    for number_ in range(5000):
        stand.io.show(STATUS | {"bar": number_, "text": "x" * 500})
        stand.turn()
    assert stand.control.turn(stand.now, 0.0) is False, "it came round every time"


def test_commands_for_which_io_has_no_room_are_passed_on_later_the_last_value_only(free_port: int) -> None:
    stand = Stand(osc_in=("127.0.0.1", free_port))
    stand.io.show(STATUS | {"instances": [{}] * 16})
    stand.turn()
    got: dict[str, Any] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for value in (0.5, 0.75):
            out.sendto(message("/descant/*/{temperature,density,swing,accent,humanise}", "f", number(value)),
                       ("127.0.0.1", free_port))  # fmt: skip
        out.sendto(message("/descant/9/voices", "i", whole(3)), ("127.0.0.1", free_port))
    counts = []
    while "9/voices" not in got:
        stand.control.turn(stand.now, time.monotonic() + PATIENCE * (not got))
        told = list(stand.io.commands(1000))
        counts.append(len(told))
        for command in told:
            got |= command["set"]
    assert max(counts) <= SLOTS
    assert len(got) == 5 * 16 + 1
    assert set(got.values()) == {0.75, 3}
    stand.control.close()
    for end in stand.ends:
        os.close(end)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
def test_one_that_hangs_is_replaced_and_no_signal_that_is_for_io_ends_it() -> None:
    link = ControlLink(Outlets())
    try:
        _until_beating(link)
        first = link.pid
        for each in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            os.kill(first, each)
        os.kill(first, signal.SIGSTOP)
        for _ in range(HUNG + 2):
            link.look()
        end = time.monotonic() + PATIENCE
        while link.pid == first:
            assert time.monotonic() < end
            time.sleep(0.005)
        _until_beating(link)
        second = link.pid
        for _ in range(3):
            link.look()
        assert link.pid == second
    finally:
        link.close()


def _until_beating(link: ControlLink) -> None:
    end, seen = time.monotonic() + PATIENCE, set[int]()
    while len(seen) < 4:
        assert time.monotonic() < end
        seen.add(link.beats)
        time.sleep(0.005)
