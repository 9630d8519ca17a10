"""An engine that is late, silent or dead."""

from __future__ import annotations

from tests.effect.scores.pieces import CHORDS, sixteenths
from tests.effect.stage import BEGIN, MS, Stage, internal

from descant_routing import message


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
