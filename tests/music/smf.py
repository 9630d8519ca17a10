"""Standard MIDI files built by hand, byte by byte, well formed or not."""

from __future__ import annotations

Piece = tuple[int, bytes]
"""(delta time, the bytes of an event as they stand in a file)"""


def number(value: int) -> bytes:
    """Seven bits a byte, the highest first."""
    out = bytes([value & 0x7F])
    while value := value >> 7:
        out = bytes([value & 0x7F | 0x80]) + out
    return out


def meta(kind: int, data: bytes = b"") -> bytes:
    return bytes([0xFF, kind]) + number(len(data)) + data


def on(key: int, channel: int = 0, velocity: int = 90) -> bytes:
    return bytes([0x90 | channel, key, velocity])


def off(key: int, channel: int = 0) -> bytes:
    return bytes([0x80 | channel, key, 64])


def tempo(microseconds: int) -> bytes:
    return meta(0x51, microseconds.to_bytes(3))


def metre(beats: int, halvings: int) -> bytes:
    return meta(0x58, bytes([beats, halvings, 24, 8]))


END = meta(0x2F)


def body(*pieces: Piece, end: bool = True) -> bytes:
    return b"".join(number(delta) + data for delta, data in (*pieces, *([(0, END)] if end else [])))


def chunk(data: bytes, name: bytes = b"MTrk", length: int | None = None) -> bytes:
    return name + (len(data) if length is None else length).to_bytes(4) + data


def head(tracks: int = 1, kind: int = 1, division: int = 480) -> bytes:
    return b"MThd" + (6).to_bytes(4) + b"".join(each.to_bytes(2) for each in (kind, tracks, division))


def track(*pieces: Piece) -> bytes:
    return chunk(body(*pieces))


def file(*tracks: bytes, kind: int = 1, division: int = 480) -> bytes:
    return head(len(tracks), kind, division) + b"".join(tracks)


def scale(*keys: int, beat: int = 480, channel: int = 0) -> list[Piece]:
    """A quarter each, one after another."""
    return [piece for key in keys for piece in ((0, on(key, channel)), (beat, off(key, channel)))]


def riff(content: bytes, before: bytes = b"") -> bytes:
    """As RMID files wrap it; ``before``: other chunks of RIFF."""
    inside = b"RMID" + before + b"data" + len(content).to_bytes(4, "little") + content
    return b"RIFF" + len(inside).to_bytes(4, "little") + inside
