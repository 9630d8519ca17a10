"""Parameters as they are heard."""

from __future__ import annotations

import pytest
from tests.effect.scores.pieces import CHORDS, free
from tests.effect.stage import START, Stage, by_melody

from descant_routing import message


def test_gate_lets_every_note_go_by_itself() -> None:
    stage = free(articulation="gate", gate=0.5)
    stage.roll(8)
    stage.run(900)
    assert stage.ours == [
        (0, "+60"),
        (62.5, "-60"),
        (125, "+64"),  # 60 is held by the model, but has had its time
        (187.5, "-64"),
        (250, "+60"),
        (250, "+64"),
        (312.5, "-60"),
        (312.5, "-64"),
    ]


def test_a_gated_note_whose_time_is_over_is_not_struck_again_by_a_late_key() -> None:
    stage = Stage(CHORDS, articulation="gate", gate=0.1)
    stage.roll(8)
    stage.key(72, 250, 600)
    stage.key(74, 280, 600)
    stage.run(370)
    assert [note for _, note in stage.ours] == ["+60", "+64", "-60", "-64", "+65", "-65"]


def test_a_gate_counts_from_when_the_note_is_heard() -> None:
    stage = Stage(CHORDS, articulation="gate", gate=0.1)
    stage.roll(8)
    stage.key(74, 280, 600)
    stage.run(370)
    assert stage.ours == [(280, "+60"), (280, "+65"), (292.5, "-60"), (292.5, "-65")]


@pytest.mark.parametrize(("place", "heard"), [("below", [60]), ("above", [79]), ("anywhere", [60, 79])])
def test_place(place: str, heard: list[int]) -> None:
    stage = Stage(by_melody({72: (60, 79)}), place=place)
    stage.roll(4)
    stage.key(72, 0)
    stage.run(100)
    assert stage.sounding_at(100) == heard


@pytest.mark.parametrize(("follow", "velocity"), [(0.0, 80), (0.5, 100), (1.0, 120)])
def test_velocity_follows_the_loudest_key(follow: float, velocity: int) -> None:
    stage = Stage(CHORDS, velocity=80, velocity_follow=follow)
    stage.roll(4)
    stage.key(72, 0, velocity=120)
    stage.key(31, 0, velocity=20)
    stage.run(100)
    assert stage.velocities == [velocity, velocity]


def test_velocity_stands_alone_when_nobody_plays() -> None:
    stage = free(velocity=33, velocity_follow=1.0)
    stage.roll(4)
    stage.run(100)
    assert stage.velocities == [33]


def test_voices_cap_and_channel() -> None:
    stage = Stage(by_melody({72: (48, 55, 60, 64)}), voices=2, channel=5)
    stage.roll(4)
    stage.key(72, 0)
    stage.run(100)
    assert stage.wire == [(0, "1:+72"), (0, "5:+48"), (0, "5:+55")]


def test_a_note_ends_on_the_channel_on_which_it_began() -> None:
    stage = free()
    stage.roll(8)
    stage.run(60)
    stage.effect.change({"channel": 9}, stage.backend.now())
    stage.run(900)
    assert stage.wire[:3] == [(0, "2:+60"), (125, "9:+64"), (250, "2:-60")]


def test_a_controller_moves_its_parameter() -> None:
    stage = Stage(by_melody({72: (48, 55, 60, 64)}), cc={23: "voices"})
    stage.roll(8)
    stage.key(72, 0)
    stage.at(10, message.control_change(0, 23, 8))
    stage.run(240)
    assert stage.effect.parameters.voices == 1
    assert stage.sounding_at(60) == [48, 55, 60, 64]
    assert stage.sounding_at(200) == [48], "from the next step on"


def test_a_knob_turned_before_the_song_begins_asks_anew_only_what_it_changes() -> None:
    stage = free()
    stage.at(-500, START)
    stage.run(-400)
    asked = len(stage.engine.heard)
    assert asked, "the first step is prepared before the first clock"
    stage.effect.change({"velocity": 30}, stage.backend.now())
    stage.backend.wake()
    stage.run(-300)
    assert len(stage.engine.heard) == asked, "a fader must not throw the answer away"
    stage.effect.change({"density": 1.5}, stage.backend.now())
    stage.backend.wake()
    stage.run(-200)
    assert [ask.sampling.density for ask in stage.engine.heard[asked:]] == [1.5]


def test_mode_changes_by_controller_while_notes_sound() -> None:
    stage = Stage(lambda ask: ((60,), ()), mode="free", cc={20: "mode"})
    stage.roll(8)
    stage.at(130, message.control_change(0, 20, 64))
    stage.run(900)
    assert stage.ours == [(0, "+60"), (125, "-60"), (125, "+60"), (250, "-60")], "harmonise: nobody plays"
