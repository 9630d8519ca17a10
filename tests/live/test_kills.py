"""``kill -9`` of the engine, of control and of the tape, again and again, in the middle of a phrase."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from tests.live.conftest import StatusLines
from tests.live.test_jack import MELODY, OURS, PLAYER, child

if TYPE_CHECKING:
    from tests.live.conftest import Rig

BAR = 96  # ticks
KILLS = int(os.environ.get("DESCANT_KILLS", "6"))
ROUND = 2.5  # s of the song for each
BPM = 120


def back_from(losses: int) -> Callable[[dict[str, Any]], bool]:
    return lambda now: now["engine"] and now["engine_lost"] >= losses


def test_killed_again_and_again(make_rig: Callable[[int], Rig], capsys: pytest.CaptureFixture[str]) -> None:
    rig = make_rig(256)
    rig.master(BPM)
    descant = rig.descant("--clock", "midi", "--json")
    status = StatusLines(descant)
    beats = int((KILLS * ROUND + 6) * BPM / 60)
    loop = max(start + length for start, length, _ in MELODY)
    notes = [
        [start + turn * loop, length, key]
        for turn in range(beats * 24 // loop + 1)
        for start, length, key in MELODY
    ]
    wait = rig.begin_witness(notes, beats * 24, limit=beats)
    back: list[float] = []
    for number in range(KILLS):
        status.wait_for(lambda now: now["engine"] and bool(now["sounding"]))
        victim = ("engine", "control", "tape")[number % 3]
        os.kill(child(descant.pid, victim), signal.SIGKILL)
        killed = time.monotonic()
        if victim == "engine":
            status.wait_for(back_from(number // 3 + 1))
            back.append(time.monotonic() - killed)
        else:
            status.wait_for(lambda now: now["running"])
    heard = wait()
    with capsys.disabled():
        print(f"\n{KILLS} kills: the engine was back after {max(back):.2f} s at most")
    struck = [heard.ticks[tick] for tick, _, _ in notes if tick < len(heard.ticks)]
    assert sorted(frame for frame, _ in heard.strikes(PLAYER)) == sorted(struck), (
        "not one dry note moved or missing"
    )
    assert heard.sounding(heard.heard[-1][0], OURS) == set()
    assert len(heard.strikes(OURS)) > KILLS
    assert descant.poll() is None
