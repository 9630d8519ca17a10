"""Which off belongs to which on: items 1, 6, 14 and 17 of the checklist for MIDI effects."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.checklist.desk import Desk, assert_silent, ear, sent
from tests.effect.stage import STOP, Stage, by_melody, by_step

from descant_daemon.engine.asking import Ask
from descant_daemon.settings.choices import MODES, Switch
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Instance, ModelFacts, Program
from descant_routing import message

CHORDS = by_melody({72: (64, 60), 74: (65, 60), 76: (67,)})
BEAT, BAR = 500, 2000


def silent(_: Ask) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return (), ()


def a_long_60(ask: Ask) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Struck with the song and held for ever."""
    return ((60,), ()) if ask.step == 0 else ((), (60,))


def ending_on(*programs: tuple[int, int]) -> Instance:
    """An instance on a channel (0 to 15) that plays with a model."""
    return Instance(
        tuple(
            Program(Parameters(mode="free", channel=channel + 1), ModelFacts(number=model), name=str(model))
            for channel, model in programs
        )
    )


# -- 1 ---------------------------------------------------------------------------------------------------


def test_01_a_note_off_is_paired_with_the_mapping_of_its_note_on() -> None:
    """Catches a note-off that takes the way of the route that is there by now: key 72 would hang."""
    desk = Desk(silent, [{"transpose": 12}])
    desk.key(60, 0, 200)
    desk.run(100)
    desk.reroute([{"transpose": -5}, {"channel": 3}])
    desk.key(62, 150, 250)
    desk.run(300)
    assert desk.wire == [(0, "1:+72"), (150, "3:+57"), (200, "1:-72"), (250, "3:-57")]


def test_01_a_note_off_is_paired_even_where_the_new_route_lets_no_note_through() -> None:
    """Catches the off that is filtered with the ons: the key would hang."""
    desk = Desk(silent, [{"transpose": 12}])
    desk.key(60, 0, 200)
    desk.run(100)
    desk.reroute([{"drop": ["notes"]}])
    desk.run(300)
    assert desk.wire == [(0, "1:+72"), (200, "1:-72")]


def test_01_a_sustain_release_goes_where_its_pedal_went_down() -> None:
    """Catches a pedal that comes up on the new channel only, so that the old one sustains for ever."""
    desk = Desk(silent, [{"channel": 2}])
    desk.at(0, message.control_change(0, 64, 127))
    desk.key(60, 10, 50)
    desk.run(100)
    desk.reroute([{"channel": 5}])
    desk.at(200, message.control_change(0, 64, 0))
    desk.run(300)
    assert message.control_change(1, 64, 0) in sent(desk, 200, 200)


def test_01_our_note_ends_on_the_channel_on_which_it_began() -> None:
    """Catches an off that is made with the channel parameter as it is now."""
    stage = Stage(a_long_60, mode="free")
    stage.roll(8)
    stage.run(200)
    stage.effect.change({"channel": 5}, stage.backend.now())
    stage.at(900, STOP)
    stage.run(1000)
    assert (0, "2:+60") in stage.wire
    assert_silent(stage)


@pytest.mark.parametrize("after", MODES)
@pytest.mark.parametrize("before", MODES)
def test_01_a_change_of_mode_while_notes_sound_leaves_none_behind(before: str, after: str) -> None:
    """Catches the hang of an arpeggiator whose mode is switched with keys held."""
    stage = Stage(CHORDS, mode=before, phrase=1)
    stage.roll(64)
    for beat in range(12):
        stage.key(72 + 2 * (beat % 3), beat * BEAT + 5, beat * BEAT + 700 if beat != 4 else 6500)
    stage.run(4 * BEAT + 60)
    stage.effect.change({"mode": after}, stage.backend.now())
    stage.run(7 * BEAT + 60)
    stage.effect.change({"mode": before}, stage.backend.now())
    stage.at(7000, STOP)
    stage.run(7500)
    assert_silent(stage)


# -- 6 ---------------------------------------------------------------------------------------------------


def test_06_a_duplicate_note_on_is_off_then_on_and_ends_once() -> None:
    """Catches a second note-on without an off between: synths count them, and one voice stays."""
    stage = Stage(silent)
    stage.key(60, 0)
    stage.key(60, 50, 100)
    stage.at(120, message.note_off(0, 60))
    stage.run(200)
    assert stage.wire == [(0, "1:+60"), (50, "1:-60"), (50, "1:+60"), (100, "1:-60")]


def test_06_ours_leave_on_a_channel_of_their_own_unless_told() -> None:
    """Catches a default that merges us with the player."""
    stage = Stage(a_long_60, mode="free")
    stage.roll(8)
    stage.key(60, 20, 60)
    stage.run(300)
    assert [note for _, note in stage.wire if note[:2] == "1:"] == ["1:+60", "1:-60"]
    assert stage.wire[0] == (0, "2:+60")


