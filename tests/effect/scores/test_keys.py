"""To which step a key belongs, and what is answered."""

from __future__ import annotations

import pytest
from tests.effect.scores.pieces import CHORDS
from tests.effect.stage import Stage

from descant_routing import message


def test_a_key_exactly_on_the_tick_is_harmonised_on_the_tick() -> None:
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.key(72, 250, 500)
    stage.run(900)
    assert stage.wire == [
        (250, "1:+72"),
        (250, "2:+60"),
        (250, "2:+64"),
        (500, "1:-72"),
        (500, "2:-60"),
        (500, "2:-64"),
    ]


def test_a_key_just_before_the_tick_belongs_to_it() -> None:
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.key(72, 240, 490)
    stage.run(900)
    assert stage.ours == [(250, "+60"), (250, "+64"), (500, "-60"), (500, "-64")]
    assert stage.effect.counts.asked_again == 0


def test_a_key_20_ms_late_gets_its_own_harmony_in_the_same_step() -> None:
    stage = Stage(CHORDS)
    stage.roll(12)
    stage.key(72, 250)
    stage.at(519, message.note_off(0, 72))
    stage.key(74, 520)
    stage.run(620)
    # 72 was held at the tick of step 4: its chord goes on; at 520 ms 64 gives way to 65, and 60 is struck with it.
    assert stage.ours == [(250, "+60"), (250, "+64"), (520, "-60"), (520, "-64"), (520, "+60"), (520, "+65")]
    assert stage.effect.counts.asked_again == 1
    assert [ask.step for ask in stage.engine.heard].count(4) == 2


def test_a_late_key_does_not_strike_again_what_the_step_has_just_struck() -> None:
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.key(72, 250, 600)
    stage.key(74, 270, 600)
    stage.run(400)
    assert stage.ours == [(250, "+60"), (250, "+64"), (270, "+65")]


def test_the_step_of_a_late_key_is_asked_with_what_was_before_it() -> None:
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.key(72, 250, 600)
    stage.key(74, 395, 600)
    stage.run(420)
    again, first = stage.engine.heard[-1], next(ask for ask in stage.engine.heard if ask.step == 3)
    assert again.step == 3
    assert again.serial > first.serial
    assert (again.played == first.played).all()
    assert (again.ours == first.ours).all()
    assert not again.jump


def test_a_key_beyond_the_late_window_belongs_to_the_next_step() -> None:
    stage = Stage(CHORDS, late=10)
    stage.roll(8)
    stage.key(72, 270, 600)
    stage.run(400)
    assert stage.ours == [(375, "+60"), (375, "+64")]
    assert stage.effect.counts.asked_again == 0


def test_a_rest_of_the_players_is_a_rest_of_ours() -> None:
    stage = Stage(lambda ask: ((60,), ()), bridge=0)  # it would always play
    stage.roll(12)
    stage.key(72, 250, 500)
    stage.run(1400)
    assert stage.sounding_at(200) == []
    assert stage.sounding_at(400) == [60]
    assert stage.ours[-1] == (500, "-60")


def test_keys_out_of_the_models_range_pass_are_counted_and_ask_for_nothing() -> None:
    stage = Stage(lambda ask: ((60,), ()), bridge=0)
    stage.roll(8)
    stage.key(12, 125, 500)
    stage.run(900)
    assert stage.wire == [(125, "1:+12"), (500, "1:-12")]
    assert stage.effect.counts.outside == 1


def test_a_key_under_the_sustain_pedal_is_held_until_the_pedal_comes_up() -> None:
    stage = Stage(CHORDS)
    stage.roll(12)
    stage.at(240, message.control_change(0, 64, 127))
    stage.key(72, 250, 375)
    stage.at(740, message.control_change(0, 64, 0))
    stage.run(1400)
    assert stage.ours == [(250, "+60"), (250, "+64"), (750, "-60"), (750, "-64")]


@pytest.mark.parametrize("pedal", [64, 66])
@pytest.mark.parametrize(("down", "up"), [(64, 63), (127, 0), (90, 20)])
def test_a_key_under_the_sostenuto_pedal_is_held_as_under_the_sustain_pedal(
    pedal: int, down: int, up: int
) -> None:
    stage = Stage(CHORDS)
    stage.roll(12)
    stage.key(72, 250, 375)
    stage.at(300, message.control_change(0, pedal, down))
    stage.at(320, message.control_change(0, pedal, 127))
    stage.at(740, message.control_change(0, pedal, up))
    stage.run(1400)
    assert stage.ours == [(250, "+60"), (250, "+64"), (750, "-60"), (750, "-64")]


def test_sostenuto_holds_only_the_keys_that_were_down_with_it() -> None:
    """Catches a sostenuto pedal that is heard as a sustain pedal, also where it is moved while down."""
    stage = Stage(CHORDS)
    stage.roll(16)
    stage.at(240, message.control_change(0, 66, 127))
    stage.key(72, 250, 375)
    stage.at(300, message.control_change(0, 66, 100))
    stage.run(1400)
    assert stage.effect.held == []
    assert stage.ours[2:] == [(375, "-60"), (375, "-64")]


@pytest.mark.parametrize("pedal", [67, 69, 65, 68])
def test_other_pedals_hold_nothing(pedal: int) -> None:
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.key(72, 250, 375)
    stage.at(300, message.control_change(0, pedal, 127))
    stage.run(600)
    assert stage.effect.held == []


def test_a_key_that_both_pedals_hold_ends_with_the_last_of_them() -> None:
    stage = Stage(CHORDS)
    stage.roll(16)
    stage.key(72, 250, 375)
    stage.at(300, message.control_change(0, 66, 127), message.control_change(0, 64, 127))
    stage.at(600, message.control_change(0, 64, 0))
    stage.run(900)
    assert stage.effect.held == [72]
    stage.at(1000, message.control_change(0, 66, 0))
    stage.run(1100)
    assert stage.effect.held == []


def test_all_notes_off_leaves_the_pedal_down() -> None:
    """As the synthesiser has it: catches a harmony that ends where its melody is sustained."""
    stage = Stage(CHORDS)
    stage.roll(16)
    stage.at(240, message.control_change(0, 64, 127))
    stage.at(245, message.control_change(0, 123, 0))
    stage.key(72, 250, 375)
    stage.run(700)
    assert stage.effect.held == [72]


@pytest.mark.parametrize("pedal", [64, 66])
def test_reset_all_controllers_lifts_the_pedal(pedal: int) -> None:
    stage = Stage(CHORDS)
    stage.roll(12)
    stage.key(72, 250, 375)
    stage.at(260, message.control_change(0, pedal, 127))
    stage.at(740, message.control_change(0, 121, 0))
    stage.run(1400)
    assert stage.ours[2:] == [(750, "-60"), (750, "-64")]
    assert stage.effect.held == []


def test_a_lifted_key_does_not_change_a_step_that_has_sounded() -> None:
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.key(72, 250, 400)  # 25 ms into step 3
    stage.run(900)
    assert stage.ours == [(250, "+60"), (250, "+64"), (500, "-60"), (500, "-64")]


def test_keys_held_when_the_song_begins() -> None:
    """Pressed just before: struck with the first step. Held for long: held in it."""
    for pressed, struck in ((-30, True), (-500, False)):
        stage = Stage(CHORDS)
        stage.key(72, pressed)
        stage.roll(4)
        stage.run(100)
        first = [ask for ask in stage.engine.heard if ask.step == 0][-1]
        assert first.given[72 - 21].tolist() == [1, struck]
        assert stage.ours == [(0, "+60"), (0, "+64")]
