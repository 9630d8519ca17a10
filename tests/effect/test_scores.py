"""Scores: what is played and what the clock says → what is heard, in ms and MIDI keys."""

from __future__ import annotations

import pytest
from tests.effect.stage import BEGIN, CLOCK, CONTINUE, MS, START, STOP, Stage, by_melody, by_step, internal

from descant_daemon.effect.outbox import Outbox
from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.internal_clock import InternalClock
from descant_routing import message
from descant_routing.errors import UsageError
from descant_routing.timed import Timed

CHORDS = by_melody({72: (64, 60), 74: (65, 60), 76: (67,)})
NONE = ((), ())


def free(**settings: object) -> Stage:
    """Step 0 strikes 60, step 1 holds it and strikes 64, step 2 strikes both, step 3 rests."""
    table = {0: ((60,), ()), 1: ((64,), (60,)), 2: ((60, 64), ())}
    return Stage(by_step(table), mode="free", **settings)  # type: ignore[arg-type]


FREE = [
    (0, "+60"),
    (125, "+64"),
    (250, "-60"),
    (250, "-64"),
    (250, "+60"),
    (250, "+64"),
    (375, "-60"),
    (375, "-64"),
]

# -- free mode and the grid --------------------------------------------------------------------------


def test_free_plays_by_itself_on_the_grid() -> None:
    stage = free()
    stage.roll(8)
    stage.run(900)
    assert stage.ours == FREE
    assert stage.effect.counts.steps == 8
    assert stage.effect.counts.late == 0


def test_our_own_clock_gives_the_same() -> None:
    stage = free(clock=internal())
    stage.run(900)
    assert stage.ours == FREE


def test_stamps_are_on_the_tick_to_the_nanosecond() -> None:
    stage = free(clock=internal())
    stage.run(900)
    assert {time for time, *_ in stage.backend.sent} == {BEGIN + step * 125 * MS for step in (0, 1, 2, 3)}


def test_free_hears_the_player_but_waits_for_nobody() -> None:
    stage = free()
    stage.roll(8)
    stage.key(72, 0, 300)
    stage.run(900)
    assert stage.ours == FREE
    assert [ask.given.any() for ask in stage.engine.heard[:4]] == [False, True, True, False]
    assert stage.engine.heard[1].played[72 - 21].tolist() == [1, 1], "what sounded in step 0"


def test_in_free_we_leave_a_pitch_to_the_player_who_takes_it() -> None:
    stage = free()
    stage.roll(8)
    stage.key(60, 125, 300)
    stage.run(900)
    assert (125, "-60") in stage.ours
    assert stage.sounding_at(200) == [64]


def test_three_steps_a_beat_come_from_the_model() -> None:
    stage = free(steps_per_beat=3)
    stage.roll(8)
    stage.run(900)
    assert [ms for ms, _ in stage.ours] == [0, 166.5, 333.5, 333.5, 333.5, 333.5, 500, 500]


def test_three_four_makes_bars_of_twelve_steps() -> None:
    stage = free(metre="3/4")
    stage.roll(16)
    stage.run(12 * 125 + 10)
    assert {ask.steps_per_bar for ask in stage.engine.heard} == {12}
    assert stage.effect.bar_and_beat == (2, 1)
    stage.run(12 * 125 + 260)
    assert stage.effect.bar_and_beat == (2, 1)
    stage.run(16 * 125 - 60)
    assert stage.effect.step == 15
    assert stage.effect.bar_and_beat == (2, 1)


@pytest.mark.parametrize("offset", [-20, 35])
def test_an_offset_moves_the_whole_grid(offset: int) -> None:
    stage = free(offset=offset)
    stage.roll(8)
    stage.run(900)
    late_start = max(offset, 0)  # before the first tick nobody knows that the song begins
    assert stage.ours == [(max(ms + offset, late_start), note) for ms, note in FREE]


def test_an_offset_of_several_steps_back_drops_what_cannot_be_in_time_and_bursts_nothing() -> None:
    stage = free(offset=-300)
    stage.roll(16)
    stage.run(1900)
    instants = [ms for ms, note in stage.ours if note.startswith("+")]
    assert len(set(instants)) * 2 >= len(instants), "no more than one step's notes at once"
    assert stage.effect.counts.steps >= 16


