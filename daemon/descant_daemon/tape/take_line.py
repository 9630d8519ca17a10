"""A line of a take: one cycle of io in which something happened, as a value and as text.

``[begin, length, ITEM...]``: ns from the take's origin, ns, and what happened, in the order of ``KINDS``'s groups.
A line says everything of its cycle, so a file that breaks off has whole cycles up to its last whole line.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.metre import Metre
from descant_routing.timed import MAIN, Timed
from descant_routing.wording import shown

Item = Sequence[Any]
"""Its kind, then the fields that ``KINDS`` gives it."""


_HEXADECIMAL = re.compile("(?:[0-9a-f]{2})*")


class ItemField(NamedTuple):
    """What stands in a place of an item: its type, and a number's least and most, or what a text may be."""

    type: type
    low: float = -math.inf
    high: float = math.inf
    fits: Callable[[Any], bool] = lambda _: True

    def holds(self, value: Any) -> bool:
        """Whether ``value`` may stand here; true and false are no numbers."""
        if type(value) is not self.type:
            return False
        return self.fits(value) and (not isinstance(value, (int, float)) or self.low <= value <= self.high)


class ItemKind(NamedTuple):
    """An item's fields; ``more`` are all there or none is."""

    fields: tuple[ItemField, ...] = ()
    more: tuple[ItemField, ...] = ()


LONGEST = 10 * 366 * 86_400 * 1_000_000_000  # ns: ten years; no session is longer
TIME = ItemField(int, -LONGEST, LONGEST)
TICK = ItemField(int, -(2**53), 2**53)
NUMBER = ItemField(int, 0, 2**63 - 1)
INSTANCE = ItemField(int, 0, 127)
MOST_WORDS = 10_000


def _are_words(text: str) -> bool:
    return len(text) <= MOST_WORDS and _is_text(text)


def _is_metre(text: str) -> bool:
    return Metre.parse(text) is not None


def _is_hexadecimal(text: str) -> bool:
    return _HEXADECIMAL.fullmatch(text) is not None


WORDS, METRE, BYTES = (ItemField(str, fits=fits) for fits in (_are_words, _is_metre, _is_hexadecimal))
_NAME = re.compile("(?:[0-9]{1,3}/)?[a-z_]{1,40}")


def _is_text(text: str) -> bool:
    """No half of a pair, which no file could be written with."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def _are_parameters(values: dict[str, Any]) -> bool:
    """Names, of all instances or of one, and what a parameter can be."""
    return all(
        _NAME.fullmatch(name) and (WORDS.holds(value) or isinstance(value, (bool, int, float)))
        for name, value in values.items()
    )


KINDS: dict[str, ItemKind] = {
    # News: what io was told from inside, before anything arrived, and what it did. A time is ns from the begin.
    "answer": ItemKind((INSTANCE, NUMBER)),  # of the engine: instance, serial
    "lost": ItemKind(),  # the engine
    "panic": ItemKind(),
    "tap": ItemKind((TIME,)),
    "start": ItemKind((TIME,)),  # Descant's own clock is to start
    "set": ItemKind((ItemField(dict, fits=_are_parameters),)),
    "act": ItemKind((ItemField(str, fits=ACTIONS.__contains__),)),
    "unplugged": ItemKind((WORDS,)),  # a cable: its label
    "plugged": ItemKind((WORDS,)),
    "rig": ItemKind((ItemField(dict),)),  # another one, see ``header``
    "capture": ItemKind(),
    "mark": ItemKind((WORDS,)),  # for the listener, such as the name of a preset
    "unasked": ItemKind(
        (INSTANCE, NUMBER)
    ),  # a question that could not be put to the engine: instance, serial
    "close": ItemKind(),  # the last cycle: every note ended
    # What the clock's source said: the how-manieth time it was asked in this cycle, runs; tick, time, ns a tick.
    "sample": ItemKind(
        (NUMBER, ItemField(bool)),
        (TICK, ItemField(float, -(2.0**62), 2.0**62), ItemField(float, 1e3, 1e12)),
    ),
    # That the song is in a bar, when it is another: as above; the tick where it begins, its number from 0, metre.
    "bar": ItemKind((NUMBER,), (TICK, TICK, METRE)),
    # What arrived and what left: time, bytes; by which cable, unless there is only one.
    "in": ItemKind((TIME, BYTES), (WORDS,)),
    "out": ItemKind((TIME, BYTES), (WORDS,)),
    # What came of it.
    "metre": ItemKind((METRE,)),
    "song": ItemKind((TIME, TICK)),  # it begins, or jumps
    "beat": ItemKind((TIME, TICK, TICK, TICK)),  # time, tick, bar, beat
    "stop": ItemKind(),  # the song stands
}
NEWS = frozenset(list(KINDS)[: list(KINDS).index("sample")])
"""What a line begins with."""


class Cycle(NamedTuple):
    """From ``begin`` to ``until``, ns on the back-end's axis."""

    begin: int
    until: int
    items: tuple[Item, ...]

    def of(self, kind: str) -> Iterator[Item]:
        """The items of a kind, in order."""
        return (item for item in self.items if item[0] == kind)

    def messages(self, kind: str) -> list[Timed]:
        """What arrived (``in``) or left (``out``)."""
        return [
            Timed(self.begin + item[1], bytes.fromhex(item[2]), item[3] if len(item) > 3 else MAIN)
            for item in self.of(kind)
        ]


