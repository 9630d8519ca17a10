"""What was handed over ahead of its time."""

from __future__ import annotations

from descant_routing import message
from descant_routing.ports.ahead import Ahead

ON, OFF, OTHER = message.note_on(0, 60, 100), message.note_off(0, 60), message.note_on(1, 60, 100)


def test_messages_of_a_key_keep_their_order() -> None:
    ahead = Ahead()
    assert ahead.put(50, ON).time == 50
    assert ahead.put(40, OFF).time == 50, "the end would leave before its note"
    assert ahead.put(40, OTHER).time == 40, "another channel's key waits for nothing"
    assert ahead.last == 50


def test_what_is_overtaken_is_what_has_not_left_yet() -> None:
    ahead = Ahead()
    gone, held, other = ahead.put(10, ON), ahead.put(30, OFF), ahead.put(30, OTHER)
    assert ahead.overtaken(ON, now=20) == [held]
    assert ahead.overtaken(ON, now=20) == []
    assert ahead.recent == [gone, other]
    assert ahead.overtaken(message.program_change(1, 5), now=0) == []


def test_tags_tell_messages_apart() -> None:
    ahead = Ahead()
    tags = [ahead.put(0, ON).tag for _ in range(256)]
    assert set(tags) == set(range(1, 256)), "a tag is a byte, and 0 is none"
    assert tags[-1] == tags[0]
