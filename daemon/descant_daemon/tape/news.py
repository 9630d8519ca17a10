"""Events as a take has them: an event is an item of its cycle's line, and is made from it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from descant_daemon.effect.events import (
    Capture,
    Close,
    DoAction,
    EngineLost,
    Event,
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
from descant_daemon.tape.header import read_rig
from descant_daemon.tape.take_line import Item, encode_item

WORDS: Mapping[str, type[Any]] = {
    "lost": EngineLost,
    "panic": Panic,
    "tap": Tap,
    "start": StartClock,
    "set": SetParameters,
    "act": DoAction,
    "unplugged": Unplugged,
    "plugged": Plugged,
    "capture": Capture,
    "mark": Mark,
    "unasked": Unasked,
    "close": Close,
}
"""Whose fields are those of the item, in order; times are ns from the cycle's begin there. The rest is made below."""
_WORD_OF = {kind: word for word, kind in WORDS.items()}


def encode_event(event: Event, begin: int) -> str:
    """As it stands in the line of a cycle that begins at ``begin``."""
    match event:
        case Answer():
            return f'["answer",{event.instance},{event.serial}]'
        case NewRig():
            return event.text
        case Tap(at) | StartClock(at):
            return encode_item((_WORD_OF[type(event)], at - begin))
        case SetParameters(values):
            return encode_item(("set", values))
        case _:
            return encode_item((_WORD_OF[type(event)], *astuple(event)))


def event_of(item: Item, begin: int) -> Event:
    """Back from an item, which has been checked, of a cycle that begins at ``begin``; an answer is the engine's to say.

    Raises UsageError for a rig that cannot be.
    """
    word, *fields = item
    if word == "rig":
        return NewRig(read_rig(fields[0]), encode_item(item))
    kind = WORDS[word]
    event: Event = kind(begin + fields[0]) if kind in (Tap, StartClock) else kind(*fields)
    return event