class Hole(NamedTuple):
    """So many lines could not be kept here."""

    lines: int


def encode_item(item: Item) -> str:
    """As it stands in its line."""
    return json.dumps(item, separators=(",", ":"), ensure_ascii=False)


def encode_message(kind: str, begin: int, timed: Timed) -> str:
    """The item of a message; by hand, because there are so many."""
    time, data, port = timed
    if port == MAIN:
        return f'["{kind}",{time - begin},"{data.hex()}"]'
    return encode_item((kind, time - begin, data.hex(), port))


def encode_cycle(begin: int, until: int, items: Sequence[str], origin: int) -> bytes:
    """The line, its end included; ``items`` are encoded already."""
    return f"[{','.join((str(begin - origin), str(until - begin), *items))}]\n".encode()


def encode_hole(hole: Hole) -> bytes:
    """The line, its end included."""
    return f'["hole",{hole.lines}]\n'.encode()


def decode(line: bytes, origin: int) -> Cycle | Hole:
    """Back from ``encode_cycle`` and ``encode_hole``. Raises ValueError with what is wrong."""
    match from_json(line):
        case ["hole", int(lines)] if NUMBER.holds(lines):
            return Hole(lines)
        case [int(begin), int(length), *items] if TIME.holds(begin) and TIME.holds(length) and length >= 0:
            begin += origin
            return Cycle(begin, begin + length, tuple(_checked(item) for item in items))
        case _:
            raise ValueError("it is no cycle")


def from_json(line: bytes) -> Any:
    """A value as JSON has it, without NaN and infinity. Raises ValueError."""
    try:
        return json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None


def _no_number(word: str) -> float:
    raise ValueError(word)


def _checked(item: Any) -> Item:
    match item:
        case [str(kind), *fields] if kind in KINDS:
            pass
        case _:
            raise ValueError(f"{_told(item)} is nothing that happens")
    wanted, more = KINDS[kind]
    if len(fields) > len(wanted):
        wanted += more
    if len(fields) != len(wanted) or not all(
        each.holds(field) for each, field in zip(wanted, fields, strict=True)
    ):
        raise ValueError(f"{_told(item)} has not the fields of its kind")
    return tuple(item)


def _told(item: Any) -> str:
    try:
        return json.dumps(item)[:60]
    except RecursionError:
        return shown(item)
