"""Swing, accent and unevenness as scores, and that no setting of them strands a note or turns one round."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.effect.stage import START, STOP, TICK, Stage, Wire, by_melody, by_step
from tests.effect.test_determinism import TUNE, Jitter, by_steps, sensitive

from descant_daemon.effect.expression import MOST_DELAY, MOST_VELOCITY, Articulation, humanize, weight
from descant_daemon.effect.grid import Swing, swing
from descant_daemon.engine.uniforms import uniforms
from descant_daemon.settings.metre import Metre
from descant_daemon.time.metre_map import Bars
from descant_routing import message

STEP = 125.0
SIXTEENTHS = by_step({step: ((60 + step % 2,), ()) for step in range(64)})


def onsets(stage: Stage) -> list[float]:
    return [ms for ms, note in stage.ours if note.startswith("+")]


def free(**parameters: object) -> Stage:
    stage = Stage(SIXTEENTHS, mode="free", **parameters)  # type: ignore[arg-type]
    stage.roll(20)
    stage.run(1100)
    return stage


# -- swing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "unit", "beat"),
    [
        (0, "eighth", [0, 125, 250, 375]),
        (1, "eighth", [0, 166.5, 333.5, 416.5]),
        (0.5, "eighth", [0, 146, 291.5, 396]),
        (1, "sixteenth", [0, 166.5, 250, 416.5]),
        (0.5, "sixteenth", [0, 146, 250, 396]),
    ],
)
def test_off_beats_are_late_and_carry_with_them_what_lies_between(
    amount: float, unit: str, beat: list[float]
) -> None:
    stage = free(swing=amount, swing_unit=unit)
    assert onsets(stage)[:8] == [*beat, *(500 + ms for ms in beat)]
    assert len(stage.ours) % 2 == 1, "one sounds, the others have ended"
    offs = [ms for ms, note in stage.ours if note.startswith("-")]
    assert offs == onsets(stage)[1:], "each is held to the next"


def test_a_player_who_swings_is_heard_in_the_step_he_means() -> None:
    """His second eighth is 83 ms late by a straight grid: nearer to the next step there."""
    for amount, step in ((0.0, 3), (1.0, 2)):
        stage = Stage(by_melody({72: (60,)}), mode="harmonise", swing=amount)
        stage.roll(16)
        stage.key(72, 333, 600)
        stage.run(900)
        struck = [ask.step for ask in stage.engine.heard if ask.given[72 - 21, 1]]
        assert struck[0] == step


@given(st.integers(0, 24 * 8), st.floats(0, 1), st.sampled_from([12, 24]))
def test_a_bent_grid_only_delays_keeps_its_order_and_can_be_straightened(
    tick: int, amount: float, pair: int
) -> None:
    bent = Swing(pair, amount)
    assert tick <= bent.bent(tick) <= tick + pair / 6 + 1e-9
    assert bent.bent(tick) < bent.bent(tick + 0.5)
    assert bent.straight(bent.bent(tick)) == pytest.approx(tick)
    assert bent.bent(tick // pair * pair) == tick // pair * pair, "the beat stays"


def test_no_swing_is_the_very_same_grid_and_triplets_do_not_swing() -> None:
    assert swing(0.0, "eighth", 6).bent(0.1 + 0.2) == 0.1 + 0.2
    assert swing(1.0, "eighth", 8) == Swing(24, 0.0), "three steps a beat have no second eighth"
    assert swing(1.0, "sixteenth", 12) == Swing(12, 0.0), "two have no second sixteenth"
    assert swing(1.0, "eighth", 12) == Swing(24, 1.0)


def test_swing_turned_off_while_playing_moves_nothing_back() -> None:
    stage = Stage(SIXTEENTHS, mode="free", swing=1.0, cc={113: "swing"})
    stage.roll(20)
    stage.at(340, message.control_change(0, 113, 0))
    stage.run(2400)
    found = onsets(stage)
    assert found[:2] == [0, 166.5]
    assert found == sorted(set(found))
    assert found[12:] == [step * 125 for step in range(12, 20)], "it has glided there"


# -- accent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metre", "written"),
    [("4/4", "9131613171316131"), ("3/4", "913161316131"), ("6/8", "913131713131"), ("5/8", "9363636363")],
)
def test_a_metre_has_its_weights(metre: str, written: str) -> None:
    """Written out by hand: 9 the bar, 7 its half, 6 a beat, 3 an off-beat, 1 what lies between."""
    signs = {1.0: "9", 0.5: "7", 0.25: "6", -0.5: "3", -1.0: "1"}
    beats, unit = map(int, metre.split("/"))
    found = "".join(signs[weight(step, Bars(Metre(beats, unit), 4))] for step in range(2 * len(written)))
    assert found == 2 * written


def test_accents_are_heard_and_stay_within_midi() -> None:
    assert free().velocities[:5] == [80] * 5
    assert free(accent=1).velocities[:9] == [104, 56, 68, 56, 86, 56, 68, 56, 92]
    assert free(accent=0.5).velocities[:3] == [92, 68, 74]
    assert free(accent=1, velocity=127).velocities[0] == 127
    assert min(free(accent=1, velocity=1).velocities) == 1


# -- unevenness --------------------------------------------------------------------------------------


def test_uneven_notes_are_late_by_what_their_place_says_and_no_more() -> None:
    stage = free(humanise=1.0, seed=5)
    drawn = [humanize(1.0, 5, 0, 0, step) for step in range(8)]
    late = [round(int(each.later[60 + step % 2]) / 1e6 * 2) / 2 for step, each in enumerate(drawn)]
    assert [ms - step * STEP for step, ms in enumerate(onsets(stage)[:8])] == pytest.approx(late, abs=0.5)
    louder = [80 + int(each.louder[60 + step % 2]) for step, each in enumerate(drawn)]
    assert stage.velocities[:8] == louder
    assert len(set(louder)) > 4
    assert stage.effect.counts.notes == len(onsets(stage)), "counted when they sound"


def test_unevenness_fills_its_range_and_no_more() -> None:
    drawn = [humanize(1.0, 1, 0, 0, step) for step in range(50)]
    louder = [int(each) for one in drawn for each in one.louder]
    later = [int(each) for one in drawn for each in one.later]
    assert (min(louder), max(louder)) == (-MOST_VELOCITY, MOST_VELOCITY)
    assert 0 <= min(later) < MOST_DELAY / 50
    assert MOST_DELAY * 0.98 < max(later) < MOST_DELAY
    assert max(int(each) for each in humanize(0.25, 1, 0, 0, 0).later) < MOST_DELAY / 4


def test_touch_has_dice_of_its_own() -> None:
    """With those of the notes, likelier notes would be later ones."""
    of_notes = (MOST_DELAY * uniforms(1, 0, 0, 3)[:, 1]).astype(int)
    assert (humanize(1.0, 1, 0, 0, 3).later != of_notes).all()


def test_two_instances_are_uneven_each_in_its_way() -> None:
    assert (humanize(1.0, 1, 0, 0, 3).later != humanize(1.0, 1, 1, 0, 3).later).any()


def test_a_note_put_off_and_taken_back_is_never_heard() -> None:
    """The song stops before it comes."""
    stage = Stage(SIXTEENTHS, mode="free", humanise=1.0, seed=5)
    late = humanize(1.0, 5, 0, 0, 0).later[60] / 1e6
    assert late > 2
    stage.roll(4)
    stage.at(late / 2, STOP)
    stage.run(400)
    assert stage.ours == []


def test_in_instant_a_key_is_answered_at_once() -> None:
    stage = Stage(by_melody({72: (60,)}), mode="instant", humanise=1.0)
    stage.key(72, 100, 300)
    stage.run(500)
    assert stage.ours == [(100, "+60"), (300, "-60")]


def test_a_loop_has_the_same_touch_on_every_pass() -> None:
    stage = Stage(sensitive, mode="free", swing=0.7, accent=0.5, humanise=1.0)
    stage.roll(64)
    back = 32 * STEP
    stage.at(back - 2, message.song_position(0))
    stage.run(64 * STEP - 10)
    once = [(ms, note) for ms, note in stage.ours if note[0] == "+" and ms < back - 3]
    again = [(ms - back, note) for ms, note in stage.ours if note[0] == "+" and ms >= back]
    assert [note for _, note in again] == [note for _, note in once]
    assert [ms for ms, _ in again] == pytest.approx([ms for ms, _ in once], abs=1)
    assert stage.velocities[: len(once)] == stage.velocities[len(once) : 2 * len(once)]


# -- length ------------------------------------------------------------------------------------------


def after(*notes: tuple[float, float]) -> int | None:
    """What is known after notes from and to these ms."""
    lengths, held = Articulation(), 0
    # A key that comes up as another goes down is up first.
    moves = [(on, 1) for on, _ in notes] + [(off, -1) for _, off in notes]
    for ms, move in sorted(moves):
        held += move
        if move > 0:
            lengths.press(round(ms * 1e6))
        elif not held:
            lengths.all_up(round(ms * 1e6))
    return None if lengths.detached is None else round(lengths.detached / 1e6)


def test_detached_notes_have_a_length_and_joined_ones_none() -> None:
    assert after() is after((0, 100)) is None, "nobody knows yet what comes after it"
    assert after((0, 100), (500, 600)) == 100
    assert after((0, 100), (500, 700), (1000, 1300), (1500, 1900), (2000, 2001)) == 250
    assert after((0, 500), (500, 1000), (1000, 1500)) is None, "each up to the next"
    assert after((0, 460), (500, 960), (1000, 1500)) is None, "nearly"
    assert after((0, 550), (500, 1050), (1000, 1500)) is None, "over the next"
    assert after((0, 100), (500, 1000), (1000, 1100), (1500, 2000)) == 100, "two of three"
    assert after((0, 100), (10, 110), (20, 120), (500, 501)) == 120, "a chord is one"


def test_ours_are_as_short_as_the_players() -> None:
    """He plays quarters of 90 ms; ours, a half note each, end as soon."""
    long = by_step({step: ((60,), ()) if step % 8 == 0 else ((), (60,)) for step in range(64)})
    heard = {}
    for follow in (0.0, 1e-300, 0.5, 1.0):
        stage = Stage(long, mode="free", length_follow=follow)
        stage.roll(40)
        for beat in range(8):
            stage.key(80, 500 * beat + 20, 500 * beat + 110)
        stage.run(4100)
        heard[follow] = [ms for ms, _ in stage.ours if 2000 <= ms < 3000 - 1]
    assert heard.pop(1e-300) == heard[0.0]
    assert heard == {0.0: [2000, 2000], 0.5: [2000, 2180], 1.0: [2000, 2090]}


# -- all of it ---------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "mode": st.sampled_from(["free", "harmonise", "instant"]),
            "swing": st.floats(0, 1),
            "swing_unit": st.sampled_from(["eighth", "sixteenth"]),
            "humanise": st.floats(0, 1),
            "accent": st.floats(0, 1),
            "length_follow": st.floats(0, 1),
            "articulation": st.sampled_from(["legato", "gate"]),
            "gate": st.floats(0.05, 2),
        }
    ),
    st.integers(0, 1000),
    st.sampled_from([0.0, 12.0, 70.0]),
)
def test_every_note_has_its_one_end_whatever_the_touch(
    touch: dict[str, object], seed: int, delay: float
) -> None:
    """Knobs turned, keys pressed, stops and jumps at random, answers that come late; the ear is strict."""
    dice = random.Random(seed)
    cc = {113: "swing", 115: "humanise"}
    stage = Stage(sensitive, delay=delay, cc=cc, **touch)  # type: ignore[arg-type]
    stage.roll(40)
    for _ in range(12):
        at = dice.uniform(0, 40 * STEP)
        stage.key(dice.randrange(60, 80), at, at + dice.uniform(10, 900))
        stage.at(
            dice.uniform(0, 40 * STEP),
            message.control_change(0, dice.choice([113, 115]), dice.randrange(128)),
        )
    stage.at(dice.uniform(1000, 4000), *dice.choice([(STOP, START), (message.song_position(4),)]))
    stage.at(40 * STEP, STOP)
    stage.run(45 * STEP + 1000)
    times = [time for time, *_ in stage.backend.sent]
    assert times == sorted(times)
    ear = Wire()
    for _, data, _ in stage.backend.sent:
        ear.hear(data)
    assert ear.sounding == {(0, key) for key in stage.effect.held}


@pytest.mark.parametrize("seed", range(3))
def test_jitter_of_the_clock_changes_no_note_with_touch(seed: int) -> None:
    true, live = (perform(Jitter(most, seed)) for most in (0, 1.5))
    assert by_steps(live, 48) == by_steps(true, 48)


def perform(jitter: Jitter) -> Stage:
    stage = Stage(sensitive, mode="harmonise", swing=0.4, humanise=0.5, accent=1.0)
    stage.at(-5, START)
    for tick in range(6 * 50):
        stage.at(jitter(tick * TICK / 1e6), bytes([message.CLOCK]))
    lifted: dict[int, float] = {}
    for first, steps, key in TUNE:
        on = max(jitter((16 + first) * STEP), lifted.get(key, 0))
        lifted[key] = jitter((16 + first + steps) * STEP)
        stage.key(key, on, lifted[key])
    stage.run(49 * STEP)
    return stage
