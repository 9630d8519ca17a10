"""Keys that are buttons: they do their action, and nothing of them is heard, dry or given."""

from __future__ import annotations

from types import MappingProxyType

from tests.effect.stage import BEGIN, CLOCK, MS, START, TICK, keys_of

from descant_daemon.effect.effect import Effect
from descant_daemon.effect.events import Capture
from descant_daemon.engine.asking import Ask
from descant_daemon.settings.bindings import Bindings
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Ears, Instance, Program, Rig
from descant_daemon.settings.source import ButtonKey
from descant_daemon.time.midi_clock import MidiClock
from descant_routing import message
from descant_routing.timed import Timed

PAD, NOTE = 36, 60
BINDINGS = Bindings(
    MappingProxyType({ButtonKey(PAD): "capture", ButtonKey(37): "variation_up", ButtonKey(38): "panic"})
)
PLAIN = Bindings(MappingProxyType({}))


class Desk:
    """One instance whose player's keys lie from C3 up, or what ``ears`` says; what leaves dry is in ``sent``."""

    def __init__(self, bindings: Bindings = BINDINGS, ears: Ears = Ears(low=48)) -> None:
        programs = (Program(Parameters(), bindings=bindings, name="one"), Program(Parameters(), name="two"))
        self.effect = Effect(Rig((Instance(programs, ears, switch="step"),)), MidiClock())
        self.now = BEGIN
        self.sent: list[bytes] = []
        self.asked: list[Ask] = []

    def send(self, *messages: bytes) -> list[bytes]:
        """What leaves at once."""
        before = len(self.sent)
        for data in messages:
            self.now += MS
            self.effect.advance(self.now)
            self.effect.feed(Timed(self.now, data))
            self.effect.advance(self.now + 1)
            self.asked += self.effect.asks()
            self.sent += [data for _, data, _ in self.effect.messages()]
        return self.sent[before:]

    def roll(self, ticks: int) -> None:
        for _ in range(ticks):
            self.now += round(TICK) - MS
            self.send(CLOCK)


def press(key: int, channel: int = 0) -> bytes:
    return message.note_on(channel, key, 100)


def lift(key: int, channel: int = 0) -> bytes:
    return message.note_off(channel, key)


def test_a_key_does_its_action_and_is_not_heard() -> None:
    desk = Desk()
    assert desk.send(press(PAD), bytes((0xA0, PAD, 50)), lift(PAD)) == []
    assert desk.effect.wishes == [Capture()]
    assert desk.send(press(PAD + 4)) == [press(PAD + 4)]  # no button


def test_a_button_among_the_keys_that_are_answered_is_not_given_to_the_engine() -> None:
    desk = Desk(ears=Ears())
    desk.send(press(PAD), press(NOTE), START)
    desk.roll(7)
    assert desk.asked
    assert all(keys_of(ask.given) in ([], [NOTE]) for ask in desk.asked)
    assert desk.effect.held == [NOTE]


def test_an_action_of_an_instance_is_its_own() -> None:
    desk = Desk()
    desk.send(press(37), lift(37), press(37))
    assert desk.effect.parameters.variation == 2
    assert desk.effect.wishes == []


def test_another_channel_s_key_is_a_key_like_any_other() -> None:
    desk = Desk(ears=Ears(channels=frozenset({3})))
    assert desk.send(press(PAD, 2), lift(PAD, 2)) == [press(PAD, 2), lift(PAD, 2)]
    assert desk.send(press(PAD, 3), lift(PAD, 3)) == []


def test_panic_by_a_key_ends_what_sounds() -> None:
    desk = Desk()
    desk.send(press(NOTE))
    assert lift(NOTE) in desk.send(press(38))


def test_what_is_down_as_a_note_ends_as_one_and_what_is_down_as_a_button_as_that() -> None:
    """Another program makes buttons of other keys while they are held."""
    desk = Desk()
    desk.send(press(PAD), message.program_change(0, 1))  # the second has no buttons; no song runs, so at once
    assert desk.effect.parts[0].programs.current.name == "two"
    assert desk.send(lift(PAD)) == []
    assert desk.send(press(PAD)) == [press(PAD)]
    desk.send(message.program_change(0, 0))
    assert desk.send(lift(PAD)) == [lift(PAD)]


def test_a_note_whose_end_was_lost_ends_when_its_key_becomes_a_button() -> None:
    desk = Desk()
    desk.send(message.program_change(0, 1), press(PAD), message.program_change(0, 0))
    assert desk.send(press(PAD)) == [lift(PAD)]
    assert desk.send(lift(PAD)) == []
    assert desk.effect.wishes == [Capture()]


def test_a_button_whose_release_was_lost_can_be_pressed_again() -> None:
    desk = Desk()
    desk.send(press(PAD), press(PAD))
    assert desk.effect.wishes == [Capture(), Capture()]
