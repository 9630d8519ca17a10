"""Standard MIDI files, read whole and checked, written whole or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import mido

from descant_daemon.note_state import NoteLog, PitchRange, State, nearest_step
from descant_daemon.tempo_map import TempoMap
from descant_daemon.whole_file import write_whole
from descant_routing.errors import DescantError

LARGEST = 32 * 2**20  # bytes; a long symphony is under 1 MiB
DRUMS = 9
PPQ = 480


class SongNote(NamedTuple):
    """A note of a file; ``start`` and ``end`` in the file's ticks, channel 0 to 15."""

    start: int
    end: int
    key: int
    velocity: int
    channel: int
    track: int


@dataclass(frozen=True)
class Song:
    """What a MIDI file holds. ``messages``: every channel message as (tick, bytes), by tick; ``tracks``: by track."""

    name: str
    ticks_per_beat: int
    notes: tuple[SongNote, ...]
    messages: tuple[tuple[int, bytes], ...]
    tempos: tuple[tuple[int, int], ...]
    metres: tuple[tuple[int, int, int], ...]
    length: int
    track_names: tuple[str, ...]
    tracks: tuple[tuple[tuple[int, bytes], ...], ...]

    @property
    def tempo_map(self) -> TempoMap:
        """Ticks to time."""
        return TempoMap(self.ticks_per_beat, self.tempos)

    def states(self, pitches: PitchRange, steps_per_beat: int) -> tuple[State, int]:
        """The note states ``[steps, pitches, 2]``, and how many notes lie outside the range. Drums are not notes."""
        log = NoteLog()
        ticks_per_step = self.ticks_per_beat / steps_per_beat
        outside = 0
        last = 0
        for note in sorted(self.notes):
            if note.channel == DRUMS:
                continue
            outside += note.key not in pitches
            source = note.track * 16 + note.channel
            on, off = (nearest_step(at, ticks_per_step) for at in (note.start, note.end))
            log.strike(source, note.key, on)
            log.release(source, note.key, off)
            last = max(last, off, on + 1)
        return log.states(last, pitches), outside


