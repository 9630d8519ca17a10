"""A model that needs longer than half a step is asked whole steps ahead, and is on time all the same."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from tests.effect.stage import MS, Notes, Stage, bound, by_step
from tests.effect.test_fuzz import PITCHES, fuzz

from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import HALF, Instance, ModelFacts, Program, Rig
from descant_daemon.time.midi_clock import MidiClock
from descant_routing import message

STEP = 125  # ms
SCALE: dict[int, Notes] = {step: ((40 + step % 12,), ()) for step in range(200)}


def slow(lead: float, delay: float, **parameters: Any) -> Stage:
    return Stage(by_step(SCALE), lead=lead, delay=delay, mode="free", **parameters)


def struck(stage: Stage) -> dict[float, str]:
    return {ms: note for ms, note in stage.ours if note.startswith("+")}


@pytest.mark.parametrize(("lead", "delay"), [(1, 110), (2, 240), (4, 490), (8, 990)])
def test_a_slow_engine_is_on_every_tick_once_the_song_is_as_old_as_its_lead(lead: int, delay: float) -> None:
    """Catches a question that is asked too late, an answer that is thrown away because another was asked since."""
    stage = slow(lead, delay)
    stage.roll(32)
    stage.run(32 * STEP - 10)
    played = struck(stage)
    steps = range(lead + 1, 32)
    assert [played.get(step * STEP) for step in steps] == [f"+{40 + step % 12}" for step in steps]
    counts = stage.effect.counts
    assert (counts.steps, counts.overtaken, counts.asked_again) == (32, counts.late, 0)
    assert counts.late <= lead


def test_without_a_lead_the_same_engine_is_late_on_every_tick() -> None:
    """Catches a lead that nobody needs: the test above would pass by itself."""
    stage = slow(HALF, 240)
    stage.roll(16)
    stage.run(16 * STEP - 10)
    assert struck(stage) == {}
    assert stage.effect.counts.late >= 14


@pytest.mark.parametrize("lead", [1, 3])
def test_each_step_is_asked_for_once_and_so_many_steps_ahead(lead: int) -> None:
    stage = slow(lead, 40)
    stage.roll(24)
    stage.run(24 * STEP - 10)
    heard = stage.engine.heard
    assert [ask.step for ask in heard] == [*range(23 + lead + 1)][: len(heard)]
    ahead = {round(ask.ahead / MS) for ask in heard if ask.step > lead}
    assert ahead == {lead * STEP}


def test_each_question_tells_what_its_step_before_came_to_or_will_come_to() -> None:
    """Catches an engine that is told of silence because the answer has not been played yet."""
    stage = slow(4, 100)
    stage.roll(16)
    stage.run(16 * STEP - 10)
    for ask in stage.engine.heard:
        if ask.step > 4:
            assert ask.ours[40 + (ask.step - 1) % 12 - 21, 0] == 1, ask.step


def test_keys_that_change_are_not_asked_again_and_keep_their_pitch() -> None:
    stage = slow(4, 490, thru=True)
    stage.roll(24)
    stage.key(40 + 10 % 12, 10 * STEP - 20, 11 * STEP)  # the very pitch that is coming
    stage.run(24 * STEP - 10)
    assert 10 * STEP not in struck(stage), "it is the player's"
    assert struck(stage)[11 * STEP] == f"+{40 + 11}"
    assert stage.effect.counts.asked_again == 0


def test_a_jump_forgets_what_was_asked_and_is_on_time_after_its_lead() -> None:
    stage = slow(4, 490)
    stage.roll(16)
    stage.at(16 * STEP - 1, message.song_position(64 // 4 * 4))
    stage.clocks(16 * STEP, 6 * 16)
    stage.run(32 * STEP - 10)
    played = struck(stage)
    assert [played.get(step * STEP) for step in range(21, 32)] == [
        f"+{40 + (step + 48) % 12}" for step in range(21, 32)
    ]


def test_what_is_frozen_is_what_was_played() -> None:
    """Catches a loop that is taken before its last steps have sounded."""
    stage = slow(4, 490, phrase=1)
    stage.roll(64)
    stage.run(32 * STEP - 30)
    stage.effect.act("freeze", stage.backend.now())
    stage.run(64 * STEP - 10)
    played = [struck(stage).get(step * STEP) for step in range(64)]
    loop = played[48:64]
    assert None not in loop
    assert played[40:48] == loop[8:16] == played[24:32]


def test_another_program_begins_on_its_bar_and_nothing_hangs() -> None:
    one = Program(Parameters(mode="free", channel=2), ModelFacts(lead=4), name="one")
    two = Program(Parameters(mode="free", channel=3), ModelFacts(lead=2, number=1), name="two")
    stage = Stage(by_step(SCALE), delay=240)
    stage.effect.rewire(Rig((Instance((one, two)),), routes=()), 0)
    stage.roll(48)
    stage.at(18 * STEP + 5, message.program_change(0, 1))
    stage.run(48 * STEP - 10)
    on = {channel: [ms for ms, note in stage.wire if note.startswith(f"{channel}:+")] for channel in (2, 3)}
    assert max(on[2]) < 32 * STEP <= min(on[3])
    assert [ms for ms in on[3] if ms >= 34 * STEP] == [step * STEP for step in range(34, 48)]
    assert stage.sounding_at(48 * STEP - 20, 1) == []


@pytest.mark.parametrize("lead", [1, 5])
def test_a_storm_leaves_nothing_hanging(lead: int) -> None:
    tracks = [Instance((Program(Parameters(mode="free"), ModelFacts(PITCHES, lead=lead), bound({})),))]
    effect, _ = fuzz(MidiClock, 6_000, 31, tracks)
    assert effect.counts.notes > 50


def test_a_lead_is_half_a_step_or_whole_ones_and_a_usual_one_is_not_written() -> None:
    facts = TypeAdapter(ModelFacts)
    assert "lead" not in facts.dump_python(ModelFacts(), mode="json")
    written = facts.dump_python(ModelFacts(lead=4), mode="json")
    assert facts.validate_python(written).lead == 4
    for wrong in (0, 0.25, 1.5, -1, 65, float("nan"), float("inf")):
        with pytest.raises(ValidationError, match="steps is neither half a step nor"):
            facts.validate_python({"lead": wrong})
