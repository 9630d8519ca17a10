"""What passes, and as what: items 5, 8, 9 and 15 of the checklist for MIDI effects."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checklist.desk import Desk, Steps, assert_silent, ear, sent
from tests.effect.stage import CLOCK, START, STOP, Stage, by_melody, by_step

from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Instance, ModelFacts, Program
from descant_routing import message
from descant_routing.ports.pieces import Pieces

CHORDS = by_melody({72: (64, 60), 74: (65, 60), 76: (67,)})
ON_EVERY_STEP = by_step(dict.fromkeys(range(64), ((50,), ())))
MS = 1_000_000
SENSING = bytes((message.ACTIVE_SENSING,))


def control(number: int, value: int = 0, channel: int = 0) -> bytes:
    return message.control_change(channel, number, value)


# -- 5 ---------------------------------------------------------------------------------------------------

PLAIN, QUIET = message.note_off(0, 72), bytes((0x90, 72, 0))
ROUTES: list[Steps] = [
    [],
    [{"transpose": 5}],
    [{"velocities": "20..100"}],
    [{"velocity": {"fixed": 90}}],
    [{"only": ["notes"]}],
    [{"channel": 3}],
]


@pytest.mark.parametrize("mode", ["free", "harmonise", "instant", "respond", "continue"])
@pytest.mark.parametrize("setting", [{}, {"latch": True}, {"chord_memory": True}, {"thru": False}])
def test_05_a_note_on_with_velocity_0_is_a_note_off_to_every_mode(mode: str, setting: dict[str, Any]) -> None:
    """Catches a velocity 0 that is taken for a key going down: keys held for ever, a chord of silent notes."""
    wires: list[list[tuple[float, str]]] = []
    for off in (PLAIN, QUIET):
        stage = Stage(CHORDS, mode=mode, phrase=1, **setting)
        stage.roll(48)
        for beat in range(8):
            stage.key(72, beat * 500 + 5)
            stage.at(beat * 500 + 300, off)
        stage.run(4400)
        assert stage.effect.held == ([72] if "latch" in setting else [])
        wires.append(stage.wire)
    assert wires[0] == wires[1]


@pytest.mark.parametrize("route", ROUTES)
def test_05_a_note_on_with_velocity_0_is_a_note_off_to_every_route(route: Steps) -> None:
    """Catches a filter of velocities that drops it, or a velocity that makes a note of it."""
    desk = Desk(CHORDS, route)
    desk.key(72, 0)
    desk.at(100, QUIET)
    desk.run(200)
    assert_silent(desk)


def test_05_a_note_on_with_velocity_0_is_a_note_off_under_the_pedal_and_to_the_guards() -> None:
    """Catches a pedal that does not take it over, and a key whose off is believed lost."""
    desk = Desk(CHORDS, longest_note=500 * MS)
    desk.at(0, control(64, 127))
    desk.key(72, 5)
    desk.at(100, QUIET)
    desk.run(200)
    assert desk.effect.held == [72], "by the pedal"
    desk.at(300, control(64, 0))
    desk.run(900)
    assert desk.effect.held == []
    assert desk.effect.counts.lost_offs == 0


# -- 8 ---------------------------------------------------------------------------------------------------

UNTOUCHED = [
    message.pitch_bend(0, -100),
    bytes((0xD0, 17)),
    bytes((0xA0, 60, 34)),
    control(1, 64),
    control(7, 90),
    control(0, 1),
    control(32, 2),
    message.program_change(0, 5),
    bytes((0xF0, *(each % 128 for each in range(1000)), 0xF7)),
    bytes((message.TUNE_REQUEST,)),
]
NRPN = [control(99, 1), control(98, 8), control(6, 100), control(38, 3)]


@pytest.mark.parametrize("mode", ["free", "harmonise", "instant"])
def test_08_what_is_not_consumed_passes_as_it_came(mode: str) -> None:
    """Catches an effect that eats, or turns round, what it does not understand."""
    stage = Stage(CHORDS, mode=mode)
    stage.at(0, *UNTOUCHED)
    for place, data in enumerate(UNTOUCHED):
        stage.at(10 + place, data)
    stage.run(100)
    assert sent(stage) == UNTOUCHED * 2


@pytest.mark.parametrize("at", [0, 125, 250, 375])
def test_08_nothing_of_ours_comes_between_the_messages_of_an_nrpn(at: float) -> None:
    """Catches a note of ours, or a motor fader's answer, in the middle of a selection that is due on the tick."""
    stage = Stage(ON_EVERY_STEP, mode="free", channel=1, cc={20: "mode"})
    stage.roll(8)
    stage.at(at, *NRPN)
    stage.run(900)
    heard = sent(stage)
    begin = heard.index(NRPN[0])
    assert heard[begin : begin + 4] == NRPN
    assert ear(stage).struck > 6


