"""MIDI messages: the facts as a table, builders and questions. Everything is ``bytes``; channels are 0 to 15.

Source: MIDI 1.0 Detailed Specification 4.2.1, tables 1 to 5.
"""

from __future__ import annotations

NOTE_OFF = 0x80
NOTE_ON = 0x90
POLY_PRESSURE = 0xA0
CONTROL_CHANGE = 0xB0
PROGRAM_CHANGE = 0xC0
CHANNEL_PRESSURE = 0xD0
PITCH_BEND = 0xE0
SYSEX = 0xF0
TIME_CODE = 0xF1
SONG_POSITION = 0xF2
SONG_SELECT = 0xF3
TUNE_REQUEST = 0xF6
SYSEX_END = 0xF7
CLOCK = 0xF8
START = 0xFA
CONTINUE = 0xFB
STOP = 0xFC
ACTIVE_SENSING = 0xFE
SYSTEM_RESET = 0xFF

DRUMS = 9
"""Channel 10 on paper: percussion in General MIDI, whose keys are no pitches."""

BANK_SELECT = 0
BANK_SELECT_LSB = 32
SUSTAIN = 64
SOSTENUTO = 66
HOLD_2 = 69
ALL_SOUND_OFF = 120
RESET_CONTROLLERS = 121
ALL_NOTES_OFF = 123
NOTE_ENDING_CONTROLLERS = frozenset({ALL_SOUND_OFF, ALL_NOTES_OFF, 124, 125, 126, 127})
"""A receiver ends its notes on these: 124 to 127, omni and mono/poly, count as "all notes off" too."""
PEDALS = frozenset({SUSTAIN, SOSTENUTO, HOLD_2})
"""The switches that keep a released note sounding: down from 64 on."""

DEFAULT_RELEASE = 64
"""The velocity of a note-off that nobody measured."""

ANY_LENGTH = 0

# status → (name for humans, bytes in all). Channel messages stand under their status on channel 0.
MESSAGES: dict[int, tuple[str, int]] = {
    NOTE_OFF: ("note off", 3),
    NOTE_ON: ("note on", 3),
    POLY_PRESSURE: ("key pressure", 3),
    CONTROL_CHANGE: ("control change", 3),
    PROGRAM_CHANGE: ("program change", 2),
    CHANNEL_PRESSURE: ("channel pressure", 2),
    PITCH_BEND: ("pitch bend", 3),
    SYSEX: ("system exclusive", ANY_LENGTH),
    TIME_CODE: ("time code", 2),
    SONG_POSITION: ("song position", 3),
    SONG_SELECT: ("song select", 2),
    TUNE_REQUEST: ("tune request", 1),
    CLOCK: ("clock", 1),
    START: ("start", 1),
    CONTINUE: ("continue", 1),
    STOP: ("stop", 1),
    ACTIVE_SENSING: ("active sensing", 1),
    SYSTEM_RESET: ("system reset", 1),
}

# The same by status byte, all 256: what a status is not in the table for has no length that fits.
_KINDS = (status & 0xF0 if status < SYSEX else status for status in range(256))
_LENGTHS = tuple(MESSAGES[kind][1] if kind in MESSAGES else -1 for kind in _KINDS)
_TIMING = frozenset({TIME_CODE, SONG_POSITION, SONG_SELECT, CLOCK, START, CONTINUE, STOP})
_KEY_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


def note_on(channel: int, key: int, velocity: int) -> bytes:
    """A note-on; ``velocity`` is 1 to 127 (0 would be a note-off). Raises ValueError outside the ranges."""
    if not 0 < velocity < 128:
        raise ValueError(f"a note-on's velocity is 1 to 127, not {velocity}")
    return _channel_message(NOTE_ON, channel, key, velocity)


def note_off(channel: int, key: int, velocity: int = DEFAULT_RELEASE) -> bytes:
    """A note-off with its release velocity, 0 to 127. Raises ValueError outside the ranges."""
    return _channel_message(NOTE_OFF, channel, key, velocity)


def control_change(channel: int, controller: int, value: int) -> bytes:
    """A controller's new value, both 0 to 127. Raises ValueError outside the ranges."""
    return _channel_message(CONTROL_CHANGE, channel, controller, value)


def program_change(channel: int, program: int) -> bytes:
    """A change of program, 0 to 127. Raises ValueError outside the ranges."""
    return _channel_message(PROGRAM_CHANGE, channel, program)


