"""What hands and feet keep away from rest: pedals that are down, pitch wheels that are bent.

Until it is back at rest such a thing is moved everywhere it went, whatever the routes are by then; and where
two hold the same pedal down, it comes up with the last. (A pitch wheel is where it was last moved to.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_routing import message

if TYPE_CHECKING:
    from descant_routing.routes.held import Sent

WHEEL = 128  # stands beside the controllers' numbers
PEDAL_DOWN = 64
_BEND_AT_REST = message.pitch_bend(0, 0)[1:]


class Pedals:
    """By origin (source, channel, controller or ``WHEEL``): the places (sink, channel) where it went."""

    def __init__(self) -> None:
        self._away: dict[tuple[str, int, int], set[tuple[str, int]]] = {}

    def move(self, source: str, data: bytes, sent: Sent) -> Sent:
        """A pedal or wheel moves, and today's routes make ``sent`` of it: what to send."""
        what = _what(data)
        origin = source, data[0] & 0x0F, what
        gone = self._away.pop(origin, set[tuple[str, int]]())
        now = {(sink, made[0] & 0x0F): made for sink, made in sent}
        for sink, channel in sorted(gone - now.keys()):
            now[sink, channel] = bytes((data[0] & 0xF0 | channel, *data[1:]))
        if _at_rest(data):
            return [
                (place[0], made)
                for place, made in now.items()
                if what == WHEEL or not self._is_away(what, place)
            ]
        if now:
            self._away[origin] = set(now)
        return [(place[0], made) for place, made in now.items()]

    def release(self, source: str | None, channel: int | None) -> Sent:
        """What came from there goes back to rest: what to send."""
        origins = [origin for origin in self._away if source in (None, origin[0])]
        left = {
            (place, origin[2])
            for origin in origins
            if channel in (None, origin[1])
            for place in self._away.pop(origin)
        }
        return [
            (sink, _rest(what, on))
            for (sink, on), what in sorted(left)
            if not self._is_away(what, (sink, on))
        ]

    def forget(self, sink: str, channel: int | None = None) -> None:
        """Everything there is at rest by now: somebody else saw to it."""
        for origin, places in list(self._away.items()):
            left = {place for place in places if place[0] != sink or channel not in (None, place[1])}
            if left:
                self._away[origin] = left
            else:
                del self._away[origin]

    def _is_away(self, what: int, place: tuple[str, int]) -> bool:
        return any(origin[2] == what and place in places for origin, places in self._away.items())


def _what(data: bytes) -> int:
    return WHEEL if data[0] & 0xF0 == message.PITCH_BEND else data[1]


def _at_rest(data: bytes) -> bool:
    return data[1:] == _BEND_AT_REST if data[0] & 0xF0 == message.PITCH_BEND else data[2] < PEDAL_DOWN


def _rest(what: int, channel: int) -> bytes:
    return message.pitch_bend(channel, 0) if what == WHEEL else message.control_change(channel, what, 0)
