"""Standard MIDI files as bytes: what is well formed becomes events, what is not is passed over and keeps its time.

Source: Standard MIDI Files 1.0 (RP-001); RMID wrapper (RP-029). Nothing here knows music.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import NamedTuple

from descant_routing import message
from descant_routing.errors import DescantError

Event = tuple[int, bytes]
"""(tick, event). A channel message is as on a cable; a meta event is FF, its type and its data, without a length;
a system exclusive one is F0 or F7 and what follows it."""

META, SYSEX, ESCAPE = 0xFF, 0xF0, 0xF7
TEXTS = range(0x01, 0x10)
TRACK_NAME, END_OF_TRACK, TEMPO, SMPTE_OFFSET, METRE, KEY = 0x03, 0x2F, 0x51, 0x54, 0x58, 0x59
SIZES = {
    0x00: (0, 2),
    0x20: (1,),
    0x21: (1,),
    END_OF_TRACK: (0,),
    TEMPO: (3,),
    SMPTE_OFFSET: (5,),
    METRE: (4,),
    KEY: (2,),
}
"""Meta events of one size, or two: of another they are malformed."""
END = bytes((META, END_OF_TRACK))

LARGEST = 32 * 2**20  # bytes; a long symphony is under 1 MiB
MOST_EVENTS = 1_000_000  # a symphony has a hundred thousand
BEFORE_HEADER = 256  # bytes that a transfer may have put there: MacBinary has 128
HEADER = struct.Struct(">4sIHHH")
CHUNK = struct.Struct(">4sI")
TRACK = b"MTrk"
RIFF_CHUNK = struct.Struct("<4sI")
LONGEST_NUMBER = 4  # bytes of a delta time or a length
FARTHEST = 2**28 - 1  # ticks between two events
_FOLLOWING = {
    message.TIME_CODE: 1,
    message.SONG_POSITION: 2,
    message.SONG_SELECT: 1,
}  # bytes after system common
_REAL_TIME = range(0xF8, 0xFF)  # FF is a meta event here


class Tracks(NamedTuple):
    """``kind``: 0, 1 or 2. ``division``: ticks a quarter, or frames and ticks a frame as the header has them."""

    kind: int
    division: int
    tracks: list[list[Event]]


class MidiBytesError(DescantError):
    """Why bytes are no MIDI file: a clause that goes on from the file's name."""


def read_tracks(content: bytes) -> Tracks:
    """Every track of a file. Chunks of others are skipped; a wrong length or number of tracks is not believed.

    MidiBytesError for what is no MIDI file, is torn, has no track, or more than ``MOST_EVENTS`` events.
    """
    if not content:
        raise MidiBytesError("is empty")
    content = _unwrapped(content)
    head = content.find(b"MThd", 0, BEFORE_HEADER)
    if head < 0:
        raise MidiBytesError("is not a MIDI file (it does not begin with MThd)")
    if len(content) < head + HEADER.size:
        raise MidiBytesError("is torn: it ends within its header")
    _, length, kind, _, division = HEADER.unpack_from(content, head)
    at = head + CHUNK.size + length
    if length < HEADER.size - CHUNK.size or not _is_chunk(content, at):
        at = _next_track(content, head + HEADER.size)
    tracks: list[list[Event]] = []
    left = MOST_EVENTS
    while at + CHUNK.size <= len(content):
        name, length = CHUNK.unpack_from(content, at)
        begin = at + CHUNK.size
        end = begin + length
        right = end == len(content) or _is_chunk(content, end)
        if name != TRACK:
            at = end if right else _next_track(content, begin)
            continue
        limit = end if right else _next_track(content, begin)
        events, at, ended = _walk(content, begin, limit, end, left)
        if end > limit == len(content) and not ended:
            there = len(content) - begin
            raise MidiBytesError(
                f"is torn: track {len(tracks) + 1} should have {length:,} bytes and has {there:,}"
            )
        left -= len(events)
        tracks.append(events)
        at = end if right else _next_track(content, at)
    if not tracks:
        raise MidiBytesError("has no track")
    return Tracks(kind, division, tracks)


def _unwrapped(content: bytes) -> bytes:
    """What an RMID file wraps; any other as it is."""
    if content[:4] != b"RIFF" or content[8:12] != b"RMID":
        return content
    at = 12
    while at + RIFF_CHUNK.size <= len(content):
        name, length = RIFF_CHUNK.unpack_from(content, at)
        at += RIFF_CHUNK.size
        if name == b"data":
            return content[at : at + length]
        at += length + length % 2
    return content


def _is_chunk(content: bytes, at: int) -> bool:
    """Whether a chunk begins there: a track, or letters and a length that the file has room for."""
    if at + CHUNK.size > len(content):
        return False
    name, length = CHUNK.unpack_from(content, at)
    return bool(
        name == TRACK or (name.isalnum() and name.isascii() and at + CHUNK.size + length <= len(content))
    )