# -- harmonise and its keys --------------------------------------------------------------------------


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
    stage = Stage(lambda ask: ((60,), ()))  # it would always play
    stage.roll(12)
    stage.key(72, 250, 500)
    stage.run(1400)
    assert stage.sounding_at(200) == []
    assert stage.sounding_at(400) == [60]
    assert stage.ours[-1] == (500, "-60")


def test_keys_out_of_the_models_range_pass_are_counted_and_ask_for_nothing() -> None:
    stage = Stage(lambda ask: ((60,), ()))
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


def test_reset_all_controllers_lifts_the_pedal() -> None:
    stage = Stage(CHORDS)
    stage.roll(12)
    stage.at(240, message.control_change(0, 64, 127))
    stage.key(72, 250, 375)
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


# -- parameters --------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("place", "bounds"), [("below", (0, 75)), ("above", (73, 127)), ("anywhere", (0, 127))]
)
def test_below_is_below_the_highest_key_and_above_is_above_the_lowest(
    place: str, bounds: tuple[int, int]
) -> None:
    stage = Stage(CHORDS, place=place)
    stage.roll(4)
    stage.key(72, 0)
    stage.key(76, 0)
    stage.run(100)
    sampling = stage.engine.heard[-2].sampling
    assert (sampling.low, sampling.high) == bounds


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


# -- the dry path ------------------------------------------------------------------------------------


def test_without_thru_only_ours_is_heard() -> None:
    stage = Stage(CHORDS, thru=False)
    stage.roll(8)
    stage.key(72, 250, 500)
    stage.at(300, message.control_change(0, 1, 64))
    stage.run(900)
    assert {message.channel(data) for _, data, _ in stage.backend.sent} == {1}
    assert len(stage.ours) == 4


def test_switching_thru_off_ends_what_it_let_through() -> None:
    stage = Stage(CHORDS, cc={31: "thru"})
    stage.at(-50, message.control_change(0, 64, 127))
    stage.key(72, 0, 300)
    stage.at(100, message.control_change(0, 31, 0))
    stage.run(400)
    assert stage.wire == [(0, "1:+72"), (100, "1:-72")]
    assert stage.ledger.sounding == []
    assert stage.backend.sent[-1].data == message.control_change(0, 64, 0), "and its pedal"


def test_everything_that_is_no_note_passes_untouched_and_timing_stays() -> None:
    passing = [
        message.program_change(0, 5),
        message.pitch_bend(0, -100),
        message.control_change(0, 7, 90),
        b"\xd0\x11",
        b"\xa0\x3c\x22",
        b"\xf0\x7d\x01\xf7",
    ]
    stage = Stage(CHORDS)
    stage.roll(2)
    stage.at(10, *passing, b"\xfe", b"\xf2\x00\x00")
    stage.run(100)
    assert [data for _, data, _ in stage.backend.sent] == passing


@pytest.mark.parametrize("torn", [b"", b"\x90", b"\x90\x3c", b"\x90\xbc\x40", b"\xf2\xff\xff", b"\x3c\x40"])
@pytest.mark.parametrize("thru", [True, False])
def test_a_torn_message_is_counted_and_changes_nothing(torn: bytes, thru: bool) -> None:
    stage = Stage(CHORDS, thru=thru)
    stage.roll(8)
    stage.at(100, torn)
    stage.run(400)
    assert stage.effect.counts.torn == 1
    assert stage.effect.held == []
    assert stage.effect.step == 3
    assert stage.backend.sent == []


def test_player_and_effect_on_one_key_of_one_channel_do_not_cut_each_other() -> None:
    stage = free(channel=1)
    stage.roll(8)
    stage.key(60, 20, 40)  # while ours sounds, from 0 on: it is handed over
    stage.key(64, 200, 600)
    stage.run(900)
    assert stage.wire == [
        (0, "1:+60"),
        (20, "1:-60"),
        (20, "1:+60"),
        (40, "1:-60"),
        (125, "1:+60"),  # the model holds it, and nothing sounds
        (125, "1:+64"),
        (200, "1:-64"),
        (200, "1:+64"),
        (250, "1:-60"),
        (250, "1:+60"),
        (375, "1:-60"),
        (600, "1:-64"),
    ]


