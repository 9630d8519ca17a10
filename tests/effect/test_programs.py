"""Program changes as scores: when another preset begins, and what becomes of the notes of the one before."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.effect.stage import Engine, Stage, Wire, keys_of, state

from descant_daemon.effect.effect import Effect
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.note_state import PIANO, PitchRange
from descant_daemon.settings.choices import Switch
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Instance, ModelFacts, Program, Rig
from descant_daemon.time.midi_clock import MidiClock
from descant_routing import message

BAR, BEAT, STEP = 2000, 500, 125
ON_EVERY_STEP = [
    Program(Parameters(mode="free", channel=2 + each), ModelFacts(number=each), name="abc"[each])
    for each in range(3)
]


class Models(Engine):
    """Model n strikes key 40 + n on every step."""

    def answer(self, ask: Ask) -> Answer | None:
        self.heard.append(ask)
        if ask.step in self.silent:
            return None
        size = len(ask.given)
        pitches = PIANO if size == PIANO.size else PitchRange(36, 36 + size - 1)
        return Answer(ask.serial, ask.step, state(pitches, [40 + ask.model]), ask.instance)


def stage_of(programs: Sequence[Program] = ON_EVERY_STEP, switch: Switch = "bar") -> Stage:
    stage = Stage(lambda ask: ((), ()))
    stage.engine = Models(stage.engine.part, PIANO)
    stage.effect = Effect(Rig((Instance(tuple(programs), switch=switch),)), MidiClock())
    return stage


def program(number: int) -> bytes:
    return message.program_change(0, number)


def onsets(stage: Stage) -> list[tuple[float, str]]:
    """Our notes, as (ms, "channel:+key")."""
    return [(ms, note) for ms, note in stage.wire if "+" in note]


@pytest.mark.parametrize(
    ("switch", "begins"), [("bar", 2 * BAR), ("beat", BAR + 2 * BEAT), ("step", BAR + BEAT + STEP)]
)
def test_another_program_begins_on_its_boundary(switch: Switch, begins: float) -> None:
    stage = stage_of(switch=switch)
    stage.at(BAR + BEAT + 20, program(1))
    stage.roll(48)
    stage.run(3 * BAR - 10)
    assert onsets(stage) == [
        (step * STEP, "2:+40" if step * STEP < begins else "3:+41") for step in range(48)
    ]


def test_the_first_bar_of_the_new_program_is_complete_and_nothing_hangs() -> None:
    stage = stage_of()
    for bar in range(6):
        stage.at(bar * BAR + 700, program((bar + 1) % 3))
    stage.roll(16 * 6)
    stage.at(6 * BAR - 30, bytes([message.STOP]))
    stage.run(6 * BAR)
    assert onsets(stage) == [
        (step * STEP, f"{2 + step // 16 % 3}:+{40 + step // 16 % 3}") for step in range(96)
    ]
    wire = Wire()
    for _, data, _ in stage.backend.sent:
        wire.hear(data)
    assert not wire.sounding
    assert stage.effect.counts.late == 0


def test_the_old_program_s_notes_sound_to_the_boundary_and_end_on_their_own_channel() -> None:
    stage = stage_of()
    stage.at(BAR - 200, program(1))
    stage.roll(32)
    stage.run(BAR + 50)
    assert [note for ms, note in stage.wire if ms == BAR] == ["2:-40", "3:+41"]


def test_a_change_of_mind_before_the_boundary_counts() -> None:
    stage = stage_of()
    stage.at(100, program(1))
    stage.at(900, program(2))
    stage.roll(32)
    stage.run(2 * BAR - 10)
    assert {note for ms, note in onsets(stage) if ms >= BAR} == {"4:+42"}


def test_a_program_that_there_is_not_is_counted_and_changes_nothing() -> None:
    stage = stage_of()
    stage.at(100, program(3))
    stage.roll(32)
    stage.run(2 * BAR - 10)
    assert {note for _, note in onsets(stage)} == {"2:+40"}
    assert stage.effect.counts.no_program == 1


@pytest.mark.parametrize("controller", [0, 32])
def test_a_bank_is_selected_by_either_controller(controller: int) -> None:
    many = [Program(Parameters(mode="free"), name=str(each)) for each in range(300)]
    stage = stage_of(many)
    for number in (0, 32):
        stage.at(100, message.control_change(0, number, 2 if number == controller else 0))
    stage.at(101, program(7))
    stage.roll(32)
    stage.run(BAR + 10)
    assert stage.effect.parts[0].programs.current.name == "263"


def test_program_changes_and_banks_go_no_further_where_there_is_a_choice() -> None:
    for programs, passed in ((ON_EVERY_STEP, []), (ON_EVERY_STEP[:1], [0xB0, 0xC0])):
        stage = stage_of(programs)
        stage.at(100, message.control_change(0, 32, 0), program(1))
        stage.run(200)
        assert [data[0] for _, data, _ in stage.backend.sent] == passed


def test_before_the_song_a_program_begins_at_once_and_its_first_step_is_asked_for() -> None:
    stage = stage_of()
    stage.at(-500, program(2))
    stage.roll(16)
    stage.run(300)
    assert onsets(stage)[0] == (0, "4:+42")
    assert stage.effect.counts.late == 0


def test_a_program_chosen_while_the_song_stands_begins_with_the_next_start() -> None:
    stage = stage_of()
    stage.roll(8)
    stage.at(900, program(1))
    stage.at(950, bytes([message.STOP]))
    stage.at(1400, bytes([message.START]))
    stage.clocks(1401, 48)
    stage.run(2000)
    assert next(note for ms, note in onsets(stage) if ms > 1000) == "3:+41"


def test_a_model_that_knows_other_keys_takes_over() -> None:
    small = Program(
        Parameters(mode="free", channel=3), ModelFacts(PitchRange(36, 60), number=1), name="small"
    )
    stage = stage_of([ON_EVERY_STEP[0], small])
    stage.at(100, program(1))
    stage.at(BAR + 100, program(0))
    stage.engine.silent = {16, 32}  # what sounds is held over the change
    stage.roll(48)
    stage.run(3 * BAR - 10)
    assert next(note for ms, note in onsets(stage) if BAR + 100 < ms < BAR + 300) == "3:+41"
    assert next(note for ms, note in onsets(stage) if ms > 2 * BAR + 100) == "2:+40"
    wire = Wire()
    for _, data, _ in stage.backend.sent:
        wire.hear(data)
    assert len(wire.sounding) == 1


def test_a_model_with_other_steps_takes_over_on_the_bar() -> None:
    triplets = Program(
        Parameters(mode="free", channel=3), ModelFacts(steps_per_beat=3, number=1), name="triplets"
    )
    stage = stage_of([ON_EVERY_STEP[0], triplets])
    stage.at(100, program(1))
    stage.at(BAR + 100, program(0))
    stage.roll(48)
    stage.run(3 * BAR - 10)
    times = [ms for ms, _ in onsets(stage)]
    assert times[:16] == [step * STEP for step in range(16)]
    assert times[16:28] == pytest.approx([BAR + third * BEAT / 3 for third in range(12)], abs=0.5)
    assert times[28:] == [2 * BAR + step * STEP for step in range(16)]


def test_the_new_model_hears_what_is_held_and_what_the_old_one_played() -> None:
    stage = stage_of()
    stage.at(100, program(1))
    stage.key(72, 200)
    stage.roll(32)
    stage.run(BAR + 10)
    first = next(ask for ask in stage.engine.heard if ask.model == 1)
    assert (first.step, first.jump) == (16, True)
    assert keys_of(first.given) == [72]
    assert keys_of(first.ours) == [40]


def test_an_answer_of_the_old_model_is_not_taken_for_one_of_the_new() -> None:
    stage = stage_of()
    stage.at(100, program(1))
    stage.roll(32)
    stage.run(BAR - 20)
    stale = next(ask for ask in reversed(stage.engine.heard) if ask.model == 0)
    stage.effect.take(Answer(stale.serial, stale.step, state(PIANO, [99]), 0))
    stage.run(BAR + 20)
    assert all("+99" not in note for _, note in stage.wire)


def test_what_the_new_program_holds_over_the_boundary_begins_anew_as_its_own() -> None:
    stage = stage_of()

    def held(ask: Ask) -> Answer:
        struck, holds = ([50], []) if ask.step == 0 else ([], [50])
        return Answer(ask.serial, ask.step, state(PIANO, struck, holds), ask.instance)

    stage.engine.answer = held  # type: ignore[method-assign]
    stage.at(100, program(1))
    stage.roll(32)
    stage.run(2 * BAR - 10)
    assert stage.wire == [(0, "2:+50"), (BAR, "2:-50"), (BAR, "3:+50")]