def read_song(path: Path) -> Song:
    """Read a file of type 0 or 1. DescantError says what is wrong with any other."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            limit = LARGEST // 2**20
            raise DescantError(
                f"{path} has {size / 2**20:.0f} MB; Descant reads MIDI files up to {limit} MB."
            )
        if size == 0:
            raise DescantError(f"{path} is empty.")
        content = path.read_bytes()
    except OSError as error:
        raise DescantError(f"{path} cannot be read: {error.strerror or error}.") from error
    if content[:4] != b"MThd":
        raise DescantError(f"{path} is not a MIDI file (it does not begin with MThd).")
    try:
        file = mido.MidiFile(file=BytesIO(content), clip=True)
        file_type, beat = int(file.type), int(file.ticks_per_beat)
        tracks = [list(track) for track in file.tracks]
    except Exception as error:  # mido raises whatever its parsing meets: EOFError, IndexError, KeyError...
        raise DescantError(
            f"{path} is torn or not a MIDI file: {str(error) or type(error).__name__}."
        ) from error
    if file_type == 2 or beat <= 0:
        kind = "is of type 2 (independent patterns)" if file_type == 2 else "counts time in film frames"
        raise DescantError(f"{path} {kind}; Descant reads types 0 and 1 with beats.")
    return _song(path.name, beat, tracks)


def _song(name: str, beat: int, tracks: Sequence[Sequence[Any]]) -> Song:
    notes: list[SongNote] = []
    played: list[tuple[tuple[int, bytes], ...]] = []
    tempos: list[tuple[int, int]] = []
    metres: list[tuple[int, int, int]] = []
    names: list[str] = []
    length = 0
    for index, track in enumerate(tracks):
        tick = 0
        names.append(f"Track {index + 1}")
        down: dict[tuple[int, int], list[tuple[int, int]]] = {}
        messages: list[tuple[int, bytes]] = []
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                tempos.append((tick, max(1, message.tempo)))
            elif message.type == "track_name":
                names[index] = message.name
            elif message.type == "time_signature":
                metres.append((tick, message.numerator, message.denominator))
            elif not message.is_meta and message.type != "sysex":
                messages.append((tick, bytes(message.bytes())))
                _note(message, tick, index, down, notes)
        played.append(tuple(messages))
        length = max(length, tick)
        for (channel, key), starts in down.items():  # never let go: they end with their track
            notes.extend(SongNote(at, tick, key, velocity, channel, index) for at, velocity in starts)
    ordered = tuple(sorted(itertools.chain(*played), key=lambda message: message[0]))
    return Song(
        name,
        beat,
        tuple(sorted(notes)),
        ordered,
        tuple(sorted(tempos)),
        tuple(sorted(metres)),
        length,
        tuple(names),
        tuple(played),
    )


def _note(
    message: Any,
    tick: int,
    track: int,
    down: dict[tuple[int, int], list[tuple[int, int]]],
    notes: list[SongNote],
) -> None:
    """A struck key waits for its note-off; first struck is first ended."""
    if message.type == "note_on" and message.velocity:
        down.setdefault((message.channel, message.note), []).append((tick, message.velocity))
    elif message.type in ("note_on", "note_off"):
        starts = down.get((message.channel, message.note))
        if starts:
            at, velocity = starts.pop(0)
            notes.append(SongNote(at, max(tick, at + 1), message.note, velocity, message.channel, track))


def write_song(
    path: Path,
    tracks: Mapping[str, Sequence[tuple[int, bytes]]],
    tempo_map: TempoMap,
    metre: tuple[int, int] = (4, 4),
) -> None:
    """Write a type 1 file: a tempo track, then ``tracks``, name → (tick, channel message) by tick."""
    write_whole(path, song_bytes(tracks, tempo_map, [(0, metre)]))


def song_bytes(
    tracks: Mapping[str, Sequence[tuple[int, bytes]]],
    tempo_map: TempoMap,
    metres: Sequence[tuple[int, tuple[int, int]]],
    words: Sequence[tuple[int, str, str]] = (),
    length: int | None = None,
) -> bytes:
    """A type 1 file as ``write_song`` writes it. All by tick: ``metres``, (tick, (beats, unit)); ``words``,
    (tick, ``track_name``, ``text``, ``copyright`` or ``marker``, text). ``length``: ticks, if more than the music's.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=tempo_map.ticks_per_beat, charset="utf-8")
    head = [(tick, _word(kind, text)) for tick, kind, text in words]
    head += [
        (tick, mido.MetaMessage("time_signature", numerator=beats, denominator=unit))
        for tick, (beats, unit) in metres
    ]
    head += [(tick, mido.MetaMessage("set_tempo", tempo=tempo)) for tick, tempo in tempo_map.tempos]
    file.tracks.append(_track(sorted(head, key=lambda event: event[0]), length))
    for name, messages in tracks.items():
        title = [(0, mido.MetaMessage("track_name", name=name))]
        events = [(tick, mido.Message.from_bytes(data)) for tick, data in messages]
        file.tracks.append(_track(title + events, length))
    content = BytesIO()
    file.save(file=content)
    return content.getvalue()


def _word(kind: str, text: str) -> mido.MetaMessage:
    return mido.MetaMessage(kind, name=text) if kind == "track_name" else mido.MetaMessage(kind, text=text)


def _track(
    messages: Sequence[tuple[int, mido.Message | mido.MetaMessage]], length: int | None
) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    if length is not None:
        messages = [*messages, (max(length, messages[-1][0]), mido.MetaMessage("end_of_track"))]
    for tick, message in messages:
        track.append(message.copy(time=tick - now))
        now = tick
    return track
