"""A line of a take: one cycle of io in which something happened, as a value and as text.

``[begin, length, ITEM...]``: ns from the take's origin, ns, and what happened, in the order of ``KINDS``'s groups.
A line says everything of its cycle, so a file that breaks off has whole cycles up to its last whole line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from descant_routing.timed import MAIN, Timed

Item = Sequence[Any]
"""Its kind, then the fields that ``KINDS`` gives it."""


class Kind(NamedTuple):
    """Types of an item's fields; ``more`` are all there or none is."""

    fields: tuple[type, ...] = ()
    more: tuple[type, ...] = ()


KINDS: dict[str, Kind] = {
    # News: what io was told from inside, before anything arrived, and what it did. A time is ns from the begin.
    "answer": Kind((int, int)),  # of the engine: instance, serial
    "lost": Kind(),  # the engine
    "panic": Kind(),
    "tap": Kind((int,)),  # time
    "start": Kind((int,)),  # our own clock is to start: time
    "set": Kind((dict,)),  # parameters
    "act": Kind((str,)),  # an action of the table
    "unplugged": Kind((str,)),  # a cable: its label
    "plugged": Kind((str,)),
    "rig": Kind((dict,)),  # another one, see ``rig_facts``
    "capture": Kind(),
    "mark": Kind((str,)),  # words for the listener, such as the name of a preset
    "unasked": Kind((int, int)),  # a question that could not be put to the engine: instance, serial
    "close": Kind(),  # the last cycle: every note ended
    # What the clock's source said: the how-manieth time it was asked in this cycle, runs; tick, time, ns a tick.
    "sample": Kind((int, bool), (int, float, float)),
    "bar": Kind(
        (int,), (int, int, str)
    ),  # that the song is in, when another: as above; tick, number from 0, metre
    # What arrived and what left: time, hexadecimal bytes; by which cable, unless there is only one.
    "in": Kind((int, str), (str,)),
    "out": Kind((int, str), (str,)),
    # What came of it.
    "metre": Kind((str,)),
    "song": Kind((int, int)),  # it begins, or jumps: time, tick
    "beat": Kind((int, int, int, int)),  # time, tick, bar, beat
    "stop": Kind(),  # the song stands
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
    try:
        read = json.loads(line)
    except ValueError:
        raise ValueError("it is not JSON") from None
    match read:
        case ["hole", int(lines)]:
            return Hole(lines)
        case [int(begin), int(length), *items]:
            begin += origin
            return Cycle(begin, begin + length, tuple(_checked(item) for item in items))
        case _:
            raise ValueError("it is no cycle")


def _checked(item: Any) -> Item:
    match item:
        case [str(kind), *fields] if kind in KINDS:
            pass
        case _:
            raise ValueError(f"{json.dumps(item)[:60]} is nothing that happens")
    wanted, more = KINDS[kind]
    types = tuple(type(field) for field in fields)
    if types not in (wanted, wanted + more):
        raise ValueError(f"{json.dumps(item)[:60]} has not the fields of its kind")
    if kind in ("in", "out"):
        try:
            bytes.fromhex(fields[1])
        except ValueError:
            raise ValueError(f"{fields[1][:60]!r} is not hexadecimal") from None
    return tuple(item)