def pitch_bend(channel: int, bend: int) -> bytes:
    """A bend of -8192 to 8191, 0 at rest. Raises ValueError outside the ranges."""
    if not -8192 <= bend < 8192:
        raise ValueError(f"pitch bend is -8192 to 8191, not {bend}")
    return _channel_message(PITCH_BEND, channel, (bend + 8192) & 0x7F, (bend + 8192) >> 7)


def song_position(sixteenths: int) -> bytes:
    """A song position in sixteenths (six clocks each), 0 to 16383. Raises ValueError outside the range."""
    if not 0 <= sixteenths < 16384:
        raise ValueError(f"a song position is 0 to 16383 sixteenths, not {sixteenths}")
    return bytes((SONG_POSITION, sixteenths & 0x7F, sixteenths >> 7))


def is_complete(data: bytes) -> bool:
    """Whether ``data`` is one whole message of MIDI 1.0, its status byte included."""
    if not data:
        return False
    length = _LENGTHS[data[0]]
    if length == 3:
        return len(data) == 3 and (data[1] | data[2]) < 0x80
    if length == 2:
        return len(data) == 2 and data[1] < 0x80
    if length == ANY_LENGTH:
        return len(data) > 1 and data[-1] == SYSEX_END and max(data[1:-1], default=0) < 0x80
    return length == len(data)


def is_note_on(data: bytes) -> bool:
    """A note-on that starts a note; one with velocity 0 is a note-off."""
    return len(data) == 3 and data[0] & 0xF0 == NOTE_ON and data[2] > 0


def is_note_off(data: bytes) -> bool:
    """A note-off, or a note-on with velocity 0."""
    if len(data) != 3:
        return False
    kind = data[0] & 0xF0
    return kind == NOTE_OFF or (kind == NOTE_ON and data[2] == 0)


def is_of_key(data: bytes) -> bool:
    """A note-on, a note-off or the pressure of one key, which ``data[1]`` names."""
    return len(data) == 3 and data[0] & 0xF0 in (NOTE_ON, NOTE_OFF, POLY_PRESSURE)


def is_control_change(data: bytes) -> bool:
    """A controller's new value: number in ``data[1]``, value in ``data[2]``."""
    return len(data) == 3 and data[0] & 0xF0 == CONTROL_CHANGE


def is_program_change(data: bytes) -> bool:
    """A change of program: its number in ``data[1]``."""
    return len(data) == 2 and data[0] & 0xF0 == PROGRAM_CHANGE


def is_realtime(data: bytes) -> bool:
    """Clock, start, continue, stop, active sensing, reset: one byte, allowed between any others."""
    return len(data) == 1 and data[0] >= CLOCK


def is_song_position(data: bytes) -> bool:
    """A song position; ``sixteenths`` reads it."""
    return len(data) == 3 and data[0] == SONG_POSITION


def is_timing(data: bytes) -> bool:
    """Clock, transport, song position or select, time code: what a follower reads and a thru would loop."""
    return bool(data) and data[0] in _TIMING


def channel(data: bytes) -> int:
    """The channel, 0 to 15, of a channel message."""
    return data[0] & 0x0F


def sixteenths(data: bytes) -> int:
    """What a song position says, in sixteenths: 0 to 16383."""
    return data[1] | data[2] << 7


def key_name(key: int) -> str:
    """A key for humans: 60 is C4."""
    return f"{_KEY_NAMES[key % 12]}{key // 12 - 1}"


def describe(data: bytes) -> str:
    """A message for humans, channels counted from 1: ``note on C4 velocity 100, channel 1``."""
    if not is_complete(data):
        return f"torn message {data.hex(' ')}" if data else "empty message"
    status = data[0]
    if status >= SYSEX:
        text = MESSAGES[status][0]
        return f"{text} {sixteenths(data)}" if status == SONG_POSITION else text
    kind = status & 0xF0
    text = MESSAGES[kind][0]
    if kind in (NOTE_OFF, NOTE_ON):
        text = f"{'note on' if is_note_on(data) else 'note off'} {key_name(data[1])} velocity {data[2]}"
    elif kind == CONTROL_CHANGE:
        text = f"{text} {data[1]} = {data[2]}"
    elif kind == PROGRAM_CHANGE:
        text = f"{text} {data[1] + 1}"
    return f"{text}, channel {channel(data) + 1}"


def _channel_message(kind: int, channel: int, *values: int) -> bytes:
    if not 0 <= channel < 16:
        raise ValueError(f"a {MESSAGES[kind][0]}'s channel is 0 to 15, not {channel}")
    if not all(0 <= value < 128 for value in values):
        raise ValueError(f"a {MESSAGES[kind][0]}'s values are 0 to 127, not {values}")
    return bytes((kind | channel, *values))
