"""Events as a take has them."""

import json
from types import UnionType
from typing import Any, get_args

import pytest

from descant_daemon.effect import events
from descant_daemon.effect.events import (
    Capture,
    Close,
    DoAction,
    EngineLost,
    Mark,
    NewRig,
    Panic,
    Plugged,
    SetParameters,
    StartClock,
    Tap,
    Unasked,
    Unplugged,
)
from descant_daemon.engine.asking import Answer
from descant_daemon.tape.news import WORDS, encode_event, event_of
from descant_daemon.tape.take_line import NEWS, Cycle, decode, encode_cycle

BEGIN = 1_000

# As takes have had them since there are takes.
WRITTEN = {
    '["lost"]': EngineLost(),
    '["panic"]': Panic(),
    '["tap",-3]': Tap(997),
    '["start",5000]': StartClock(6_000),
    '["set",{"2/mode":"free","voices":3}]': SetParameters({"2/mode": "free", "voices": 3}),
    '["act","freeze"]': DoAction("freeze"),
    '["unplugged","piano"]': Unplugged("piano"),
    '["plugged","piano"]': Plugged("piano"),
    '["capture"]': Capture(),
    '["mark","bach-chorale"]': Mark("bach-chorale"),
    '["unasked",2,4294967295]': Unasked(2, 4_294_967_295),
    '["close"]': Close(),
}


@pytest.mark.parametrize(("text", "event"), WRITTEN.items())
def test_an_event_is_written_as_it_always_was_and_read_again(text: str, event: Any) -> None:
    """Catches another word, another order of fields, a time that is not from the cycle's begin."""
    assert encode_event(event, BEGIN) == text
    line = decode(encode_cycle(BEGIN, 2_000, [text], 0), 0)
    assert isinstance(line, Cycle)
    assert [event_of(item, line.begin) for item in line.items] == [event]


def test_every_event_has_a_word_and_every_word_of_a_take_an_event() -> None:
    """Catches an event that a take would leave out, or a line that nobody could play again."""
    assert {*WORDS, "answer", "rig"} == NEWS
    kinds = {kind for each in get_args(events.Event) for kind in (get_args(each) or [each])}
    assert kinds == {*WORDS.values(), Answer, NewRig}
    assert isinstance(events.Event, UnionType)
    assert {json.loads(text)[0] for text in WRITTEN} == {*WORDS}
