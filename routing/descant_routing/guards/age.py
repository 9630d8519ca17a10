"""Note-offs that never come: some keyboards send none, some cables lose them. A note is held only so long."""

from __future__ import annotations

from typing import NamedTuple

from descant_routing import message

PEDAL_DOWN = 64


class _Key(NamedTuple):
    since: int  # its last strike, ns
    down: bool  # else a pedal alone holds it


class AgeLimit:
    """One for each input; what a pedal sustains counts as held."""

    def __init__(self, limit: int | None) -> None:
        """``limit``: the longest that a note may be held, ns; None: for ever."""
        self._limit = limit
        self._keys: dict[tuple[int, int], _Key] = {}  # by (channel, key), the longest held first
        self._pedals: set[tuple[int, int]] = set()  # (channel, controller) that are down

    def feed(self, data: bytes, now: int) -> None:
        """A whole message has arrived at ``now`` ns."""
        if self._limit is None:
            return
        place = data[0] & 0x0F, data[1] if len(data) > 1 else 0
        if message.is_note_on(data):
            self._keys.pop(place, None)
            self._keys[place] = _Key(now, True)
        elif message.is_note_off(data):
            self._let_go(place)
        elif message.is_control_change(data):
            self._control(*place, data[2])
        elif data[0] == message.SYSTEM_RESET:
            self._keys.clear()
            self._pedals.clear()

    def due(self, now: int) -> list[bytes]:
        """The messages that must have been lost, to be taken as if they came now: note-offs, pedals coming up.

        They are counted here; do not feed them again.
        """
        lost: list[bytes] = []
        while (deadline := self.next_deadline()) is not None and deadline <= now:
            (channel, key), (_, down) = next(iter(self._keys.items()))
            del self._keys[channel, key]
            if down:
                lost.append(message.note_off(channel, key))
            for pedal in sorted(pedal for pedal in self._pedals if pedal[0] == channel):
                lost.append(message.control_change(*pedal, 0))
                self._pedal_up(*pedal)
        return lost

    def next_deadline(self) -> int | None:
        """When ``due`` next has something to say."""
        if self._limit is None or not self._keys:
            return None
        return next(iter(self._keys.values())).since + self._limit

    def _let_go(self, place: tuple[int, int]) -> None:
        held = self._keys.get(place)
        if held is None:
            return
        if self._is_sustained(place[0]):
            self._keys[place] = held._replace(down=False)
        else:
            del self._keys[place]

    def _control(self, channel: int, controller: int, value: int) -> None:
        if controller in message.PEDALS and value >= PEDAL_DOWN:
            self._pedals.add((channel, controller))
        elif controller in message.PEDALS:
            self._pedal_up(channel, controller)
        elif controller == message.RESET_CONTROLLERS:
            for pedal in message.PEDALS:
                self._pedal_up(channel, pedal)
        elif controller in message.NOTE_ENDING_CONTROLLERS:
            self._keys = {place: key for place, key in self._keys.items() if place[0] != channel}

    def _pedal_up(self, channel: int, controller: int) -> None:
        self._pedals.discard((channel, controller))
        if not self._is_sustained(channel):
            self._keys = {place: key for place, key in self._keys.items() if key.down or place[0] != channel}

    def _is_sustained(self, channel: int) -> bool:
        return any(pedal[0] == channel for pedal in self._pedals)