def test_the_player_lets_go_of_a_key_that_we_play_too() -> None:
    """Struck and lifted between two steps: our note goes on."""
    stage = free(channel=1, late=0)
    stage.roll(8)
    stage.key(60, 20, 40)
    stage.run(120)
    assert stage.wire == [(0, "1:+60"), (20, "1:-60"), (20, "1:+60")]


# -- transport ---------------------------------------------------------------------------------------


def sixteenths(**settings: object) -> Stage:
    """A note on every step: key 40 + step."""
    return Stage(lambda ask: ((40 + ask.step,), ()), mode="free", **settings)  # type: ignore[arg-type]


def test_stop_ends_ours_at_once_and_leaves_the_players() -> None:
    stage = Stage(CHORDS)
    stage.at(-1, START)
    stage.clocks(0, 60)
    stage.key(72, 250, 1000)
    stage.at(400, STOP)
    stage.run(1400)
    assert stage.ours == [(250, "+60"), (250, "+64"), (400, "-60"), (400, "-64")]
    assert stage.wire[-1] == (1000, "1:-72")


def test_continue_goes_on_where_stop_stopped() -> None:
    stage = sixteenths()
    stage.at(-1, START)
    stage.clocks(0, 13)  # ticks 0 to 12: two steps and a tick
    stage.at(260, STOP)
    stage.at(1999, CONTINUE)
    stage.clocks(2000, 20)  # ticks 13 to 32
    stage.run(2400)
    assert stage.ours[:6] == [
        (0, "+40"),
        (125, "-40"),
        (125, "+41"),
        (250, "-41"),
        (250, "+42"),
        (260, "-42"),
    ]
    assert [note for ms, note in stage.ours if ms > 1999 and note[0] == "+"] == ["+43", "+44", "+45"]
    assert stage.ours[6] == (2104, "+43")


def test_a_held_key_is_harmonised_after_stop_and_continue() -> None:
    stage = Stage(CHORDS)
    stage.at(-1, START)
    stage.clocks(0, 18)
    stage.key(72, 0)
    stage.at(370, STOP)
    stage.at(1999, CONTINUE)
    stage.clocks(2000, 20)
    stage.run(2100)
    assert stage.ours == [(0, "+60"), (0, "+64"), (370, "-60"), (370, "-64"), (2000, "+60"), (2000, "+64")]


def test_a_key_lifted_while_stopped_is_gone() -> None:
    stage = Stage(CHORDS)
    stage.roll(2)
    stage.key(72, 0, 300)
    stage.at(240, STOP)
    stage.at(999, CONTINUE)
    stage.clocks(1000, 20)
    stage.run(1300)
    assert len(stage.ours) == 4


def test_song_position_then_continue() -> None:
    stage = sixteenths()
    stage.at(-2, message.song_position(8), CONTINUE)
    stage.clocks(0, 12)
    stage.run(240)
    assert stage.ours[:2] == [(0, "+48"), (125, "-48")]
    jumps = [(ask.step, ask.jump) for ask in stage.engine.heard]
    assert jumps == [(0, True), (8, True), (9, False), (10, False)], "first what was likely, then what came"


def test_a_loop_wraps_while_running() -> None:
    stage = sixteenths()
    stage.roll(12)
    stage.at(4 * 125 - 2, message.song_position(2))  # steps 0 to 3, then 2, 3, ...
    stage.run(8 * 125 - 10)
    assert [note for _, note in stage.ours if note[0] == "+"] == [
        f"+{40 + n}" for n in (0, 1, 2, 3, 2, 3, 4, 5)
    ]
    assert [ms for ms, note in stage.ours if note[0] == "+"] == [125 * n for n in range(8)]


def test_start_while_running_begins_again() -> None:
    stage = sixteenths()
    stage.roll(8)
    stage.at(374, START)
    stage.run(600)
    assert stage.ours == [
        (0, "+40"),
        (125, "-40"),
        (125, "+41"),
        (250, "-41"),
        (250, "+42"),
        (374, "-42"),
        (375, "+40"),
        (500, "-40"),
        (500, "+41"),
    ]


def test_a_lost_clock_closes_our_notes_and_takes_them_up_when_it_is_back() -> None:
    stage = Stage(CHORDS)
    stage.at(-1, START)
    stage.clocks(0, 12)
    stage.key(72, 0)
    stage.clocks(3000, 24)
    stage.run(2900)
    assert stage.sounding_at(2900) == []
    assert stage.ours[-1][0] < 229.5 + 300, "250 ms after its last tick"
    stage.run(3400)
    assert stage.sounding_at(3400) == [60, 64]


