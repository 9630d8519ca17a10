"""A piece of a track: what sounds where it begins begins there, what sounds where it ends ends there."""

from __future__ import annotations

from collections.abc import Iterable

from descant_routing import message

PEDAL_DOWN = 64
GRAZE = 1 / 16  # of a quarter: a note that ends so soon after the cut is the end of something else
PARTS_OF_OTHERS = frozenset({6, 38, *range(96, 102)})  # data entry and (N)RPN: nothing by themselves
Event = tuple[int, bytes]
"""(where, message)"""


class Receiver:
    """What somebody knows who has heard these messages."""

    def __init__(self) -> None:
        self.sounding: dict[tuple[int, int], bytes] = {}
        """(channel, key) → its note-on."""
        self._set: dict[tuple[int, int, int], bytes] = {}  # (channel, kind, number) → the last of these

    def hear(self, data: bytes) -> list[bytes]:
        """What is to be written for a message: every note-on has one note-off."""
        if data[0] >= message.SYSEX:
            return [data]
        channel, kind = message.channel(data), data[0] & 0xF0
        if message.is_note_on(data):
            again = (channel, data[1]) in self.sounding
            self.sounding[channel, data[1]] = data
            return [message.note_off(channel, data[1]), data] if again else [data]
        if message.is_note_off(data):
            return [data] if self.sounding.pop((channel, data[1]), None) else []
        if kind == message.CONTROL_CHANGE and data[1] == message.RESET_CONTROLLERS:
            gone = [place for place in self._set if place[:2] == (channel, kind)]
            for place in gone:
                del self._set[place]
        elif kind != message.CONTROL_CHANGE:
            self._set[channel, kind, data[1] if kind == message.POLY_PRESSURE else 0] = data
        elif data[1] < message.ALL_SOUND_OFF and data[1] not in PARTS_OF_OTHERS:
            self._set[channel, kind, data[1]] = data
        return [data]

    def settings(self) -> list[bytes]:
        """Controllers, banks before programs, and the rest as they stand."""
        return [self._set[place] for place in sorted(self._set) if place[1] != message.POLY_PRESSURE]

    def ends(self) -> list[bytes]:
        """Notes end, pedals come up."""
        offs = [message.note_off(channel, key) for channel, key in sorted(self.sounding)]
        pedals = [data for data in self.settings() if message.is_control_change(data)]
        return offs + [
            message.control_change(message.channel(data), data[1], 0)
            for data in pedals
            if data[1] in message.PEDALS and data[2] >= PEDAL_DOWN
        ]


def cut(events: Iterable[Event], begin: int, end: int, quarter: int) -> list[Event]:
    """The events from ``begin`` to before ``end``, counted from ``begin``; in their order, at ``quarter`` a quarter."""
    state = Receiver()
    before: list[Event] = []
    inside: list[Event] = []
    now = 0
    for at, data in events:
        now = max(now, at)  # none is written before another that came first
        entered = now > begin or (now == begin and not message.is_note_off(data))
        if now < end:
            (inside if entered or inside else before).append((now, data))
    for _, data in before:
        state.hear(data)
    for place in _grazed(state.sounding, inside, begin + int(GRAZE * quarter)):
        del state.sounding[place]
    out = [(0, data) for data in [*state.settings(), *state.sounding.values()]]
    out += [(at - begin, written) for at, data in inside for written in state.hear(data)]
    return out + [(max(end - begin, 0), data) for data in state.ends()]


def _grazed(sounding: Iterable[tuple[int, int]], events: Iterable[Event], until: int) -> set[tuple[int, int]]:
    """Those of what sounds that end before ``until``."""
    ended = {
        (message.channel(data), data[1]) for at, data in events if at < until and message.is_note_off(data)
    }
    return ended & set(sounding)
