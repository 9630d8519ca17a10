"""A loop: what was sent comes back, because a DAW or a cable leads an output into an input.

An echo is what arrives within 5 ms after the very same was sent. One may be chance. A loop is when the last things
that were sent on a channel have all come back, one for one: three note-ons, or more of other messages, since a
controller that trembles repeats itself. Then echoes go no further; and where notes come back, nothing is to be
generated, or Descant would answer itself.
"""

from __future__ import annotations

from collections import deque

from descant_routing import message

WINDOW = 5_000_000  # ns within which an echo is back
QUIET = 1_000_000_000
"""ns without an echo after which a loop is thought to be gone. Who has pulled the cable hears Descant within a second;

where nobody has, three notes a second come back, which is no flood.
"""
NOTES_NEEDED = 3
OTHERS_NEEDED = 16
MOST_REMEMBERED = 512  # of what was sent in a window; far more than fits on a DIN cable

_NO_CHANNEL = 16  # stands for one with system exclusive
_Way = tuple[str, int, bool]  # sink, channel, whether notes


class FeedbackGuard:
    """One for each input; tell it of everything that leaves by any sink, and ask it about all that arrives.

    ``window`` in ns.
    """

    def __init__(self, window: int = WINDOW) -> None:
        self.loops = 0
        """How often a loop has been found."""
        self._window = window
        self._sent: deque[tuple[int, _Way, bytes]] = deque(maxlen=MOST_REMEMBERED)
        self._run: dict[_Way, int] = {}  # how many of the last that were sent came back, all of them
        self._passed: list[tuple[int, int]] = []  # (channel, key) of echoes that were let through
        self._looping: dict[_Way, int] = {}  # → when the last echo came

    @property
    def muted(self) -> bool:
        """Generated notes come back: generate no note-ons. Note-offs are always to be sent."""
        return any(notes for _, _, notes in self._looping)

    @property
    def looping(self) -> list[str]:
        """The sinks of which something comes back, for the musician to read."""
        return sorted({sink for sink, _, _ in self._looping})

    def sent(self, sink: str, data: bytes, now: int) -> None:
        """A message leaves, at ``now`` ns."""
        if data[0] > message.SYSEX:
            return
        self._expire(now)
        self._sent.append((now, _way(sink, data), _alike(data)))

    def hears(self, data: bytes, now: int) -> list[bytes]:
        """A whole message has arrived: what to go on with.

        That is the message itself, or nothing, as it is an echo in a loop; when a loop is found, the note-offs
        of the echoes that were let through before anybody could know.
        """
        if data[0] > message.SYSEX:
            return [data]
        self._expire(now)
        alike = _alike(data)
        for index, (time, way, sent) in enumerate(self._sent):
            if sent == alike and time <= now <= time + self._window:
                in_turn = not self._owes(way, index)
                del self._sent[index]
                if in_turn or way in self._looping:
                    return self._echo(way, data, now)
                self._run.pop(way, None)  # two tracks that play the same, not a loop
                break
        return self._pass(data)

    def advance(self, now: int) -> None:
        """It is ``now``: loops that have been quiet are gone."""
        self._expire(now)
        if self._looping:
            self._looping = {way: last for way, last in self._looping.items() if now < last + QUIET}

    def next_deadline(self) -> int | None:
        """When ``advance`` next has something to do."""
        return min(self._looping.values()) + QUIET if self._looping else None

    def _echo(self, way: _Way, data: bytes, now: int) -> list[bytes]:
        if way in self._looping:
            self._looping[way] = now
            return []
        if message.is_note_off(data):  # counts for nothing: on its way a DAW may change its velocity
            return self._pass(data)
        run = self._run[way] = self._run.get(way, 0) + 1
        if run < (NOTES_NEEDED if way[2] else OTHERS_NEEDED):
            if way[2]:
                self._passed.append((way[1], data[1]))
            return [data]
        self.loops += 1
        self._looping[way] = now
        del self._run[way]
        offs = [message.note_off(channel, key) for channel, key in self._passed if channel == way[1]]
        self._passed = [place for place in self._passed if place[0] != way[1]]
        return offs if way[2] else []

    def _owes(self, way: _Way, index: int) -> bool:
        """Whether something that left that way before has not come back: a loop brings everything in its turn."""
        return any(
            at == way and sent[0] & 0xF0 != message.NOTE_OFF
            for at, sent in ((self._sent[each][1], self._sent[each][2]) for each in range(index))
        )

    def _pass(self, data: bytes) -> list[bytes]:
        if (
            self._passed
            and message.is_note_off(data)
            and (place := (data[0] & 0x0F, data[1])) in self._passed
        ):
            self._passed.remove(place)
        return [data]

    def _expire(self, now: int) -> None:
        """What was sent too long ago has not come back: so there is no loop."""
        while self._sent and self._sent[0][0] + self._window < now:
            _, way, alike = self._sent.popleft()
            if alike[0] & 0xF0 != message.NOTE_OFF and self._run.pop(way, 0) and way[2]:
                self._passed = [place for place in self._passed if place[0] != way[1]]


def _alike(data: bytes) -> bytes:
    """The same for all note-offs of a key, with whatever velocity and status: (status, key); else the message."""
    return bytes((message.NOTE_OFF | data[0] & 0x0F, data[1])) if message.is_note_off(data) else data


def _way(sink: str, data: bytes) -> _Way:
    if data[0] == message.SYSEX:
        return sink, _NO_CHANNEL, False
    return sink, data[0] & 0x0F, data[0] < message.POLY_PRESSURE
