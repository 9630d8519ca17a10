"""Note-offs that never come: some keyboards send none, some cables lose them. A note is held only so long."""

from __future__ import annotations

from descant_routing import message
from descant_routing.dampers import Dampers


class AgeLimit:
    """One for each input; what a pedal keeps up counts as held.

    ``limit``: the longest that a note may be held, ns; None: for ever.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._struck: dict[tuple[int, int], int] = {}  # (channel, key) → when, ns; the longest held first
        self._dampers = Dampers()

    def feed(self, data: bytes, now: int) -> None:
        """A whole message has arrived at ``now`` ns."""
        if self._limit is None:
            return
        place = data[0] & 0x0F, data[1] if len(data) > 1 else 0
        if message.is_note_on(data):
            self._struck.pop(place, None)
            self._struck[place] = now
            self._dampers.press(place)
        elif message.is_note_off(data):
            if place in self._struck and self._dampers.lift(place):
                del self._struck[place]
        elif message.is_control_change(data):
            self._control(*place, data[2])
        elif data[0] == message.SYSTEM_RESET:
            self._struck.clear()
            self._dampers = Dampers()

    def due(self, now: int) -> list[bytes]:
        """The messages that must have been lost, to be taken as if they came now: note-offs, pedals coming up.

        They are counted here; do not feed them again.
        """
        lost: list[bytes] = []
        while (deadline := self.next_deadline()) is not None and deadline <= now:
            channel, key = next(iter(self._struck))
            if (channel, key) in self._dampers.fingers:
                lost.append(message.note_off(channel, key))
            self._end((channel, key))
            for pedal in sorted(pedal for pedal in self._dampers.down if pedal[0] == channel):
                lost.append(message.control_change(*pedal, 0))
                self._control(*pedal, 0)
        return lost

    def next_deadline(self) -> int | None:
        """When ``due`` next has something to say."""
        if self._limit is None or not self._struck:
            return None
        return next(iter(self._struck.values())) + self._limit

    def _control(self, channel: int, controller: int, value: int) -> None:
        if controller in message.NOTE_ENDING_CONTROLLERS:
            for place in [place for place in self._struck if place[0] == channel]:
                self._end(place)
        else:
            for place in self._dampers.move(channel, controller, value):
                self._struck.pop(place, None)

    def _end(self, place: tuple[int, int]) -> None:
        del self._struck[place]
        self._dampers.forget(place)
