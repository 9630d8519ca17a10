"""The kinds of messages that a route tells apart, by the words that a musician has for them."""

from __future__ import annotations

from descant_routing import message

# word → statuses; those of channel messages on channel 0. Every status of MIDI 1.0 is in one kind.
KINDS: dict[str, tuple[int, ...]] = {
    "notes": (message.NOTE_ON, message.NOTE_OFF),
    "cc": (message.CONTROL_CHANGE,),
    "bend": (message.PITCH_BEND,),
    "pressure": (message.CHANNEL_PRESSURE,),
    "poly pressure": (message.POLY_PRESSURE,),
    "program": (message.PROGRAM_CHANGE,),
    "sysex": (message.SYSEX,),
    "clock": (
        message.CLOCK,
        message.START,
        message.CONTINUE,
        message.STOP,
        message.SONG_POSITION,
        message.SONG_SELECT,
        message.TIME_CODE,
    ),
    "system": (message.TUNE_REQUEST, message.ACTIVE_SENSING, message.SYSTEM_RESET),
}

_WORDS = {status: word for word, statuses in KINDS.items() for status in statuses}
KIND_OF = tuple(_WORDS.get(status & 0xF0 if status < message.SYSEX else status, "") for status in range(256))
"""The kind's word by status byte; "" for what is no status of MIDI 1.0."""
