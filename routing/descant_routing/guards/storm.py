"""A storm: more values come in than anybody hears. Of a bend, a pressure, a controller only the latest counts.

Beyond 1000 values a second one waits for its turn, and gives way to a later one of its own kind. Notes, pedals, program
changes, system exclusive and everything else in which each message means something of its own always pass at once: a
flood of notes is the business of ``feedback``.
"""

from __future__ import annotations

from descant_routing import message

RATE = 1000  # values a second; a DIN cable carries as many messages
SECOND = 1_000_000_000
MIDDLE = 64
# Controllers of which each message counts: bank select, data entry and what it is for, pedals and switches, portamento
# control and high resolution velocity, which belong to the next note, and channel mode.
_EVENTS = frozenset({0, 6, 32, 38, *range(64, 70), 84, 88, *range(96, 102), *range(120, 128)})

_Kind = tuple[int, int]  # status, and controller or key


class StormGuard:
    """One for each input: a bucket that holds a second's worth, as a DAW may send it at once when it starts.

    What waits for its turn passes in any case before the next note of its channel, as MPE wants it.

    ``rate``: values a second.
    """

    def __init__(self, rate: int = RATE) -> None:
        self.thinned = 0
        """How many values have given way to later ones."""
        self._gap = SECOND // rate
        self._paid_until = 0  # ns; so far ahead of now as the bucket has been emptied
        self._waiting: dict[_Kind, bytes] = {}  # by turn

    def feed(self, data: bytes, now: int) -> list[bytes]:
        """A whole message arrives at ``now`` ns: what may go on, in this order."""
        kind = _kind(data)
        if kind is None:
            return [*self._of(data[0] & 0x0F), data] if message.is_note_on(data) else [data]
        if self._has_room(now):
            self._waiting.pop(kind, None)
            self._pay(now)
            return [data]
        before = self._waiting.get(kind)
        self._waiting[kind] = data
        if before is None:
            return []
        if _is_switched(before, data):
            return [before]
        self.thinned += 1
        return []

    def due(self, now: int) -> list[bytes]:
        """The values whose turn has come."""
        out: list[bytes] = []
        while self._waiting and self._has_room(now):
            kind = next(iter(self._waiting))
            out.append(self._waiting.pop(kind))
            self._pay(now)
        return out

    def next_deadline(self) -> int | None:
        """When ``due`` next has something to say."""
        return self._paid_until + self._gap - SECOND if self._waiting else None

    def _has_room(self, now: int) -> bool:
        return max(self._paid_until, now) + self._gap <= now + SECOND

    def _pay(self, now: int) -> None:
        self._paid_until = max(self._paid_until, now) + self._gap

    def _of(self, channel: int) -> list[bytes]:
        """What waits on a channel waits no longer."""
        kinds = [kind for kind in self._waiting if kind[0] & 0x0F == channel]
        return [self._waiting.pop(kind) for kind in kinds]


def _kind(data: bytes) -> _Kind | None:
    """Which value a message is one of; None where it is none."""
    match data[0] & 0xF0:
        case message.PITCH_BEND | message.CHANNEL_PRESSURE:
            return data[0], 0
        case message.POLY_PRESSURE:
            return data[0], data[1]
        case message.CONTROL_CHANGE if data[1] not in _EVENTS:
            return data[0], data[1]
        case _:
            return None


def _is_switched(before: bytes, after: bytes) -> bool:
    """Whether a controller passes its middle: it may be a button, of which each push counts."""
    return message.is_control_change(after) and (before[2] < MIDDLE) != (after[2] < MIDDLE)