def test_tempo_of_our_own_clock_may_change_on_the_way() -> None:
    clock = InternalClock(120)
    clock.start(BEGIN)
    stage = sixteenths(clock=clock)
    stage.run(200)
    clock.set_tempo(60, BEGIN + 200 * MS)
    stage.run(760)
    assert [ms for ms, note in stage.ours if note[0] == "+"] == [0, 125, 300, 550]


def test_our_own_clock_stopped_from_outside() -> None:
    clock = InternalClock(120)
    clock.start(BEGIN)
    stage = sixteenths(clock=clock)
    stage.run(200)
    clock.stop(BEGIN + 200 * MS)
    stage.run(900)
    assert stage.ours[-1] == (200, "-41")


# -- silence on demand -------------------------------------------------------------------------------


@pytest.mark.parametrize("controller", [120, 123, 124, 125, 126, 127])
@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize("thru", [True, False])
def test_all_notes_off_ends_ours_on_any_channel_and_the_song_goes_on(
    controller: int, channel: int, thru: bool
) -> None:
    stage = Stage(CHORDS, thru=thru)
    stage.roll(8)
    stage.key(72, 0)
    stage.key(74, 0, channel=channel)
    stage.at(200, message.control_change(channel, controller, 0))
    stage.run(230)
    assert stage.sounding_at(210) == []
    stage.key(76, 250)
    stage.run(300)
    assert 67 in stage.sounding_at(300), "the next key is harmonised again"


def test_all_notes_off_forgets_the_keys_of_its_channel() -> None:
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.key(72, 0)
    stage.at(200, message.control_change(0, 123, 0))
    stage.run(900)
    assert stage.effect.held == []
    assert stage.sounding_at(900) == []


def test_system_reset_is_the_end_of_everything() -> None:
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.at(0, message.control_change(0, 64, 127))
    stage.key(72, 0, 100)
    stage.at(200, b"\xff")
    stage.run(900)
    assert stage.effect.held == []
    assert stage.sounding_at(210) == stage.sounding_at(900) == []


def test_panic_silences_both_and_the_song_goes_on() -> None:
    stage = free()
    stage.roll(8)
    stage.key(72, 0)
    stage.run(200)
    stage.panic()
    stage.run(240)
    assert stage.wire[-3:] == [(200, "1:-72"), (200, "2:-60"), (200, "2:-64")]
    assert stage.effect.held == []
    stage.run(900)
    assert stage.ours[-4:] == [(250, "+60"), (250, "+64"), (375, "-60"), (375, "-64")]


def test_after_panic_the_engine_is_told_that_nothing_of_ours_sounds() -> None:
    stage = Stage(lambda ask: ((), (60,)), mode="free")
    stage.roll(8)
    stage.run(130)
    stage.panic()
    stage.run(240)
    ask = next(ask for ask in stage.engine.heard if ask.step == 2)
    assert not ask.ours.any()
    assert not ask.played.any()


@pytest.mark.parametrize("how", ["panic", "all notes off", "reset"])
def test_an_answer_under_way_does_not_break_the_silence(how: str) -> None:
    stage = Stage(CHORDS, delay=20)
    stage.roll(8)
    stage.key(72, 260)  # answered at 280
    stage.run(265)
    if how == "panic":
        stage.panic()
    else:
        stage.at(265, b"\xff" if how == "reset" else message.control_change(0, 123, 0))
    stage.run(900)
    assert stage.ours == []
    assert stage.effect.counts.late == 0


# -- an engine that is late, silent, dead ------------------------------------------------------------


def test_a_late_answer_is_not_waited_for_what_sounds_is_held_and_counted() -> None:
    stage = sixteenths()
    stage.engine.silent = {2, 3}
    stage.roll(6)
    stage.run(740)
    assert stage.ours == [
        (0, "+40"),
        (125, "-40"),
        (125, "+41"),
        (500, "-41"),
        (500, "+44"),
        (625, "-44"),
        (625, "+45"),
    ]
    assert stage.effect.counts.late == 2


