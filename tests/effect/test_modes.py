"""The modes as scores: what the player does, and when our notes begin and end (ms at 120 BPM, a bar is 2000)."""

from __future__ import annotations

import pytest
from tests.effect.stage import Stage, by_melody, by_step, keys_of

from descant_daemon.engine.asking import Ask
from descant_daemon.settings.abilities import Abilities
from descant_daemon.settings.choices import MODES
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.rig.values import Instance, ModelFacts, Program, Rig
from descant_routing import message

BAR, BEAT, STEP = 2000, 500, 125
CHORDS = by_melody({72: (60, 64), 74: (62, 65)})


def every_beat(ask: Ask) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A part that strikes a note on each beat, a semitone higher in each bar, and holds it."""
    key = 40 + ask.step // 16
    return ((key,), ()) if ask.step % 4 == 0 else ((), (key,))


def onsets(stage: Stage) -> list[tuple[float, int]]:
    return [(ms, int(note[1:])) for ms, note in stage.ours if note.startswith("+")]


# -- respond -----------------------------------------------------------------------------------------


def test_respond_listens_for_its_bars_and_answers_for_as_many() -> None:
    stage = Stage(every_beat, mode="respond", phrase=1)
    stage.roll(16 * 4)
    stage.run(4 * BAR)
    assert onsets(stage) == [(bar * BAR + beat * BEAT, 40 + bar) for bar in (1, 3) for beat in range(4)]
    assert stage.sounding_at(2 * BAR + 5) == [], "what answered ends on the bar"


def test_respond_hears_what_it_is_to_answer() -> None:
    stage = Stage(every_beat, mode="respond", phrase=1)
    stage.key(72, 0, 900)
    stage.roll(32)
    stage.run(BAR)
    last = {ask.step: ask for ask in stage.engine.heard}
    assert keys_of(last[3].played) == [72]
    assert last[3].sampling.voices == 0


def test_respond_does_not_give_way_to_a_key_in_its_own_bars() -> None:
    stage = Stage(every_beat, mode="respond", phrase=1)
    stage.key(72, BAR + 600, BAR + 700)
    stage.roll(32)
    stage.run(2 * BAR)
    assert [ms for ms, _ in onsets(stage)] == [BAR + beat * BEAT for beat in range(4)]


def test_respond_keeps_to_the_bars_of_the_song_after_a_jump() -> None:
    stage = Stage(every_beat, mode="respond", phrase=2)
    stage.at(-2, message.song_position(2 * 16))
    stage.at(-1, bytes([message.CONTINUE]))
    stage.clocks(0, 6 * 32)
    stage.run(2 * BAR)
    assert [key for _, key in onsets(stage)][:1] == [42], "bar 3 is the first of its own"


# -- continue ----------------------------------------------------------------------------------------


def test_continue_takes_over_when_the_player_has_rested() -> None:
    stage = Stage(every_beat, mode="continue", patience=2)
    stage.key(72, 0, 490)
    stage.roll(32)
    stage.run(2 * BAR)
    assert onsets(stage)[0] == (500 + 2 * BEAT, 40), "two beats after the last step in which the key was held"


def test_continue_falls_silent_the_moment_that_a_key_is_pressed() -> None:
    stage = Stage(every_beat, mode="continue", patience=1)
    stage.key(72, 1790, 2400)
    stage.roll(32)
    stage.run(2 * BAR)
    offs = [ms for ms, note in stage.ours if note.startswith("-")]
    assert 1790 in offs
    assert [ms for ms, _ in onsets(stage) if 1790 < ms < 2900] == []
    assert [ms for ms, _ in onsets(stage) if ms > 2900] == [3000, 3500], "and takes over again a beat later"


def test_continue_does_not_answer_while_a_pedal_holds_the_key() -> None:
    stage = Stage(every_beat, mode="continue", patience=1)
    stage.at(0, message.control_change(0, 64, 127))
    stage.key(72, 10, 100)
    stage.roll(32)
    stage.run(2 * BAR)
    assert onsets(stage) == []


# -- freeze ------------------------------------------------------------------------------------------

MODE_CC = {20: "mode"}


def turned_to(mode: str) -> bytes:
    return message.control_change(0, 20, TABLE["mode"].to_cc(mode))


def test_freeze_repeats_its_last_bars_until_it_is_let_go() -> None:
    stage = Stage(every_beat, mode="free", cc=MODE_CC, phrase=2)
    stage.at(3 * BAR - 100, turned_to("freeze"))
    stage.at(7 * BAR - 100, turned_to("free"))
    stage.roll(16 * 8)
    stage.run(8 * BAR)
    by_bar = [{key for ms, key in onsets(stage) if bar * BAR <= ms < (bar + 1) * BAR} for bar in range(8)]
    assert by_bar == [{40}, {41}, {42}, {41}, {42}, {41}, {42}, {47}]


def test_freeze_plays_whatever_the_player_does_and_whether_or_not_the_engine_answers() -> None:
    stage = Stage(every_beat, mode="free", cc=MODE_CC, phrase=1)
    stage.at(BAR - 100, turned_to("freeze"))
    stage.key(72, BAR + 100, BAR + 900)
    stage.engine.silent = set(range(16, 64))
    stage.roll(48)
    stage.run(3 * BAR)
    assert [ms for ms, _ in onsets(stage)] == [beat * BEAT for beat in range(12)]
    assert stage.effect.counts.late == 0


def test_what_a_loop_holds_across_its_seam_does_not_hang() -> None:
    one_long_note = by_step({0: ((50,), ())} | dict.fromkeys(range(1, 64), ((), (50,))))
    stage = Stage(one_long_note, mode="free", cc=MODE_CC, phrase=1)
    stage.at(BAR - 100, turned_to("freeze"))
    stage.roll(48)
    stage.at(3 * BAR - 20, bytes([message.STOP]))
    stage.run(3 * BAR)
    assert stage.sounding_at(3 * BAR - 10) == []
    assert [ms for ms, _ in onsets(stage)] == [0, BAR, 2 * BAR]


def test_the_engine_hears_the_loop() -> None:
    stage = Stage(every_beat, mode="free", cc=MODE_CC, phrase=1)
    stage.at(BAR - 100, turned_to("freeze"))
    stage.roll(32)
    stage.run(2 * BAR)
    last = {ask.step: ask for ask in stage.engine.heard}
    assert keys_of(last[20].played) == [40]


# -- latch, chord memory -----------------------------------------------------------------------------


def test_a_latched_key_is_harmonised_until_another_is_pressed() -> None:
    stage = Stage(CHORDS, latch=True)
    stage.key(72, 0, 200)
    stage.key(74, 1000, 1100)
    stage.roll(16)
    stage.run(1900)
    assert stage.sounding_at(900) == [60, 64]
    assert stage.sounding_at(1500) == [62, 65]
    assert stage.sounding_at(900, channel=0) == [], "the dry key is not held: a finger has left it"


def test_a_chord_grows_while_a_finger_stays_on_a_latched_key() -> None:
    stage = Stage(CHORDS, latch=True)
    stage.key(72, 0, 400)
    stage.key(74, 200, 300)
    stage.roll(16)
    stage.run(1500)
    assert stage.effect.held == [72, 74]


def test_unlatching_lets_go_of_what_no_finger_holds() -> None:
    stage = Stage(CHORDS, latch=True, cc={86: "latch"})
    stage.key(72, 0, 200)
    stage.at(700, message.control_change(0, 86, 0))
    stage.roll(16)
    stage.run(1500)
    assert stage.effect.held == []
    assert stage.sounding_at(1000) == []


def test_a_chord_that_is_remembered_comes_with_every_key() -> None:
    stage = Stage(CHORDS, cc={87: "chord_memory"})
    for key in (48, 52, 55):
        stage.key(key, 0, 300)
    stage.at(100, message.control_change(0, 87, 127))
    stage.key(50, 500, 700)
    stage.roll(16)
    stage.run(900)
    assert stage.sounding_at(600, channel=0) == [50, 54, 57]
    assert stage.sounding_at(800, channel=0) == []


def test_keys_that_share_a_note_of_their_chords_do_not_cut_each_other_off() -> None:
    stage = Stage(CHORDS, cc={87: "chord_memory"})
    for key in (48, 55):
        stage.key(key, 0, 300)
    stage.at(100, message.control_change(0, 87, 127))
    stage.key(50, 500, 900)  # and 57
    stage.key(57, 600, 700)  # and 64
    stage.roll(16)
    stage.run(1000)
    assert stage.sounding_at(800, channel=0) == [50, 57]
    assert stage.sounding_at(950, channel=0) == []


def test_what_a_remembered_chord_began_ends_when_the_memory_is_switched_off() -> None:
    stage = Stage(CHORDS, cc={87: "chord_memory"})
    for key in (48, 52):
        stage.key(key, 0, 300)
    stage.at(100, message.control_change(0, 87, 127))
    stage.key(50, 500, 900)
    stage.at(600, message.control_change(0, 87, 0))
    stage.roll(16)
    stage.run(1000)
    assert stage.sounding_at(700, channel=0) == [50, 54]
    assert stage.sounding_at(950, channel=0) == []


# -- takes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("take", "variations"), [("locked", [0, 0, 0]), ("evolving", [0, 128, 256])])
def test_each_pass_of_a_loop_is_the_same_or_another(take: str, variations: list[int]) -> None:
    stage = Stage(every_beat, mode="free", take=take)
    stage.at(-1, bytes([message.START]))
    for each in range(3):
        stage.clocks(each * BAR, 96)
        stage.at((each + 1) * BAR - 5, message.song_position(0))
    stage.run(3 * BAR - 10)
    asked = [(ask.step, ask.sampling.variation) for ask in stage.engine.heard]
    assert [variation for step, variation in asked if step == 8] == variations


def test_an_evolving_take_begins_with_the_first_again() -> None:
    stage = Stage(every_beat, mode="free", take="evolving")
    stage.at(-1, bytes([message.START]))
    stage.clocks(0, 48)
    stage.at(995, message.song_position(0))
    stage.clocks(1000, 48)
    stage.at(2000, bytes([message.STOP]))
    stage.at(2400, bytes([message.START]))
    stage.clocks(2401, 48)
    stage.run(3300)
    assert [ask.sampling.variation for ask in stage.engine.heard if ask.step == 4] == [0, 128, 0]


def test_variations_go_up_and_down_and_back() -> None:
    stage = Stage(every_beat, mode="free")
    part = stage.effect.parts[0]
    seen: list[int] = []
    for action in ("variation_up", "variation_up", "variation_back", "variation_back", "variation_down"):
        assert part.act(action, 0)
        seen.append(part.parameters.variation)
    assert seen == [1, 2, 1, 2, 1]
    for _ in range(2):
        part.act("variation_down", 0)
    assert part.parameters.variation == 127, "below the first is the last"


def test_a_button_freezes_and_the_mode_that_was_comes_back() -> None:
    stage = Stage(every_beat, mode="respond")
    part = stage.effect.parts[0]
    modes: list[str] = []
    for _ in range(2):
        part.act("freeze", 0)
        modes.append(part.parameters.mode)
    assert modes == ["freeze", "respond"]


@pytest.mark.parametrize(
    ("modes", "back"), [(("free", "respond", "freeze"), "free"), (MODES, "harmonise"), ((), "freeze")]
)
def test_a_preset_that_begins_frozen_is_let_go_into_a_mode_that_its_model_has(
    modes: tuple[str, ...], back: str
) -> None:
    """Catches the usual mode that is taken without a look at the model."""
    stage = Stage(every_beat, mode="freeze", abilities=Abilities(modes=modes))
    part = stage.effect.parts[0]
    part.act("freeze", 0)
    assert part.parameters.mode == back


def test_a_mode_that_is_remembered_from_another_program_is_taken_only_where_its_model_has_it() -> None:
    coin = ModelFacts(abilities=Abilities(modes=("free", "respond")), number=1)
    programs = Program(Parameters(mode="harmonise")), Program(Parameters(mode="freeze"), coin, name="coin")
    stage = Stage(every_beat)
    stage.effect.rewire(Rig((Instance(programs),), routes=()), 0)
    stage.roll(32)
    stage.run(50)
    part = stage.effect.parts[0]
    part.act("freeze", stage.backend.now())
    stage.at(100, message.program_change(0, 1))
    stage.run(BAR + 100)
    assert (part.programs.current, part.parameters.mode) == (programs[1], "freeze")
    part.act("freeze", stage.backend.now())
    assert part.parameters.mode == "free"