def test_08_a_program_change_is_consumed_only_where_there_is_a_choice() -> None:
    """Catches a preset button that also changes the synth's sound, and one that does nothing at all."""
    programs = tuple(
        Program(Parameters(mode="free", channel=2), ModelFacts(number=each)) for each in range(2)
    )
    for several, passed in ((programs, []), (programs[:1], [message.program_change(0, 1)])):
        desk = Desk(ON_EVERY_STEP, tracks=[Instance(several)])
        desk.at(10, message.program_change(0, 1))
        desk.run(100)
        assert sent(desk) == passed


def test_08_clock_and_active_sensing_are_not_forwarded() -> None:
    """Catches a thru that makes a clock loop, or promises in another's name to be alive."""
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.at(10, SENSING, message.song_position(4))
    stage.at(900, STOP)
    stage.run(1000)
    assert sent(stage) == []


@pytest.mark.parametrize("sign", [CLOCK, STOP, b"\xf1\x00", b"\x90\x3c"])
def test_08_after_active_sensing_any_byte_is_a_sign_of_life(sign: bytes) -> None:
    """Catches a held chord that ends while clocks, or torn messages, say that the cable is whole."""
    desk = Desk(CHORDS)
    desk.at(-1, SENSING)
    desk.key(72, 0)
    for ms in range(200, 2000, 250):
        desk.at(ms, sign)
    desk.run(2000)
    assert desk.effect.held == [72]
    desk.run(3000)
    assert desk.effect.held == [], "and silence is none"


def test_08_active_sensing_that_stops_ends_the_notes_of_its_source_alone() -> None:
    """Catches a timeout of 300 ms for keyboards that never promised anything."""
    desk = Desk(CHORDS, inputs=("left", "right"))
    desk.come("left", 0, message.note_on(0, 60, 100))
    desk.come("right", 0, message.note_on(0, 64, 100))
    for ms in (0, 250, 500):
        desk.come("left", ms, SENSING)
    desk.run(790)
    assert ear(desk).sounding == {(0, 60), (0, 64)}
    desk.run(2000)
    assert ear(desk).sounding == {(0, 64)}
    [off] = [time for time, data, _ in desk.backend.sent if message.is_note_off(data)]
    assert 300 <= off / MS - 2500 <= 340


# -- 9 ---------------------------------------------------------------------------------------------------


def expressive(channel: int, key: int) -> list[bytes]:
    """How an MPE controller begins a note."""
    return [
        message.pitch_bend(channel, 300 * channel),
        bytes((0xD0 | channel, 0)),
        control(74, 64, channel),
        message.note_on(channel, key, 100),
    ]


def test_09_member_channels_pass_as_they_are_and_bend_before_the_note() -> None:
    """Catches notes that are gathered on one channel, where they would share a bend, or bend after the attack."""
    stage = Stage(CHORDS)
    stage.roll(8)
    played = [*expressive(1, 72), *expressive(2, 74), *expressive(3, 76)]
    stage.at(125, *played)
    stage.run(180)
    assert [data for data in sent(stage) if data in played] == played