def test_the_engine_is_told_what_really_sounded() -> None:
    stage = sixteenths()
    stage.engine.silent = {2}
    stage.roll(6)
    stage.run(500)
    ask = next(ask for ask in stage.engine.heard if ask.step == 3)
    assert ask.ours[41 - 21].tolist() == [1, 0], "41, held"
    assert ask.ours.sum() == 1


def test_an_answer_within_grace_is_played_when_it_comes() -> None:
    stage = Stage(CHORDS, delay=15)
    stage.roll(8)
    stage.key(72, 260)  # a late key's answer has no half step to spare
    stage.run(300)
    assert stage.ours == [(275, "+60"), (275, "+64")]
    assert stage.effect.counts.late == 0


def test_stale_answers_are_ignored_and_never_played_in_a_burst() -> None:
    stage = sixteenths(delay=200)  # every answer comes after its step's tick and grace
    stage.roll(16)
    stage.run(1910)
    assert stage.ours == []
    assert stage.effect.counts.late == 16
    assert stage.effect.counts.overtaken >= 14


def test_an_answer_after_the_grace_is_stale() -> None:
    stage = sixteenths(delay=100)  # asked 62.5 ms ahead, answered 37.5 ms after the tick
    stage.roll(8)
    stage.run(990)
    assert stage.ours == []
    assert stage.effect.counts.overtaken == stage.effect.counts.late == 8


def test_a_key_in_a_step_that_was_given_up_belongs_to_the_next() -> None:
    stage = Stage(CHORDS)
    stage.engine.silent = {2}
    stage.roll(8)
    stage.key(72, 290)
    stage.run(500)
    assert stage.ours == [(375, "+60"), (375, "+64")]
    assert stage.engine.heard[-2].given[72 - 21].tolist() == [1, 1], "struck in step 3"


def test_a_slow_engine_that_catches_up_plays_only_the_present_step() -> None:
    stage = sixteenths(delay=200)
    stage.roll(16)
    stage.run(1000)
    stage.delay = 0
    stage.run(1400)
    assert [note for _, note in stage.ours][:3] == ["+49", "-49", "+50"]


def test_a_stalled_machine_skips_what_it_missed() -> None:
    """One cycle comes a second late: seven steps are over, none of them is played."""
    stage = sixteenths(clock=internal())
    stage.run(130)
    stage.effect.advance(BEGIN + 1130 * MS)
    assert [data for _, data, _ in stage.effect.messages() if message.is_note_on(data)] == []
    assert stage.effect.counts.late == 7
    assert stage.effect.step == 9, "whose answer may still come"


def test_a_lost_engine_closes_its_notes_and_the_next_one_goes_on_from_here() -> None:
    stage = sixteenths()
    stage.roll(16)
    stage.run(200)
    stage.kill_engine()
    stage.run(700)
    assert stage.ours[-1] == (200, "-41")
    assert stage.effect.counts.engine_lost == 1
    assert stage.effect.counts.late == 4
    stage.engine.heard.clear()
    stage.revive_engine()
    stage.run(900)
    assert stage.ours[-1] == (875, "+47"), "step 6 was asked of the dead one"
    assert stage.effect.counts.late == 5


def test_an_engine_lost_and_back_at_once_is_told_that_it_is_a_jump() -> None:
    stage = sixteenths()
    stage.roll(16)
    stage.run(130)
    stage.kill_engine()
    stage.revive_engine()
    stage.engine.heard.clear()
    stage.run(300)
    assert stage.engine.heard[0].jump
    assert not stage.engine.heard[0].ours.any()
    assert stage.ours[-1] == (250, "+42")


# -- the grid's own limits ---------------------------------------------------------------------------


@pytest.mark.parametrize("steps_per_beat", [0, 5, 7, 16, 48])
def test_steps_that_do_not_divide_a_beat_of_clock_are_refused(steps_per_beat: int) -> None:
    with pytest.raises(UsageError, match=f"{steps_per_beat} steps a beat"):
        free(steps_per_beat=steps_per_beat)


def test_a_clock_faster_than_any_music_plays_nothing_and_does_not_spin() -> None:
    stage = sixteenths(offset=-300)
    stage.at(-1, START)
    stage.at(0, CLOCK)
    for microsecond in range(1200, 1300):
        stage.at(microsecond / 1000, CLOCK)
    stage.run(10)
    assert stage.effect.counts.steps < 100
    assert stage.ledger.sounding == []