def _next_track(content: bytes, at: int) -> int:
    """Where a track begins, not before ``at``; the end of the file where none does."""
    found = content.find(TRACK, at)
    return len(content) if found < 0 else found


def _walk(content: bytes, at: int, limit: int, end: int, most: int) -> tuple[list[Event], int, bool]:
    """The events from ``at`` on, where they end, and whether by End of Track or at ``end``, as the chunk says.

    Nothing from ``limit`` on belongs to the track.
    """
    events: list[Event] = []
    tick = status = 0
    try:
        while at < limit and at != end:
            delta, at = _number(content, at)
            tick += delta
            byte = content[at]
            if byte >= SYSEX:
                data, at = _system(content, at + 1, byte)
            elif byte >= 0x80 or status:
                status = byte if byte >= 0x80 else status
                data, at = _message(content, at + (byte >= 0x80), status)
            else:  # a value, and nothing for it to belong to
                data, at = b"", at + 1
            if data and at <= limit:
                events.append((tick, data))
                if data == END:
                    return events, at, True
                if len(events) > most:
                    raise MidiBytesError(f"has more than {MOST_EVENTS:,} events, which is no music")
    except IndexError:  # the file ends within an event
        return events, len(content), False
    return events, min(at, limit), at == end


def _message(content: bytes, at: int, status: int) -> tuple[bytes, int]:
    """A channel message, whose status has been read, and where it ends."""
    first, at = _value(content, at)
    if status & 0xE0 == message.PROGRAM_CHANGE:  # channel pressure, too, has one value
        return bytes((status, first)), at
    second, at = _value(content, at)
    return bytes((status, first, second)), at


def _system(content: bytes, at: int, status: int) -> tuple[bytes, int]:
    """Any other event, whose status has been read, and where it ends; no bytes for one that is passed over."""
    if status == META:
        kind = content[at]
        size, at = _number(content, at + 1)
        data = bytes((META, kind)) + content[at : at + size]
        return (data if _is_well_formed(data) else b""), at + size
    if status in (SYSEX, ESCAPE):
        size, at = _number(content, at)
        data = bytes((status,)) + content[at : at + size]
        return (data if _is_sysex(data) else b""), at + size
    for _ in range(_FOLLOWING.get(status, 0)):  # of a cable, and nothing in a file
        at += content[at] < 0x80
    return b"", at


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    number, most = 0, at + LONGEST_NUMBER
    while True:
        byte = content[at]
        at += 1
        number = number << 7 | byte & 0x7F
        if byte < 0x80 or at == most:
            return number, at


def _value(content: bytes, at: int) -> tuple[int, int]:
    """A data byte, at most 127, and what follows it; real-time bytes may lie anywhere and mean nothing."""
    while (byte := content[at]) in _REAL_TIME:
        at += 1
    return min(byte, 127), at + 1


def _is_well_formed(meta: bytes) -> bool:
    kind, data = meta[1], meta[2:]
    if kind in SIZES and len(data) not in SIZES[kind]:
        return False
    if kind == KEY:
        return (data[0] <= 7 or data[0] >= 256 - 7) and data[1] <= 1
    return kind < 0x80 and not (kind == TEMPO and not any(data))


def _is_sysex(data: bytes) -> bool:
    """What follows F7 may be anything; what follows F0 are seven bits a byte, and at last F7."""
    return data[0] == ESCAPE or max(data[1:].removesuffix(b"\xf7"), default=0) < 0x80


def write_tracks(tracks: Iterable[Iterable[Event]], ticks_per_beat: int) -> bytes:
    """A file of type 1. Each track ends with the last of its events, by tick; End of Track is written here.

    ValueError for an event that no file has a place for.
    """
    chunks = [_chunk(track) for track in tracks]
    return b"".join([HEADER.pack(b"MThd", 6, 1, len(chunks), ticks_per_beat), *chunks])


def _chunk(events: Iterable[Event]) -> bytes:
    body = bytearray()
    now = 0
    for tick, data in events:
        while tick - now > FARTHEST:  # a text without a word in between
            body += _written(FARTHEST) + bytes((META, TEXTS[0], 0))
            now += FARTHEST
        body += _written(tick - now) + _in_file(data)
        now = tick
        if data == END:
            break
    else:
        body += b"\0" + _in_file(END)
    return CHUNK.pack(TRACK, len(body)) + bytes(body)


def _in_file(data: bytes) -> bytes:
    """An event with its length, where it has one."""
    if data[0] in (SYSEX, ESCAPE):
        return data[:1] + _written(len(data) - 1) + data[1:]
    if data[0] == META and len(data) > 1:
        return data[:2] + _written(len(data) - 2) + data[2:]
    if message.is_complete(data) and data[0] < SYSEX:
        return data
    raise ValueError(f"no file has a place for a message of status {data.hex(' ')}")


def _written(number: int) -> bytes:
    """Seven bits a byte."""
    out = [number & 0x7F]
    while number := number >> 7:
        out.append(number & 0x7F | 0x80)
    return bytes(reversed(out))
