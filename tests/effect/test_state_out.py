"""What an instance tells of itself: by controllers with its notes, and in the status for OSC and ``--json``."""

from __future__ import annotations

from typing import Any

from tests.effect.stage import START, Stage, by_melody, by_step

from descant_daemon.live.control.status import snapshot
from descant_routing import message

BAR, BEAT, STEP = 2000, 500, 125
TOLD = {"state_cc": 102, "bar_cc": 103, "beat_cc": 104, "mode_cc": 105, "late_cc": 106}


def told(stage: Stage, controller: int) -> list[tuple[float, int]]:
    return [
        (round((at - 2_000_000_000) / 1_000_000), data[2])
        for at, data, _ in stage.backend.sent
        if message.is_control_change(data) and data[1] == controller and message.channel(data) == 1
    ]


def test_bar_beat_state_and_mode_go_out_when_they_change() -> None:
    stage = Stage(by_step({}), mode="respond", phrase=1, **dict[str, Any](TOLD))
    stage.roll(32)
    stage.at(2 * BAR - 30, bytes([message.STOP]))
    stage.run(2 * BAR)
    assert told(stage, 102) == [(0, 1), (BAR, 2), (2 * BAR - 30, 0)]
    assert told(stage, 103) == [(0, 1), (BAR, 2)]
    assert told(stage, 104) == [(beat * BEAT, beat % 4 + 1) for beat in range(8)]
    assert told(stage, 105) == [(0, 3)]
    assert told(stage, 106) == [(0, 0)]


def test_nothing_is_told_unasked() -> None:
    stage = Stage(by_step({}), mode="free")
    stage.roll(16)
    stage.run(BAR)
    assert stage.backend.sent == []


def test_the_status_says_what_comes_next_before_it_sounds() -> None:
    stage = Stage(by_melody({72: (60, 64)}))
    stage.key(72, 4 * STEP - 50)
    stage.roll(16)
    stage.run(4 * STEP - 20)
    status = snapshot(stage.effect, engine=True)["instances"][0]
    assert (status["next"], status["sounding"], status["held"]) == ([60, 64], [], [72])
    stage.run(4 * STEP + 20)
    status = snapshot(stage.effect, engine=True)["instances"][0]
    assert (status["next"], status["sounding"], status["state"]) == ([], [60, 64], "playing")


def test_the_status_says_how_it_stands_with_the_clock() -> None:
    """Catches a musician who cannot tell why nothing moves."""
    stage = Stage(by_step({}))
    said = [snapshot(stage.effect, engine=True)["clock"]]
    stage.clocks(-2000, 40)
    stage.run(-1200)
    said.append(snapshot(stage.effect, engine=True)["clock"])
    stage.at(-1, START)
    stage.clocks(0, 48)
    stage.run(900)
    said.append(snapshot(stage.effect, engine=True)["clock"])
    stage.run(2000)
    said.append(snapshot(stage.effect, engine=True)["clock"])
    assert said == ["none", "no start", "running", "lost"]
