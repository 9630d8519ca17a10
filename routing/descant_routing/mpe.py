"""MPE: which channels are one finger each, as an input has said or as is plain from what it plays.

Source: MIDI Polyphonic Expression 1.0 (MMA, 2018): an RPN 6 on channel 1 makes channels 2 and up members of the lower
zone, on channel 16 channels 15 and down those of the upper one; the value says how many, 0 ends the zone.
"""

from __future__ import annotations

from descant_routing import message

LOWER, UPPER = 0, 15  # the zones' master channels
MOST = 15  # members of a zone
SLIDE = 74
_RPN = (101, 100)  # the number's halves
_NRPN = frozenset({98, 99})
_DATA, _CONFIGURATION = 6, (0, 6)


class Zones:
    """One for each input; feed it whole messages."""

    def __init__(self) -> None:
        self._sizes = {LOWER: 0, UPPER: 0}
        self._told = False  # by a configuration message: then nothing is guessed
        self._selected: dict[int, list[int]] = {LOWER: [127, 127], UPPER: [127, 127]}  # RPN
        self._held: dict[int, set[int]] = {}  # channel → keys down
        self._shaped: set[int] = set()  # channels on which a single note has been bent, pressed or slid

    @property
    def members(self) -> frozenset[int]:
        """The channels that are a finger each."""
        lower, upper = self._sizes[LOWER], self._sizes[UPPER]
        return frozenset({*range(1, 1 + lower), *range(UPPER - upper, UPPER)})

    def place(self, channel: int) -> int:
        """Where notes that are no finger's go that were meant for ``channel``: a free one, or else a master."""
        members = self.members
        if channel not in members:
            return channel
        masters = [master for master, size in self._sizes.items() if size]
        free = [each for each in range(16) if each not in members and each not in masters]
        return free[-1] if free else masters[0]

    def feed(self, data: bytes) -> bool:
        """A message has come; whether the zones are others than before."""
        kind, channel = data[0] & 0xF0, data[0] & 0x0F
        if kind == message.CONTROL_CHANGE and channel in self._selected and self._configures(channel, data):
            return True
        if self._told or data[0] >= message.SYSEX:
            return False
        if message.is_note_on(data):
            self._held.setdefault(channel, set()).add(data[1])
        elif message.is_note_off(data):
            self._held.get(channel, set()).discard(data[1])
            self._shaped.discard(channel)
        elif _shapes(data) and len(self._held.get(channel, ())) == 1:
            self._shaped.add(channel)
            return self._guess()
        return False

    def _configures(self, channel: int, data: bytes) -> bool:
        _, number, value = data
        if number in _RPN:
            self._selected[channel][_RPN.index(number)] = value
        elif number in _NRPN:
            self._selected[channel] = [127, 127]
        elif number == _DATA and tuple(self._selected[channel]) == _CONFIGURATION:
            self._told = True
            return self._resize(channel, min(value, MOST))
        return False

    def _resize(self, master: int, size: int) -> bool:
        before = dict(self._sizes)
        other = UPPER if master == LOWER else LOWER
        self._sizes[master] = size
        if self._sizes[other]:  # the younger zone takes from the older
            self._sizes[other] = max(0, min(self._sizes[other], 14 - size))
        return self._sizes != before

    def _guess(self) -> bool:
        """Two notes at once on channels of their own, each shaped by itself: so does MPE, and nothing else."""
        fingers = {channel for channel in self._shaped if len(self._held.get(channel, ())) == 1}
        if len(fingers) < 2 or any(self._sizes.values()):
            return False
        return self._resize(UPPER if LOWER in fingers else LOWER, MOST)


def _shapes(data: bytes) -> bool:
    if message.is_control_change(data):
        return data[1] == SLIDE
    return data[0] & 0xF0 in (message.PITCH_BEND, message.CHANNEL_PRESSURE)
