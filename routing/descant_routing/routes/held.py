"""Who holds what: origins (source, channel, key) that struck, and places (sink, channel, key) that sound for it.

An origin that strikes twice before it lets go holds twice; a place that several strikes hold ends with the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from descant_routing import message
from descant_routing.routes.route import THRU, Route

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Origin = tuple[str, int, int]
Place = tuple[str, int, int]
Sent = list[tuple[str, bytes]]
"""Messages and the sinks that they are for."""

MOST_STRIKES = 16
"""Of one origin at once: a keyboard that sends no note-offs must not fill the memory. The oldest ends first."""

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
        """None."""
        self._strikes: dict[Origin, list[Strike]] = {}  # oldest first
        self._holders: dict[Place, int] = {}  # how many strikes hold it

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._strikes)

    @property
    def places(self) -> list[Place]:
        """What sounds, ascending."""
        return sorted(self._holders)

    def strike(self, origin: Origin, strike: Strike) -> Sent:
        """``origin`` strikes: what ends by that.

        One that was stopped everywhere counts, too: its note-off must not end another.
        """
        for place in strike.places:
            self._holders[place] = self._holders.get(place, 0) + 1
        strikes = self._strikes.setdefault(origin, [])
        strikes.append(strike)
        return self._end(strikes.pop(0).places) if len(strikes) > MOST_STRIKES else []

    def let_go(self, origin: Origin, off: bytes) -> Sent:
        """``origin`` lets go its oldest strike: what ends by that, with the velocity of ``off``."""
        strikes = self._strikes.get(origin)
        if strikes is None:
            return []
        strike = strikes.pop(0)
        if not strikes:
            del self._strikes[origin]
        return self._end(strike.places, off)

    def strikes(self, origin: Origin) -> Sequence[Strike]:
        """Those of ``origin``, oldest first."""
        return self._strikes.get(origin, ())

    def release(self, source: str | None, channel: int | None, key: int | None) -> Sent:
        """All strikes from there (None: from anywhere) are let go: what ends by that."""
        origins = [
            origin
            for origin in self._strikes
            if source in (None, origin[0]) and channel in (None, origin[1]) and key in (None, origin[2])
        ]
        ended = [
            place for origin in origins for strike in self._strikes.pop(origin) for place in strike.places
        ]
        return self._end(sorted(ended))

    def silence(self, sink: str, channel: int | None = None) -> Sent:
        """Nothing there is held any more, whoever did: what ends by that."""
        lost = {place for place in self._holders if place[0] == sink and channel in (None, place[1])}
        for strikes in self._strikes.values() if lost else ():
            for number, strike in enumerate(strikes):
                left = tuple(place for place in strike.places if place not in lost)
                strikes[number] = strike._replace(places=left)
        for place in lost:
            del self._holders[place]
        return [(sink, message.note_off(on, key)) for _, on, key in sorted(lost)]

    def former(self, source: str, channel: int, today: tuple[Passage, ...]) -> list[Passage]:
        """By which passages, beside those of ``today``, notes of that channel went that are held."""
        different = {
            id(strike.passages): strike.passages
            for (origin, on, _), strikes in self._strikes.items()
            if origin == source and on == channel
            for strike in strikes
            if strike.passages is not today
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