def test_09_the_same_key_on_two_member_channels_is_two_notes() -> None:
    """Catches a table by key: the finger that stays would lose its note, or its harmony."""
    stage = Stage(CHORDS, channel=16)
    stage.roll(8)
    stage.key(72, 0, 300, channel=1)
    stage.key(72, 10, 700, channel=2)
    stage.run(600)
    assert stage.sounding_at(600, channel=1) == []
    assert stage.sounding_at(600, channel=2) == [72]
    assert stage.effect.held == [72]
    assert stage.sounding_at(600, channel=15) == [60, 64]
    stage.run(900)
    assert_silent(stage)


def test_09_no_bend_of_a_member_channel_reaches_our_notes() -> None:
    """Catches an expression that is copied to the channel of what we generate."""
    stage = Stage(CHORDS, channel=16)
    stage.roll(8)
    stage.at(0, *expressive(1, 72))
    stage.run(100)
    stage.at(200, message.pitch_bend(1, 900), bytes((0xD1, 80)), control(74, 10, 1))
    stage.run(600)
    assert stage.sounding_at(600, channel=15) == [60, 64]
    assert {data[0] >> 4 for data in sent(stage) if data[0] & 15 == 15} <= {8, 9}


def test_09_the_expression_of_a_held_note_stays_with_it_when_the_route_changes() -> None:
    """Catches a bend that goes only to where new notes go: the note under the finger would stay straight."""
    desk = Desk(CHORDS, [{"transpose": 1}])
    desk.at(0, *expressive(1, 72))
    desk.run(100)
    desk.reroute([{"channel": 9}])
    moved = [message.pitch_bend(1, 900), bytes((0xD1, 80)), control(74, 10, 1)]
    desk.at(200, *moved)
    desk.run(300)
    assert set(moved) <= set(sent(desk, 200))


def test_09_collapsed_to_one_channel_a_key_ends_with_its_last_finger() -> None:
    """Catches a collapse that cuts the key of two fingers with the first that goes."""
    desk = Desk(CHORDS, [{"channel": 1}])
    desk.key(72, 0, 200, channel=1)
    desk.key(72, 50, 400, channel=2)
    desk.run(300)
    assert ear(desk).sounding == {(0, 72)}
    desk.run(500)
    assert_silent(desk)


# -- 15 --------------------------------------------------------------------------------------------------


def test_15_data_without_a_status_is_no_message_and_changes_nothing() -> None:
    """Catches a parser of running status where ports deliver whole messages: it would play garbage."""
    stage = Stage(CHORDS)
    stage.key(60, 0)
    stage.at(10, bytes((62, 100)), bytes((62,)), bytes((0x90, 64)), bytes((0x90, 64, 100, 65, 100)))
    stage.run(100)
    assert stage.effect.held == [60]
    assert stage.effect.counts.torn == 4
    assert sent(stage) == [message.note_on(0, 60, 100)]


def test_15_real_time_inside_system_exclusive_keeps_the_time_and_the_dump_stays_whole() -> None:
    """Catches a clock that is lost in a dump, and a dump that a clock cuts in two."""
    dump = bytes((0xF0, 0x7D, *range(60), 0xF7))
    wire = START + b"".join(dump[place : place + 7] + CLOCK for place in range(0, len(dump), 7))
    pieces, stage = Pieces(), Stage(ON_EVERY_STEP, mode="free")
    for place in range(0, len(wire), 5):
        for whole in pieces.join(wire[place : place + 5]):
            stage.at(place * 5, whole)
    stage.run(len(wire) * 5)
    assert sent(stage).count(dump) == 1
    assert stage.effect.step >= 1, "more than six clocks have been counted"
    assert {data[0] for data in sent(stage)} <= {0xF0, 0x91, 0x81}
