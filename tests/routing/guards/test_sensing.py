"""Active sensing: who has promised to be heard every 300 ms."""

from __future__ import annotations

from tests.routing.routes.spelling import read

from descant_routing.guards.sensing import TIMEOUT, SensingWatch

MS = 1_000_000


def test_a_keyboard_that_never_sent_it_may_be_silent_for_ever() -> None:
    watch = SensingWatch()
    watch.feed(read("C4"), 0)
    assert watch.next_deadline() is None
    assert not watch.due(10**18)


def test_300_ms_and_a_tenth_after_the_last_word_the_cable_is_dead_and_that_is_said_once() -> None:
    watch = SensingWatch()
    watch.feed(read("sensing"), 0)
    watch.feed(read("C4"), 200 * MS)
    assert TIMEOUT == 330 * MS
    assert watch.next_deadline() == 530 * MS
    assert not watch.due(530 * MS - 1)
    assert watch.due(530 * MS)
    assert not watch.due(2000 * MS)
    assert watch.next_deadline() is None


def test_every_message_is_a_sign_of_life() -> None:
    watch = SensingWatch()
    watch.feed(read("sensing"), 0)
    for number, text in enumerate(("clock", "C4", "sysex", "sensing", "bend 5"), 1):
        watch.feed(read(text), number * 300 * MS)
        assert not watch.due(number * 300 * MS + 299 * MS)


def test_after_that_nothing_is_expected_until_it_is_promised_again() -> None:
    watch = SensingWatch()
    watch.feed(read("sensing"), 0)
    assert watch.due(400 * MS)
    watch.feed(read("C4"), 500 * MS)
    assert not watch.due(5000 * MS)
    watch.feed(read("sensing"), 6000 * MS)
    assert watch.due(6400 * MS)
