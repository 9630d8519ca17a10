"""MIDI bytes, looked at before any parser sees them: what is wrong with a file, in a clause."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import mido

from descant_daemon.midi_file import LARGEST
from descant_export.corpus.facts import LeftOutError

HEAD = struct.Struct(">4sIHHH")
CHUNK = struct.Struct(">4sI")


def read_bytes(path: Path) -> bytes:
    """The file's content, of a size that may be read."""
    try:
        if not path.is_file():
            raise LeftOutError("broken", "is no regular file")
        size = path.stat().st_size
        if size > LARGEST:
            raise LeftOutError("broken", f"has {size / 2**20:.0f} MB, and {LARGEST // 2**20} MB is the most")
        return path.read_bytes()
    except OSError as error:
        raise LeftOutError("broken", f"cannot be read: {error.strerror or error}") from error


def check(content: bytes) -> None:
    """LeftOutError unless it is a MIDI file of type 0 or 1, in beats, with every track as long as it says.

    Standard MIDI Files 1.0: header, track chunks.
    """
    if not content:
        raise LeftOutError("broken", "is empty")
    if content[:4] != b"MThd":
        raise LeftOutError("broken", "is not a MIDI file (it does not begin with MThd)")
    if len(content) < HEAD.size:
        raise LeftOutError("broken", "is torn: it ends within its header")
    _, length, kind, _, division = HEAD.unpack_from(content)
    if kind > 1:
        raise LeftOutError("broken", f"is of type {kind}, and only types 0 and 1 are songs")
    if division & 0x8000:
        raise LeftOutError("broken", "counts time in film frames (SMPTE), not in beats")
    if division == 0:
        raise LeftOutError("broken", "says that a beat has no ticks")
    at, tracks = CHUNK.size + length, 0
    while at < len(content):
        if at + CHUNK.size > len(content):
            raise LeftOutError("broken", f"is torn after track {tracks}")
        name, length = CHUNK.unpack_from(content, at)
        at += CHUNK.size + length
        tracks += name == b"MTrk"
        if at > len(content):
            there = length - (at - len(content))
            raise LeftOutError(
                "broken", f"is torn: track {tracks} should have {length:,} bytes and has {there:,}"
            )
    if not tracks:
        raise LeftOutError("broken", "has no track")


def only_channels(content: bytes, channels: set[int]) -> bytes:
    """The same file without the messages of other channels (0 to 15).

    The fast parser does not tell channels, so they are chosen here, slowly, by mido.
    """
    try:
        file = mido.MidiFile(file=BytesIO(content), clip=True)
    except Exception as error:  # mido raises whatever its parsing meets
        raise LeftOutError("broken", f"cannot be parsed: {error or type(error).__name__}") from error
    for track in file.tracks:
        waited, kept = 0, []
        for message in track:
            waited += message.time
            if message.is_meta or getattr(message, "channel", -1) in channels:
                kept.append(message.copy(time=waited))
                waited = 0
        track[:] = kept
    out = BytesIO()
    file.save(file=out)
    return out.getvalue()
