"""Another rig while this one plays, as a score."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.effect.stage import BEGIN, MS, Stage, by_step

from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Ears, Instance, ModelFacts, Program, Rig
from descant_routing import message
from descant_routing.errors import UsageError

STEP = 125
PLAYING = by_step(dict.fromkeys(range(64), ((60,), ())))


def track(name: str, channel: int, **parameters: object) -> Instance:
    values = {"mode": "free", "channel": channel, **parameters}
    return Instance((Program(Parameters().with_values(values), name=name),), name=name)


def rewire(stage: Stage, *tracks: Instance) -> None:
    stage.effect.rewire(Rig(tracks), stage.backend.now())
    stage.backend.wake()


def onsets(stage: Stage, channel: int) -> list[float]:
    return [ms for ms, note in stage.wire if note.startswith(f"{channel}:+")]


def test_who_joins_begins_with_the_next_step_and_is_never_late() -> None:
    stage = Stage(PLAYING, mode="free")
    rewire(stage, track("one", 2))
    stage.roll(32)
    stage.run(16 * STEP + 40)
    rewire(stage, track("one", 2), track("two", 5))
    stage.run(24 * STEP - 10)
    assert onsets(stage, 5) == [step * STEP for step in range(17, 24)]
    assert stage.effect.counts.late == 0
    assert onsets(stage, 2) == [step * STEP for step in range(24)], "who was there goes on"


def test_who_leaves_ends_his_notes_at_once() -> None:
    stage = Stage(PLAYING, mode="free")
    rewire(stage, track("one", 2), track("two", 5))
    stage.roll(32)
    stage.run(8 * STEP + 40)
    rewire(stage, track("one", 2))
    stage.run(9 * STEP - 10)
    assert stage.sounding_at(8 * STEP + 45, channel=4) == []
    assert stage.sounding_at(8 * STEP + 45, channel=1) == [60]


def test_a_preset_that_the_file_changes_begins_on_the_bar() -> None:
    stage = Stage(PLAYING, mode="free")
    rewire(stage, track("one", 2))
    stage.roll(48)
    stage.run(20 * STEP)
    rewire(stage, track("one", 7))
    stage.run(40 * STEP)
    assert onsets(stage, 7)[0] == 32 * STEP
    assert onsets(stage, 2)[-1] == 31 * STEP


def test_a_rig_that_is_wrong_changes_nothing() -> None:
    stage = Stage(PLAYING, mode="free")
    rewire(stage, track("one", 2))
    wrong = Instance((Program(Parameters(), ModelFacts(steps_per_beat=5)),), name="two")
    with pytest.raises(UsageError, match="5 steps a beat"):
        rewire(stage, track("one", 2), wrong)
    stage.roll(8)
    stage.run(7 * STEP)
    assert len(stage.effect.parts) == 1
    assert len(onsets(stage, 2)) == 7


def test_a_key_that_is_heard_no_more_is_not_held_on() -> None:
    stage = Stage(PLAYING, mode="free")
    rewire(stage, track("one", 2))
    stage.key(80, 100)
    stage.roll(32)
    stage.run(400)
    assert stage.effect.held == [80]
    rewire(stage, replace(track("one", 2), hears=Ears(high=70)))
    assert stage.effect.held == []
    assert stage.sounding_at(500, channel=0) == [80], "but it passes on as it began"
    stage.at(600, message.note_off(0, 80))
    stage.run(700)
    assert stage.sounding_at(690, channel=0) == []
    assert stage.backend.now() > BEGIN + MS
