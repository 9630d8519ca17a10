"""The storm guard: 1000 values a second, the latest of each kind, and what must pass whatever the weather."""

from __future__ import annotations

import random

import pytest
from tests.routing.routes.spelling import read, spell_all

from descant_routing.guards.storm import RATE, SECOND, StormGuard

MS = SECOND // 1000
EVENTS = ("C4", "C4 off", "C4 v0", "cc64=127", "cc64=0", "cc66=127", "cc69=0", "cc120=0", "cc121=0", "cc123=0",
          "cc0=1", "cc32=1", "cc6=5", "cc38=5", "cc98=1", "cc99=1", "cc100=6", "cc101=0", "cc88=7", "program 1",
          "sysex", "clock", "start", "stop", "song position 4", "time code", "sensing", "reset")  # fmt: skip
VALUES = ("cc1=9", "cc74=9", "bend 1", "bend 0", "pressure 1", "pressure 0", "C4 press 1")


def flooded() -> StormGuard:
    guard = StormGuard()
    while guard.feed(read("cc7=5 ch16"), 0):
        pass
    return guard


def test_a_thousand_values_a_second_pass_for_ever() -> None:
    guard = StormGuard()
    assert all(guard.feed(read("cc1=5"), number * SECOND // RATE) for number in range(10 * RATE))
    assert guard.thinned == 0


def test_a_daw_may_send_all_it_knows_at_once() -> None:
    guard = StormGuard()
    chase = [read(f"cc{number}=1 ch{channel}") for channel in range(1, 17) for number in range(7, 47)]
    assert all(guard.feed(data, 0) for data in chase)


@pytest.mark.parametrize("text", EVENTS)
def test_what_means_something_of_its_own_passes_in_any_storm(text: str) -> None:
    """Catches a note that is never heard, a dump with a hole in it."""
    guard = flooded()
    assert all(guard.feed(read(text), 0)[-1] == read(text) for _ in range(5000))


@pytest.mark.parametrize("text", VALUES)
def test_a_value_waits_in_a_storm_and_comes_to_its_turn(text: str) -> None:
    guard = flooded()
    assert guard.feed(read(text), 0) == []
    assert guard.next_deadline() == MS
    assert guard.due(MS - 1) == []
    assert guard.due(2 * MS) == [read("cc7=5 ch16"), read(text)]
    assert guard.next_deadline() is None


def test_ten_thousand_values_a_second_are_thinned_to_a_thousand_and_the_last_of_each_arrives() -> None:
    """Catches a bend that stays where it was in the middle of the storm."""
    guard, heard, time = StormGuard(), [], 0
    dice = random.Random(1)
    last: dict[int, bytes] = {}
    for number in range(50_000):
        time = number * SECOND // 10_000
        heard += guard.due(time)
        data = last[number % 16] = bytes((0xE0 | number % 16, dice.randrange(128), 64))
        heard += guard.feed(data, time)
    while (deadline := guard.next_deadline()) is not None:
        heard += guard.due(deadline)
    assert len(heard) == pytest.approx(6 * RATE, rel=0.01), "a second's worth at once, and 1000 in each"
    assert guard.thinned == 50_000 - len(heard)
    for channel in range(16):
        mine = [data for data in heard if data[0] & 0x0F == channel]
        assert mine[-1] == last[channel]
        assert len(mine) == pytest.approx(6 * RATE / 16, rel=0.02), "each has its share"


def test_a_note_takes_what_waits_on_its_channel_with_it() -> None:
    """MPE: a finger's bend stands before its note-on, however much is going on."""
    guard = flooded()
    for text in ("bend 5 ch2", "cc74=9 ch2", "bend 7 ch3"):
        assert guard.feed(read(text), 0) == []
    assert spell_all(guard.feed(read("C4 ch2"), 0)) == "bend 5 ch2, cc74=9 ch2, C4 ch2"
    assert spell_all(guard.due(SECOND)) == "cc7=5 ch16, bend 7 ch3"


def test_a_button_that_is_pushed_in_a_storm_is_pushed() -> None:
    guard = flooded()
    guard.feed(read("cc20=127"), 0)
    assert guard.feed(read("cc20=0"), 0) == [read("cc20=127")]
    assert read("cc20=0") in guard.due(SECOND)
    assert guard.thinned == 0


def test_after_the_storm_everything_passes_again() -> None:
    guard = flooded()
    guard.due(SECOND)
    assert guard.feed(read("cc1=9"), SECOND) == [read("cc1=9")]
