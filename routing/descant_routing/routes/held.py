"""Who holds what: origins (source, channel, key) that struck, and places (sink, channel, key) that sound for it.

A place that several origins hold ends with the last of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from descant_routing import message
from descant_routing.routes.route import THRU, Route

if TYPE_CHECKING:
    from collections.abc import Iterable

Origin = tuple[str, int, int]
Place = tuple[str, int, int]
Sent = list[tuple[str, bytes]]
"""Messages and the sinks that they are for."""

_PLAIN_OFF = message.note_off(0, 0)


class Passage(NamedTuple):
    """What comes from ``source`` goes to ``sink`` by ``route``; both are labels of cables."""

    source: str
    sink: str
    route: Route = THRU


class Strike(NamedTuple):
    """A note-on that has passed, or been stopped: by which passages it went, and where it sounds."""

    passages: tuple[Passage, ...]
    places: tuple[Place, ...]


class Held:
    """The strikes that have not been let go."""

    def __init__(self) -> None:
        self._strikes: dict[Origin, Strike] = {}
        self._holders: dict[Place, int] = {}  # how many strikes hold it

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._strikes)

    @property
    def places(self) -> list[Place]:
        """What sounds, ascending."""
        return sorted(self._holders)

    def strike(self, origin: Origin, strike: Strike) -> Sent:
        """``origin`` strikes: what ends by that, where it had not let go before and goes another way now.

        So a note-off that was lost is made good by the next one; one key of one keyboard is never down twice.
        """
        before = self._strikes.get(origin)
        for place in strike.places:
            self._holders[place] = self._holders.get(place, 0) + 1
        self._strikes[origin] = strike
        return [] if before is None else self._end(before.places)

    def let_go(self, origin: Origin, off: bytes) -> Sent:
        """``origin`` lets go: what ends by that, with the velocity of ``off``."""
        strike = self._strikes.pop(origin, None)
        return [] if strike is None else self._end(strike.places, off)

    def struck(self, origin: Origin) -> Strike | None:
        """By which ``origin`` is held."""
        return self._strikes.get(origin)

    def release(self, source: str | None, channel: int | None, key: int | None) -> Sent:
        """All strikes from there (None: from anywhere) are let go: what ends by that."""
        origins = [
            origin
            for origin in self._strikes
            if source in (None, origin[0]) and channel in (None, origin[1]) and key in (None, origin[2])
        ]
        ended = [place for origin in origins for place in self._strikes.pop(origin).places]
        return self._end(sorted(ended))

    def silence(self, sink: str, channel: int | None = None) -> Sent:
        """Nothing there is held any more, whoever did: what ends by that."""
        lost = {place for place in self._holders if place[0] == sink and channel in (None, place[1])}
        for origin, strike in self._strikes.items() if lost else ():
            left = tuple(place for place in strike.places if place not in lost)
            self._strikes[origin] = strike._replace(places=left)
        for place in lost:
            del self._holders[place]
        return [(sink, message.note_off(on, key)) for _, on, key in sorted(lost)]

    def former(self, source: str, channel: int, today: tuple[Passage, ...]) -> list[Passage]:
        """By which passages, beside those of ``today``, notes of that channel went that are held."""
        different = {
            id(strike.passages): strike.passages
            for (origin, on, _), strike in self._strikes.items()
            if origin == source and on == channel and strike.passages is not today
        }
        return [passage for several in different.values() for passage in several]

    def _end(self, places: Iterable[Place], off: bytes = _PLAIN_OFF) -> Sent:
        """One strike less for each of ``places``; those that nobody holds end."""
        sent: Sent = []
        for place in places:
            holders = self._holders[place] - 1
            if holders:
                self._holders[place] = holders
            else:
                del self._holders[place]
                sink, channel, key = place
                sent.append((sink, bytes((off[0] & 0xF0 | channel, key, off[2]))))
        return sent