def test_06_the_players_release_does_not_cut_our_note_on_the_same_key() -> None:
    """Catches a note-off that passes although we hold the key: our note would be cut short."""
    stage = Stage(a_long_60, mode="free", channel=1, late=0)
    stage.roll(8)
    stage.key(60, 20, 40)
    stage.run(120)
    assert stage.wire == [(0, "1:+60"), (20, "1:-60"), (20, "1:+60")]
    stage.at(300, STOP)
    stage.run(400)
    assert_silent(stage)


def test_06_our_release_does_not_cut_the_players_note_on_the_same_key() -> None:
    """Catches the other way round: our step ends, and the key under the finger falls silent."""
    stage = Stage(by_step({0: ((60,), ())}), mode="free", channel=1)
    stage.roll(8)
    stage.key(60, 20, 700)
    stage.run(900)
    assert stage.wire == [(0, "1:+60"), (20, "1:-60"), (20, "1:+60"), (700, "1:-60")]


def test_06_two_instances_on_one_key_do_not_cut_each_other() -> None:
    """Catches a count of generated notes that knows only one of us."""

    def part(ask: Ask) -> tuple[tuple[int, ...], tuple[int, ...]]:
        begins, ends = ((0, 4), (1, 2))[ask.instance]
        if ask.step == begins:
            return (60,), ()
        return (), (60,) if begins < ask.step < ends else ()

    desk = Desk(part, tracks=[ending_on((1, 0)), ending_on((1, 0))])
    desk.roll(8)
    desk.run(900)
    assert desk.wire == [(0, "2:+60"), (125, "2:-60"), (125, "2:+60"), (500, "2:-60")]


def test_06_an_off_on_one_channel_leaves_the_same_key_on_another() -> None:
    """Catches a table of notes by key alone."""
    stage = Stage(silent)
    stage.key(60, 0, 100)
    stage.key(60, 10, 200, channel=4)
    stage.run(150)
    assert ear(stage).sounding == {(4, 60)}


# -- 14 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("switch", "begins"), [("beat", 2 * BEAT), ("bar", BAR)])
def test_14_a_program_change_waits_for_the_boundary_and_old_notes_end_by_the_old_map(
    switch: Switch, begins: float
) -> None:
    """Catches a preset that begins in mid-bar, and offs on the new program's channel."""
    track = replace(ending_on((1, 0), (4, 1)), switch=switch)
    desk = Desk(
        lambda ask: ((50 + ask.model,), ()) if ask.step % 2 == 0 else ((), (50 + ask.model,)), tracks=[track]
    )
    desk.at(BEAT + 60, message.program_change(0, 1))
    desk.roll(40)
    desk.at(2 * BAR + 200, STOP)
    desk.run(2 * BAR + 300)
    ons = [(ms, note) for ms, note in desk.wire if "+" in note]
    assert {note for ms, note in ons if ms < begins} == {"2:+50"}
    assert {note for ms, note in ons if ms >= begins} == {"5:+51"}
    assert (begins, "2:-50") in desk.wire
    assert_silent(desk)


# -- 17 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "key"), [(12, 116), (-12, 11), (127, 1), (-127, 126)])
def test_17_a_note_transposed_out_of_range_is_dropped_with_its_off(steps: int, key: int) -> None:
    """Catches a key that wraps or is clamped, and the off of a note that never was."""
    desk = Desk(silent, [{"transpose": steps}])
    desk.key(key, 0, 100)
    desk.at(50, bytes((0xA0, key, 9)))
    desk.run(200)
    assert sent(desk) == []


def test_17_whether_a_note_was_dropped_is_decided_by_its_note_on() -> None:
    """Catches a range that is looked at anew for the off, by the route that is there by then."""
    desk = Desk(silent, [{"transpose": 12}])
    desk.key(120, 0, 200)  # dropped; its off would pass by what comes
    desk.key(100, 0, 210)  # passes; its off would be dropped
    desk.run(100)
    desk.reroute([{"transpose": 30}, {"keys": "..20"}])
    desk.run(300)
    assert desk.wire == [(0, "1:+112"), (210, "1:-112")]


def test_17_a_remembered_chord_drops_what_lies_above_the_highest_key() -> None:
    """Catches the same in chord memory, whose notes are made and not played."""
    stage = Stage(silent, cc={87: "chord_memory"})
    for key in (48, 55):
        stage.key(key, 0, 50)
    stage.at(20, message.control_change(0, 87, 127))
    stage.key(125, 100, 200)
    stage.run(300)
    assert [note for ms, note in stage.wire if ms >= 100] == ["1:+125", "1:-125"]
    assert_silent(stage)
