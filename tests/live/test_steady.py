"""Nothing outside io may move a note: every onset on its very frame, whatever the other processes suffer.

But for steps whose answer the engine did not have in time, which Descant has counted.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.live.conftest import StatusLines, excused

if TYPE_CHECKING:
    from tests.live.conftest import Performance, Rig

BAR = 96  # ticks
BARS = 5


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Flood:
    """OSC that makes sense and OSC that does not, as fast as a program can send it."""

    PACKETS = (
        b"/descant/velocity\x00\x00\x00,i\x00\x00\x00\x00\x00\x40",
        b"/descant/nothing\x00\x00\x00\x00,f",
        b"\xff" * 40,
    )

    def __init__(self, port: int) -> None:
        self.sent = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send, args=(port,), daemon=True)

    def __enter__(self) -> Flood:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _send(self, port: int) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while not self._over.is_set():
                out.sendto(self.PACKETS[self.sent % 3], ("127.0.0.1", port))
                self.sent += 1


def on_its_frame(heard: Performance, status: StatusLines) -> int:
    """How many notes were struck; every one on its frame, but for those in steps that were counted as not on time."""
    channels = range(16)
    missed = {step for channel in channels for step in heard.off_grid(channel)}
    late = [frames for channel in channels for frames in heard.lateness(channel)]
    assert min(late) >= 0
    assert len(missed) <= excused(status.latest), late
    return len(late)


FREE = ("--clock", "midi", "--mode", "free", "--set", "density=1.3", "--json")


def test_with_the_engine_busy(make_rig: Callable[[int], Rig]) -> None:
    """Sixteen instances: the engine computes a good part of the time."""
    rig = make_rig(256)
    rig.master(120)  # 1,000 frames a tick: at other tempos the master itself rounds to frames
    status = StatusLines(rig.descant(*FREE, "--tracks", "16"))
    assert on_its_frame(rig.witness([], BARS * BAR), status) > 16 * 10


def test_with_control_burning_its_processor(
    make_rig: Callable[[int], Rig], request: pytest.FixtureRequest
) -> None:
    rig = make_rig(256)
    rig.master(120)
    status = StatusLines(rig.descant(*FREE, PYTHONPATH=str(request.path.parent / "burner")))
    assert on_its_frame(rig.witness([], BARS * BAR), status) > 10


def test_with_the_control_port_flooded(make_rig: Callable[[int], Rig]) -> None:
    rig, port = make_rig(256), free_port()
    rig.master(120)
    status = StatusLines(rig.descant(*FREE, "--osc", str(port)))
    with Flood(port) as flood:
        heard = rig.witness([], BARS * BAR)
    assert flood.sent > 1_000
    assert on_its_frame(heard, status) > 10
    velocities = {data[2] for _, data in heard.heard if data[0] & 0xF0 == 0x90 and data[2]}
    assert 0x40 in velocities, "what made sense in the flood was obeyed"
