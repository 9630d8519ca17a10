"""A storm: more comes in than anybody plays. Beyond 1000 messages a second only what ends something passes."""

from __future__ import annotations

from descant_routing import message

RATE = 1000  # messages a second; a DIN cable carries as many notes
SECOND = 1_000_000_000
PEDAL_DOWN = 64


class StormGuard:
    """One for each input: a bucket that holds a second's worth, as a DAW may send it at once when it starts.

    Note-offs of what was dropped pass, too: to the router they are of a note that nobody struck.
    """

    def __init__(self, rate: int = RATE) -> None:
        """``rate``: messages a second."""
        self.dropped = 0
        """How many messages have been dropped."""
        self._gap = SECOND // rate
        self._paid_until = 0  # ns; so far ahead of now as the bucket has been emptied

    def passes(self, data: bytes, now: int) -> bool:
        """Whether a whole message that arrives at ``now`` ns may go on; else it is counted as dropped."""
        if _always_passes(data):
            return True
        paid_until = max(self._paid_until, now) + self._gap
        if paid_until > now + SECOND:
            self.dropped += 1
            return False
        self._paid_until = paid_until
        return True


def _always_passes(data: bytes) -> bool:
    """What ends a note, goes back to rest, or keeps the time: without it something would hang, or stray."""
    kind = data[0] & 0xF0
    if kind == message.CONTROL_CHANGE:
        ends = data[1] in message.NOTE_ENDING_CONTROLLERS or data[1] == message.RESET_CONTROLLERS
        return ends or (data[1] in message.PEDALS and data[2] < PEDAL_DOWN)
    if kind == message.PITCH_BEND:
        return data[1:] == b"\x00\x40"
    if kind in (message.CHANNEL_PRESSURE, message.POLY_PRESSURE):
        return data[-1] == 0
    return data[0] > message.SYSEX or message.is_note_off(data)
