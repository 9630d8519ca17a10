"""What is not to be believed: items 10, 12 and 13 of the checklist for MIDI effects."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.checklist.desk import Desk, assert_silent, ear, sent
from tests.effect.stage import BEGIN, STOP, Stage, by_melody, by_step

from descant_daemon.cli.learn import Listener
from descant_daemon.controls.learn_ear import REST, LearnEar
from descant_daemon.settings.source import Controller
from descant_routing import message
from descant_routing.ports.memory import MemoryBackend
from descant_routing.timed import Timed

CHORDS = by_melody({72: (64, 60), 74: (65, 60), 76: (67,)})
ON_EVERY_STEP = by_step({step: ((50 + step % 5,), ()) for step in range(200)})
MS = 1_000_000


def control(number: int, value: int) -> bytes:
    return message.control_change(0, number, value)


# -- 10 --------------------------------------------------------------------------------------------------


def run_in_a_loop(stage: Stage, begin: int, end: int, delay: int = 1) -> None:
    """From ``begin`` to ``end`` ms all that is sent comes back after ``delay`` ms."""
    stage.run(begin)
    known = len(stage.backend.sent)
    for ms in range(begin + 1, end):
        stage.run(ms)
        back, known = stage.backend.sent[known:], len(stage.backend.sent)
        stage.at(ms + delay, *(data for _, data, _ in back))


@pytest.mark.parametrize("thru", [False, True])
@pytest.mark.parametrize("delay", [1, 3])
def test_10_a_loop_is_found_and_we_generate_no_more_until_it_is_gone(thru: bool, delay: int) -> None:
    """Catches an effect that answers itself: a storm that crashes the box, or notes that hang in it."""
    stage = Stage(ON_EVERY_STEP, mode="free", thru=thru)
    stage.roll(64)
    run_in_a_loop(stage, 0, 2000, delay)
    assert stage.effect.counts.loops >= 1
    assert sum(message.is_note_on(data) for data in sent(stage, 0, 2000)) < 16, "of 16 steps"
    ear(stage)
    before = len(sent(stage))
    stage.run(5000)
    assert len(sent(stage)) > before, "the loop is cut, and we play again"
    stage.at(5001, STOP)
    stage.run(6000)
    assert_silent(stage)


def test_10_a_loop_mutes_note_ons_and_never_note_offs() -> None:
    """Catches a mute that also swallows the ends of what sounds."""
    stage = Stage(ON_EVERY_STEP, mode="free", thru=False)
    stage.roll(32)
    run_in_a_loop(stage, 0, 1000)
    assert stage.effect.counts.loops == 1
    assert_silent(stage)


def test_10_one_note_in_unison_with_ours_is_no_loop() -> None:
    """Catches a guard that takes a player who doubles us for an echo."""
    stage = Stage(ON_EVERY_STEP, mode="free", thru=False)
    stage.roll(64)
    for step in (3, 11, 19):
        stage.key(50 + step % 5, step * 125 + 2, step * 125 + 60, velocity=80, channel=1)
    stage.run(4000)
    assert stage.effect.counts.loops == 0
    assert sum(message.is_note_on(data) for data in sent(stage)) > 30


def test_10_a_storm_of_values_is_thinned_and_every_note_of_it_is_heard() -> None:
    """Catches a flood that passes on, and a limit that drops the notes with it."""
    stage = Stage(CHORDS)
    for number in range(3000):
        stage.at(
            number,
            message.pitch_bend(0, number),
            message.pitch_bend(0, number + 1),
            control(74, number % 128),
        )
        if number % 100 == 0:
            stage.at(number, message.note_on(0, 60 + number // 100, 100), bytes([0xF0, 1, 0xF7]))
            stage.at(number + 50, message.note_off(0, 60 + number // 100))
    stage.run(4000)
    heard = sent(stage)
    assert stage.effect.counts.thinned > 2000
    assert stage.effect.counts.lost_offs == 0
    assert sum(message.is_note_on(data) for data in heard if message.channel(data) == 0) == 30
    assert sum(data[0] == 0xF0 for data in heard) == 30
    assert len([data for data in heard if data[0] == 0xE0]) < 4000
    assert [data for data in heard if data[0] == 0xE0][-1] == message.pitch_bend(0, 3000)
    assert_silent(stage)


@pytest.mark.parametrize("delay", [1, 15, 40, 120])
@pytest.mark.parametrize("thru", [False, True])
def test_10_notes_do_not_breed_in_a_loop(delay: int, thru: bool) -> None:
    """Catches notes that breed in a loop, also where it is too slow to be known as one."""
    stage = Stage(ON_EVERY_STEP, thru=thru)
    stage.roll(64)
    stage.key(72, 0, 400)
    run_in_a_loop(stage, 0, 2000, delay)
    each = [sum(message.is_note_on(d) for d in sent(stage, ms, ms + 500)) for ms in range(0, 2000, 500)]
    assert max(each) < 100, each
    assert each[-1] < 1.2 * each[1] + 8, "it does not grow"


# -- 12 --------------------------------------------------------------------------------------------------


def test_12_a_note_whose_off_never_comes_ends_at_its_greatest_age_with_its_harmony() -> None:
    """Catches a keyboard that sends no note-offs, and whose notes would sound for ever."""
    desk = Desk(CHORDS, longest_note=1000 * MS)
    desk.roll(32)
    desk.key(72, 0)
    desk.run(990)
    assert desk.sounding_at(990, channel=0) == [72]
    desk.run(2000)
    assert (1000, "1:-72") in desk.wire
    assert desk.effect.held == []
    assert desk.effect.counts.lost_offs == 1
    assert_silent(desk)


def test_12_the_greatest_age_is_of_an_input_and_of_none_unless_told() -> None:
    """Catches a limit that cuts the pedal point of the keyboard beside it."""
    desk = Desk(CHORDS, inputs=("pads", "keys"), longest_note=500 * MS)
    desk.come("pads", 0, message.note_on(0, 60, 100))
    desk.come("keys", 0, message.note_on(0, 64, 100))
    desk.run(60_000)
    assert ear(desk).sounding == {(0, 64)}


# -- 13 --------------------------------------------------------------------------------------------------


TOUCHES: list[Callable[[int], list[bytes]]] = [
    lambda ms: [message.note_on(0, 0, 127)] if ms % 2 == 0 else [message.note_off(0, 0)],
    lambda ms: [message.note_on(0, ms, 100), message.pitch_bend(0, ms), bytes((0xD0, ms))],
    lambda ms: [bytes((0x90, 104, ms)), bytes((0xA0, 104, ms))],
]


@pytest.mark.parametrize("touch", TOUCHES)
def test_13_learning_passes_over_the_notes_of_a_knobs_touch(touch: Callable[[int], list[bytes]]) -> None:
    """Catches a knob that is learnt as its touch note, and a touch note that is played."""
    backend, listener = MemoryBackend(BEGIN), Listener(LearnEar())
    backend.start(listener)
    for ms in range(40):
        moved = [message.control_change(0, 21, ms)] if ms < 8 else []
        backend.inject(Timed(BEGIN + ms * MS, data) for data in [*touch(ms), *moved])
    backend.run_until(BEGIN + 7 * MS + REST)
    assert listener.source == Controller(21)
    assert backend.sent == []


def test_13_touch_notes_alone_are_no_knob() -> None:
    """Catches a verdict from notes: the ear waits on."""
    backend, listener = MemoryBackend(BEGIN), Listener(LearnEar())
    backend.start(listener)
    backend.inject(Timed(BEGIN + ms * MS, bytes((0x90, 0, ms % 2 * 100))) for ms in range(100))
    backend.run_until(BEGIN + 10_000 * MS)
    assert listener.source is None
    assert not listener.done.is_set()