def test_a_restless_pedal_does_not_keep_our_own_clock_going() -> None:
    stage = Stage(CHORDS, clock=AutoClock(120))
    stage.key(72, 0, 500)
    for beat in range(1, 20):
        stage.at(500 * beat + 250, message.control_change(0, 64, 0))
    stage.run(9000)
    assert not stage.effect.clock.running, "two bars after the last key"


def test_our_own_clock_begins_with_the_first_key() -> None:
    stage = Stage(CHORDS, clock=AutoClock(120))
    stage.key(72, 77, 300)
    stage.run(500)
    assert stage.ours == [(77, "+60"), (77, "+64"), (327, "-60"), (327, "-64")]


def test_keys_are_heard_on_the_grid_as_it_is_played() -> None:
    stage = Stage(CHORDS, offset=50)
    stage.roll(8)
    stage.key(72, 105)  # 55 ms after step 0 as it sounds
    stage.run(170)
    assert stage.ours == [(105, "+60"), (105, "+64")]


def test_nothing_is_played_on_a_guess_of_the_tempo() -> None:
    """17 BPM: after its first clock nobody knows, after its second the next step is 750 ms away."""
    stage = sixteenths()
    stage.at(-1, START)
    for tick in range(7):
        stage.at(150 * tick, CLOCK)
    stage.run(1000)
    assert stage.ours == [(0, "+40"), (900, "-40"), (900, "+41")]


def test_a_key_taken_up_again_from_the_pedal_outlives_it() -> None:
    stage = Stage(CHORDS)
    stage.roll(12)
    stage.at(0, message.control_change(0, 64, 127))
    stage.key(72, 10, 100)
    stage.key(72, 250, 990)
    stage.at(600, message.control_change(0, 64, 0))
    stage.run(980)
    assert stage.effect.held == [72]
    assert stage.sounding_at(980) == [60, 64]


def test_a_loop_forgets_in_which_step_the_last_key_was_struck() -> None:
    stage = Stage(CHORDS)
    stage.roll(12)
    stage.key(72, 250, 520)  # struck in step 2, lifted just after step 2 of the next pass
    stage.at(498, message.song_position(2))
    stage.run(700)
    assert stage.ours[-2:] == [(625, "-60"), (625, "-64")], "a lifted key alone changes no step"


def test_what_was_decided_later_is_not_sent_earlier() -> None:
    outbox = Outbox()
    outbox.put([Timed(20, b"a"), Timed(10, b"b")])
    outbox.send(5, [b"c"])
    outbox.send(30, [b"d"])
    assert outbox.take() == [Timed(20, b"a"), Timed(20, b"b"), Timed(20, b"c"), Timed(30, b"d")]
    assert outbox.take() == []


def test_reaper_s_all_notes_off_at_play_does_not_make_it_forget_the_chord_that_is_held() -> None:
    stage = Stage(CHORDS)
    stage.key(72, -700)
    everywhere = [
        message.control_change(channel, number, 0) for channel in range(16) for number in (120, 123)
    ]
    stage.at(-3, *everywhere)
    stage.roll(4)
    stage.run(100)
    assert stage.ours == [(0, "+60"), (0, "+64")]


def test_all_notes_off_long_before_the_song_is_meant() -> None:
    stage = Stage(CHORDS)
    stage.key(72, -700)
    stage.at(-400, message.control_change(0, 123, 0))
    stage.roll(4)
    stage.run(100)
    assert stage.ours == []


def test_a_key_let_go_between_all_notes_off_and_the_song_is_not_held() -> None:
    stage = Stage(CHORDS)
    stage.key(72, -700, -2)
    stage.at(-10, message.control_change(0, 123, 0))
    stage.roll(4)
    stage.run(100)
    assert stage.ours == []


def test_the_staleness_goes_out_by_the_controller_that_asks_for_it() -> None:
    stage = sixteenths(late_cc=102)
    stage.engine.silent = {3, 4}
    stage.roll(8)
    stage.run(900)
    told = [(data[1], data[2]) for _, data, _ in stage.backend.sent if data[0] == 0xB1]
    assert told == [(102, 0), (102, 1), (102, 2), (102, 0)]
    assert stage.effect.counts.stalest == 2
    assert stage.effect.counts.staleness == 0
