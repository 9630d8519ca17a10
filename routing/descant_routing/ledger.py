"""The ledger of sounding notes of one output port: every note-on that leaves has exactly one note-off.

Several owners share the port: the player, whose notes pass through, and the instances that generate notes.
A (channel, key) sounds while at least one of them holds it. On the wire note-on and note-off of a (channel,
key) strictly alternate: a strike of what sounds already is sent as off, on; a release while another owner
still holds is not sent. Nothing here knows time: the messages returned are to be sent at once, in order.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from descant_routing import message

if TYPE_CHECKING:
    from collections.abc import Iterable


class Owner(IntEnum):
    """Who holds a note; the values are bits, so that one number says who holds it."""

    DRY = 1
    GENERATED = 2
    """By the first instance; see ``generated`` for the others."""


def generated(instance: int) -> int:
    """The owner's bit of an instance, counted from 0."""
    return Owner.GENERATED << instance


_NOTE_OFFS = tuple(message.note_off(place >> 7, place & 0x7F) for place in range(16 * 128))


class Ledger:
    """Pass everything that leaves by one port through one of these."""

    def __init__(self) -> None:
        self.torn = 0
        """How many incomplete messages ``pass_dry`` has refused."""
        # A place is channel·128 + key (or controller).
        self._holders: dict[int, int] = {}  # place → owners' bits; only what sounds
        self._pedals: set[int] = set()  # places of the pedals that are down
        self._used: set[int] = set()  # channels on which a note has left

    @property
    def sounding(self) -> list[tuple[int, int]]:
        """What sounds on the wire: (channel, key), ascending."""
        return [(place >> 7, place & 0x7F) for place in sorted(self._holders)]

    def held_by(self, owner: int) -> list[tuple[int, int]]:
        """What ``owner`` holds: (channel, key), ascending."""
        return [(place >> 7, place & 0x7F) for place in sorted(self._holders) if self._holders[place] & owner]

    def strike(self, owner: int, channel: int, key: int, velocity: int) -> list[bytes]:
        """A note of ``owner`` begins; if the key sounds already, it is struck again.

        Raises ValueError outside MIDI's ranges (channel 0 to 15, key 0 to 127, velocity 1 to 127).
        """
        return self._strike(owner, channel << 7 | key, message.note_on(channel, key, velocity))

    def release(self, owner: int, channel: int, key: int) -> list[bytes]:
        """A note of ``owner`` ends; nothing is sent if it held none, or if another owner holds on."""
        place = channel << 7 | key
        return self._release(owner, place, _NOTE_OFFS[place])

    def pass_dry(self, data: bytes) -> list[bytes]:
        """The player's message ``data`` passes: what to send for it.

        Notes go through the ledger; "all notes off" and its kin first end what sounds on their channel;
        active sensing, timing and torn messages stay here; the rest passes untouched.
        """
        if not message.is_complete(data):
            self.torn += 1
            return []
        kind = data[0] & 0xF0
        if kind in (message.NOTE_ON, message.NOTE_OFF):
            place = (data[0] & 0x0F) << 7 | data[1]
            if kind == message.NOTE_ON and data[2]:
                return self._strike(Owner.DRY, place, data)
            return self._release(Owner.DRY, place, data)
        if kind == message.CONTROL_CHANGE:
            return self._pass_control(data[0] & 0x0F, data)
        if kind == message.SYSEX:
            return self._pass_system(data)
        return [data]

    def release_channel(self, channel: int) -> list[bytes]:
        """Everything that sounds on ``channel`` ends, whoever holds it."""
        return self._end(place for place in self._holders if place >> 7 == channel)

    def release_all(self) -> list[bytes]:
        """Everything that sounds ends: one note-off each, by channel and key."""
        return self._end(self._holders)

    def close(self) -> list[bytes]:
        """For leaving the port: everything ends, and the pedals that are down come up."""
        return [*self.release_all(), *self._lift_pedals()]

    def panic(self) -> list[bytes]:
        """Everything ends; then, on the channels that were used and no others, pedal up and "all notes off".

        All sixteen channels would hold up a DIN cable for 46 ms.
        """
        used = sorted(self._used | {place >> 7 for place in self._pedals})
        self._pedals.update(channel << 7 | message.SUSTAIN for channel in used)
        ends = [message.control_change(channel, message.ALL_NOTES_OFF, 0) for channel in used]
        return [*self.release_all(), *self._lift_pedals(), *ends]

    def _strike(self, owner: int, place: int, note_on: bytes) -> list[bytes]:
        holders = self._holders.get(place, 0)
        self._holders[place] = holders | owner
        if holders:
            return [_NOTE_OFFS[place], note_on]
        self._used.add(place >> 7)
        return [note_on]

    def _release(self, owner: int, place: int, note_off: bytes) -> list[bytes]:
        holders = self._holders.get(place, 0)
        if holders == owner:
            del self._holders[place]
            return [note_off]
        if holders & owner:
            self._holders[place] = holders & ~owner
        return []

    def _end(self, places: Iterable[int]) -> list[bytes]:
        ended = sorted(places)
        for place in ended:
            del self._holders[place]
        return [_NOTE_OFFS[place] for place in ended]

    def _pass_control(self, channel: int, data: bytes) -> list[bytes]:
        _, controller, value = data
        if controller in message.NOTE_ENDING_CONTROLLERS:
            return [*self.release_channel(channel), data]
        if controller in message.PEDALS:
            place = channel << 7 | controller
            if value >= 64:
                self._pedals.add(place)
            else:
                self._pedals.discard(place)
        elif controller == message.RESET_CONTROLLERS:
            self._pedals = {place for place in self._pedals if place >> 7 != channel}
        return [data]

    def _pass_system(self, data: bytes) -> list[bytes]:
        if data[0] == message.ACTIVE_SENSING or message.is_timing(data):
            return []
        if data[0] == message.SYSTEM_RESET:
            self._pedals.clear()
            return [*self.release_all(), data]
        return [data]

    def _lift_pedals(self) -> list[bytes]:
        ups = [message.control_change(place >> 7, place & 0x7F, 0) for place in sorted(self._pedals)]
        self._pedals.clear()
        return ups
