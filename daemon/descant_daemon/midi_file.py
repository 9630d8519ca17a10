"""MIDI files: read whole, written whole or not at all. What is in them: ``song``; their bytes: ``midi_bytes``."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from descant_daemon.midi_bytes import (
    END,
    LARGEST,
    META,
    METRE,
    TEMPO,
    TRACK_NAME,
    Event,
    MidiBytesError,
    write_tracks,
)
from descant_daemon.song import COMMON_TIME, Song, endings, song_of
from descant_daemon.tempo_map import TempoMap
from descant_daemon.whole_file import write_whole
from descant_routing.errors import DescantError

SUFFIXES = (".mid", ".midi", ".smf", ".kar", ".rmi")
WORDS = {"text": 0x01, "copyright": 0x02, "track_name": TRACK_NAME, "marker": 0x06}


def read_song(path: Path, bpm: float | None = None) -> Song:
    """Read a file; ``bpm`` is the tempo of one that counts film frames. DescantError says why it is none."""
    try:
        return song_of(path.name, read_content(path), bpm)
    except MidiBytesError as error:
        raise DescantError(f"{path} {error}.") from error


def read_content(path: Path) -> bytes:
    """The bytes of a file that may be read. MidiBytesError otherwise."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise MidiBytesError("is no regular file")
        size = found.st_size
        if size > LARGEST:
            raise MidiBytesError(f"has {size / 2**20:.0f} MB, and {LARGEST // 2**20} MB is the most")
        return path.read_bytes()
    except OSError as error:
        raise MidiBytesError(f"cannot be read: {error.strerror or error}") from error


def word(tick: int, kind: str, text: str) -> Event:
    """``kind`` is one of ``WORDS``. What of a name is no Unicode (a file's, in an old encoding) becomes ``?``."""
    return tick, bytes((META, WORDS[kind])) + text.encode(errors="replace")


def credits_of(titles: Iterable[str], how: str, makers: Iterable[str], *, named: bool = False) -> list[Event]:
    """Words for the head of a file: what played, ``how``, and whom it is owed to. ``named``: it has a title already."""
    played, owed = ", ".join(dict.fromkeys(titles)), "; ".join(dict.fromkeys(makers))
    words = [] if named else [word(0, "track_name", played)]
    words.append(word(0, "text", f"{played}: {how}" if named else how))
    return [*words, word(0, "copyright", owed)] if owed else words


def write_song(
    path: Path,
    tracks: Mapping[str, Sequence[Event]],
    tempo_map: TempoMap,
    metre: tuple[int, int] = COMMON_TIME,
) -> None:
    """Write a type 1 file: a tempo track, then ``tracks``, name → (tick, channel message) by tick."""
    named = [[word(0, "track_name", name), *messages] for name, messages in tracks.items()]
    write_whole(path, song_bytes(named, tempo_map, [(0, metre)]))


def song_bytes(
    tracks: Iterable[Sequence[Event]],
    tempo_map: TempoMap,
    metres: Sequence[tuple[int, tuple[int, int]]],
    words: Sequence[Event] = (),
    length: int | None = None,
) -> bytes:
    """A type 1 file: tempi, ``metres`` as (tick, (beats, unit)) and ``words`` in a track of their own, then ``tracks``.

    All by tick. ``length``: ticks, if more than the music's. A note that never ends ends with its track.
    """
    head = list(words)
    head += [
        (tick, bytes((META, METRE, beats, unit.bit_length() - 1, 24, 8))) for tick, (beats, unit) in metres
    ]
    head += [(tick, bytes((META, TEMPO)) + tempo.to_bytes(3)) for tick, tempo in tempo_map.tempos]
    head.sort(key=lambda event: event[0])
    return write_tracks([_ended(track, length) for track in (head, *tracks)], tempo_map.ticks_per_beat)


def _ended(events: Sequence[Event], length: int | None) -> list[Event]:
    last = max(length or 0, events[-1][0] if events else 0)
    return [*events, *((last, end) for end in endings(events)), (last, END)]
