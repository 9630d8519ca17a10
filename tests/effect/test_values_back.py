"""Values sent back to motor faders: from the effect, in time, and never to the hand that moves one."""

from __future__ import annotations

from tests.effect.stage import MS, Stage, bound, by_step

from descant_daemon.effect.effect import Effect
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Instance, Program, Rig
from descant_daemon.time.midi_clock import MidiClock
from descant_routing import message
from descant_routing.timed import MAIN

VOICES, GATE = 23, 29


def stage() -> Stage:
    made = Stage(by_step({}))
    parameters = Parameters(mode="free", voices=8, thru=False)
    track = Instance((Program(parameters, bindings=bound({VOICES: "voices", GATE: "gate"})),))
    made.effect = Effect(Rig((track,), feedback=MAIN), MidiClock())
    return made


def told(made: Stage, number: int) -> list[int]:
    return [data[2] for _, data, _ in made.backend.sent if data[0] == 0xB0 and data[1] == number]


def test_all_values_are_told_once_and_what_changes_again() -> None:
    made = stage()
    made.roll(16)
    made.run(500)
    assert told(made, VOICES) == [64]
    made.effect.change({"voices": 16}, made.backend.now())
    made.run(1000)
    assert told(made, VOICES) == [64, 127]
    assert len(told(made, GATE)) == 1


def test_a_fader_that_is_being_moved_is_left_alone() -> None:
    made = stage()
    made.roll(32)
    made.run(300)
    made.at(400, message.control_change(0, VOICES, 100))
    made.run(3000)
    assert told(made, VOICES) == [64], "where it stands says what it means"
    assert made.effect.parameters.voices == 13


def test_ten_times_a_second_at_most() -> None:
    made = stage()
    made.roll(16)
    made.run(1900)
    before = len(made.backend.sent)
    deadline = made.effect.next_deadline()
    assert deadline is not None
    assert deadline - made.backend.now() <= 100 * MS
    assert len(made.backend.sent) == before
